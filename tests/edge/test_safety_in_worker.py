"""Scans, frames and link checks inside a Worker, over `fetch`, against faithful stubs of the services."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from gif import choose_stills
from tests.edge.outgoing import Caller, calling_worker
from tests.stubs.http_server import Answer, Disconnect, Drip, Raw, Reply, Silence, cut_short, json_reply
from tests.stubs.openai import OpenAIStub, Scores, answer, png_pixels, result
from tests.stubs.safe_browsing import API_KEY as SAFE_BROWSING_KEY
from tests.stubs.safe_browsing import SafeBrowsingStub
from tests.unit.gif.gif_writer import Gif, Image

GREYS = [(grey, grey, grey) for grey in range(256)]
WORDS: dict[str, Scores] = {"awful": {"hate": 0.97}, "doubtful": {"violence": 0.55}}
LIST = "evil.example\nаррӏе.com  # of Cyrillic letters"  # noqa: RUF001 - the look-alikes are the data
CLEAN, BORDERLINE, UNSAFE = 20, 120, 220


def animation(*greys: int) -> bytes:
    frames = [Image(40, 30, bytes([grey]) * 1200) for grey in greys]
    return bytes(Gif(40, 30, frames, palette=GREYS))


def judge(png: bytes) -> Scores:
    _, _, pixels = png_pixels(png)
    return {UNSAFE: {"violence/graphic": 0.98}, BORDERLINE: {"sexual": 0.55}}.get(pixels[0], {})


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    with calling_worker() as worker:
        yield worker


@pytest.fixture
def openai() -> Iterator[OpenAIStub]:
    with OpenAIStub(WORDS, judge) as server:
        yield server


def scan(caller: Caller, openai: OpenAIStub, title: str, file: bytes = b"", **job: Any) -> dict[str, Any]:
    picture = base64.b64encode(file).decode()
    return dict(caller.ask("scan", base_url=openai.base_url, title=title, file=picture, **job))


def test_a_clean_upload_is_safe_in_words_and_in_several_frames(caller: Caller, openai: OpenAIStub) -> None:
    found = scan(caller, openai, "a cat", animation(CLEAN, 30, CLEAN, 40, CLEAN, 50))
    assert found["text"] == {
        "is_safe": True,
        "flagged": [],
        "confidence": 0.99,
        "error": None,
        "frames": None,
    }
    assert (found["visual"]["is_safe"], found["visual"]["error"]) == (True, None)
    assert found["visual"]["frames"] == [0, 1, 3, 5]
    assert openai.texts == [["a cat"]]
    assert [png_pixels(png)[2][0] for png in openai.images] == [CLEAN, 30, 40, 50]


def test_one_unsafe_frame_among_many_is_seen(caller: Caller, openai: OpenAIStub) -> None:
    greys = [CLEAN] * 40
    greys[27] = UNSAFE
    found = scan(caller, openai, "a cat", animation(*greys))
    assert found["text"]["is_safe"] is True
    assert (found["visual"]["is_safe"], found["visual"]["flagged"]) == (False, ["violence/graphic"])
    assert found["visual"]["error"] is None


def test_unsafe_words_are_told_with_their_category(caller: Caller, openai: OpenAIStub) -> None:
    found = scan(caller, openai, "an awful cat")
    assert found == {
        "text": {
            "is_safe": False,
            "flagged": ["hate"],
            "confidence": 0.97,
            "error": None,
            "frames": None,
        }
    }


def test_a_borderline_upload_is_not_safe_and_its_confidence_says_so(
    caller: Caller, openai: OpenAIStub
) -> None:
    found = scan(caller, openai, "a doubtful cat", animation(BORDERLINE))
    assert [found[kind]["is_safe"] for kind in ("text", "visual")] == [False, False]
    assert [found[kind]["confidence"] for kind in ("text", "visual")] == [0.55, 0.55]
    assert [found[kind]["error"] for kind in ("text", "visual")] == [None, None]


def test_a_service_that_asks_for_a_pause_is_asked_again(caller: Caller, openai: OpenAIStub) -> None:
    openai.script(Reply(429, (("retry-after", "3"),)), Reply(500))
    assert scan(caller, openai, "a cat")["text"]["is_safe"] is True
    assert len(openai.requests) == 3


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([Reply(429)] * 3, "rate_limited"),
        ([Reply(500)] * 3, "service_error"),
        ([Disconnect()] * 3, "service_unreachable"),
        ([cut_short(json_reply(answer(result())), 40)] * 3, "service_unreachable"),
        ([Silence()] * 3, "service_unreachable"),
        ([Drip(json_reply(answer(result())), 0.2)] * 3, "service_unreachable"),
        ([Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nnot json!")], "bad_answer"),
        ([json_reply({"results": []})], "bad_answer"),
        ([json_reply({"error": {"code": "invalid_api_key"}}, 401)], "key_refused"),
        ([Reply(302, (("location", "/v1/moderations"),))], "unexpected_status"),
        ([Reply(200, (), bytes(9 * 1024 * 1024))] * 3, "service_unreachable"),
    ],
)
def test_no_failure_of_the_service_ends_safe(
    caller: Caller, openai: OpenAIStub, answers: list[Answer], error: str
) -> None:
    openai.script(*answers)
    # Where an answer does come, a loaded machine may be slow to give it.
    never_comes = isinstance(answers[0], Silence | Drip)
    found = scan(caller, openai, "a cat", timeout=1 if never_comes else 60)
    assert (found["text"]["is_safe"], found["text"]["error"]) == (False, error)
    assert found["text"]["confidence"] == 0
    assert len(openai.requests) == len(answers)


def test_the_same_file_gives_the_same_frames_in_a_worker_and_here(caller: Caller) -> None:
    file = animation(*(number * 37 % 256 for number in range(30)))
    found = caller.ask("stills", file=base64.b64encode(file).decode(), limit=8, max_side=20)
    stills = choose_stills(file, 8, 20)
    assert found == [[still.index, hashlib.sha256(still.picture.rgb).hexdigest()] for still in stills]


def test_a_link_is_looked_at_from_all_sides(caller: Caller) -> None:
    url = "https://login.xn--80ak6aa92e.com/?a=b"
    with SafeBrowsingStub({url: ["SOCIAL_ENGINEERING"]}) as service:
        job = {"base_url": service.url, "key": SAFE_BROWSING_KEY, "list": LIST}
        bad = caller.ask("links", url=url, **job)
        good = caller.ask("links", url="https://www.apple.com/", **job)
    assert bad == {
        "odd": [["lookalike", "apple.com"]],
        "listed": "xn--80ak6aa92e.com",
        "threats": ["SOCIAL_ENGINEERING"],
    }
    assert good == {"odd": [], "listed": None, "threats": []}

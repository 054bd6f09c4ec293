"""An error is never safe: whatever the service, the network or the set-up does."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_safety_scanner import (
    AISafetyPipeline,
    Endpoint,
    OpenAIModerationScanner,
    OpenAIVisionScanner,
    SafetyScanResult,
    async_scan,
    image_calls,
    image_samples,
    text_calls,
    text_steps,
)
from ai_safety_scanner.results import ERRORS
from outbound import Connection, HttpResponse
from outbound.drivers import AsyncDriver, SyncDriver
from tests.stubs.http_server import Answer, Disconnect, Drip, Raw, Reply, Silence, cut_short, json_reply
from tests.stubs.openai import API_KEY, OpenAIStub, answer, error_reply, result
from tests.unit.ai_safety_scanner.pictures import animation, png

ENDPOINT = Endpoint(API_KEY)
SAFE = json_reply(answer(result()))


def is_failure(scan: SafetyScanResult, code: str | None = None) -> bool:
    assert scan.metadata.get("error") in ERRORS
    assert scan.violations
    assert scan.categories_flagged == {}
    assert (scan.is_safe, scan.confidence) == (False, 0.0)
    return code is None or scan.metadata["error"] == code


def changed(path: str, value: object) -> Reply:
    body = answer(result())
    *parents, last = path.split(".")
    at: Any = body
    for name in parents:
        at = at[int(name) if name.isdigit() else name]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return json_reply(body)


GARBAGE = {
    "no JSON": Reply(200, (("content-type", "application/json"),), b"<html>"),
    "empty": Reply(200),
    "not UTF-8": Reply(200, (), b"\xff\xfe\xfa"),
    "deep": Reply(200, (), b"[" * 200_000),
    "a list": json_reply([]),
    "null": json_reply(None),
    "no results": changed("results", ...),
    "results null": changed("results", None),
    "results a dict": changed("results", {}),
    "no result": changed("results", []),
    "too many results": changed("results", [result(), result()]),
    "a result that is no dict": changed("results", ["safe"]),
    "no id": changed("id", ...),
    "no model": changed("model", None),
    "flagged missing": changed("results.0.flagged", ...),
    "flagged a word": changed("results.0.flagged", "false"),
    "flagged a number": changed("results.0.flagged", 0),
    "categories missing": changed("results.0.categories", ...),
    "categories a list": changed("results.0.categories", []),
    "categories empty": changed("results.0.categories", {}),
    "a category missing": changed("results.0.categories.violence", ...),
    "a category null": changed("results.0.categories.violence", None),
    "a category a number": changed("results.0.categories.violence", 0),
    "scores missing": changed("results.0.category_scores", ...),
    "scores a list": changed("results.0.category_scores", []),
    "scores empty": changed("results.0.category_scores", {}),
    "a score missing": changed("results.0.category_scores.sexual", ...),
    "a score null": changed("results.0.category_scores.sexual", None),
    "a score NaN": changed("results.0.category_scores.sexual", float("nan")),
    "a score infinite": changed("results.0.category_scores.sexual", float("inf")),
    "a score negative": changed("results.0.category_scores.sexual", -0.1),
    "a score above one": changed("results.0.category_scores.sexual", 1.1),
    "a score a word": changed("results.0.category_scores.sexual", "0.1"),
    "a score a truth value": changed("results.0.category_scores.sexual", False),
    "a category without a score": changed("results.0.categories.new", True),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_an_answer_that_is_not_what_the_contract_says_is_not_safe(
    text_scanner: OpenAIModerationScanner, stub: OpenAIStub, name: str
) -> None:
    stub.script(GARBAGE[name])
    assert is_failure(text_scanner.scan_text("cat"), "bad_answer")
    assert len(stub.requests) == 1


@pytest.mark.parametrize(
    ("status", "code", "tries"),
    [
        (400, "request_refused", 1),
        (401, "key_refused", 1),
        (403, "key_refused", 1),
        (404, "unexpected_status", 1),
        (302, "unexpected_status", 1),
        (201, "unexpected_status", 1),
        (408, "unexpected_status", 3),
        (409, "unexpected_status", 3),
        (429, "rate_limited", 3),
        (500, "service_error", 3),
        (503, "service_error", 3),
    ],
)
def test_a_status_that_is_not_200_is_not_safe_whatever_the_body_says(
    text_scanner: OpenAIModerationScanner,
    stub: OpenAIStub,
    waits: list[float],
    status: int,
    code: str,
    tries: int,
) -> None:
    stub.script(*[Reply(status, (("location", stub.url),), SAFE.body)] * tries)
    assert is_failure(text_scanner.scan_text("cat"), code)
    assert len(stub.requests) == tries
    assert len(waits) == tries - 1
    assert all(0.375 * 2**number <= wait <= 0.5 * 2**number for number, wait in enumerate(waits))


@pytest.mark.parametrize("header", [("retry-after-ms", "1234"), ("retry-after", "1.234")])
def test_the_wait_that_the_service_asks_for_is_kept_and_success_follows(
    text_scanner: OpenAIModerationScanner, stub: OpenAIStub, waits: list[float], header: tuple[str, str]
) -> None:
    stub.script(Reply(429, (header,)), Disconnect())
    assert text_scanner.scan_text("cat").is_safe
    assert waits[0] == pytest.approx(1.234)
    assert len(stub.requests) == 3


def test_a_retry_date_is_read_with_the_given_clock(stub: OpenAIStub, waits: list[float]) -> None:
    stub.script(Reply(503, (("retry-after", "Thu, 01 Jan 1970 00:16:47 GMT"),)))
    scanner = OpenAIModerationScanner(
        API_KEY, base_url=stub.base_url, clock=lambda: 1000.0, sleep=waits.append, timeout_seconds=20
    )
    assert scanner.scan_text("cat").is_safe
    assert waits == [7.0]


@pytest.mark.parametrize(
    "trouble",
    [
        Disconnect(),
        Raw(b"nonsense\r\n\r\n"),
        Raw(b"HTTP/1.1 200 OK\r\ncontent-length: nonsense\r\n\r\n"),
        cut_short(SAFE, 40),
        Reply(200, (("content-encoding", "gzip"),), b"not gzip"),
    ],
    ids=["disconnect", "garbage", "bad length", "cut short", "bad gzip"],
)
def test_a_broken_connection_is_tried_three_times_and_then_not_safe(
    text_scanner: OpenAIModerationScanner, stub: OpenAIStub, waits: list[float], trouble: Answer
) -> None:
    stub.script(*[trouble] * 3)
    assert is_failure(text_scanner.scan_text("cat"), "service_unreachable")
    assert (len(stub.requests), len(waits)) == (3, 2)


@pytest.mark.parametrize("trouble", [Silence(), Drip(SAFE, 0.2)], ids=["silence", "drip"])
def test_an_answer_that_does_not_come_in_time_is_not_safe(stub: OpenAIStub, trouble: Answer) -> None:
    stub.script(*[trouble] * 3)
    scanner = OpenAIModerationScanner(
        API_KEY, base_url=stub.base_url, sleep=lambda _: None, timeout_seconds=0.4
    )
    assert is_failure(scanner.scan_text("cat"), "service_unreachable")


def test_an_answer_of_endless_size_is_not_safe(
    text_scanner: OpenAIModerationScanner, stub: OpenAIStub
) -> None:
    stub.script(*[Reply(200, (), b" " * 9_000_000 + SAFE.body)] * 3)
    assert is_failure(text_scanner.scan_text("cat"), "service_unreachable")


def test_nobody_listening_is_not_safe() -> None:
    with OpenAIStub() as gone:
        base_url = gone.base_url
    scanner = OpenAIModerationScanner(API_KEY, base_url=base_url, sleep=lambda _: None)
    assert is_failure(scanner.scan_text("cat"), "service_unreachable")


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("", "missing_api_key"),
        ("  \n", "missing_api_key"),
        ("sk-a b", "unusable_api_key"),
        ("sk-a\nb", "unusable_api_key"),
        ("sk-\u00e9", "unusable_api_key"),
        ("sk-\u2603", "unusable_api_key"),
    ],
)
def test_a_key_that_cannot_be_sent_is_not_safe_and_nothing_is_sent(
    stub: OpenAIStub, tmp_path: Path, key: str, code: str
) -> None:
    path = tmp_path / "cat.gif"
    path.write_bytes(animation(1))
    pipeline = AISafetyPipeline(key, base_url=stub.base_url)
    results = pipeline.scan_upload(path, "Cat")
    assert is_failure(results["text"], code)
    assert is_failure(results["visual"], code)
    assert pipeline.is_safe(results) == (False, results["text"].violations, 0.0)
    assert stub.requests == []


def test_the_key_is_taken_from_the_environment_at_construction(
    stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", f"{API_KEY}\n")
    monkeypatch.setenv("OPENAI_BASE_URL", stub.base_url)
    scanner = OpenAIModerationScanner()
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.delenv("OPENAI_BASE_URL")
    assert scanner.scan_text("cat").is_safe
    assert is_failure(OpenAIModerationScanner(base_url=stub.base_url).scan_text("cat"), "missing_api_key")


@pytest.mark.parametrize("url", ["", "example.com", "ftp://x", "http://", "https://u:p@x/v1", "http://["])
def test_a_base_url_that_nothing_could_be_sent_to_stops_the_construction(url: str) -> None:
    with pytest.raises(ValueError, match=r"base_url|IPv6"):
        Endpoint(API_KEY, url)


def test_the_key_shows_in_no_representation_result_exception_or_log(
    stub: OpenAIStub, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "sk-live-secret"
    path = tmp_path / "cat.png"
    path.write_bytes(png())
    seen: list[object] = [Endpoint(secret)]
    kinds = (AISafetyPipeline, OpenAIModerationScanner, OpenAIVisionScanner)
    seen += [kind(secret, base_url=stub.base_url) for kind in kinds]
    seen.append(AISafetyPipeline(secret, base_url=stub.base_url).scan_upload(path, "cat"))
    broken = f"{secret}\n{secret}"
    seen.append(AISafetyPipeline(broken, base_url=stub.base_url).scan_upload(path, "cat"))
    seen += text_calls(Endpoint(secret), "cat")
    seen += image_calls(Endpoint(secret), image_samples(png()))
    shown = f"{seen!r}{[str(item) for item in seen]}{caplog.text}{capsys.readouterr()}"
    assert "key_refused" in shown
    assert "live-secret" not in shown


def test_the_services_own_code_is_kept_but_not_its_sentence(
    text_scanner: OpenAIModerationScanner, stub: OpenAIStub
) -> None:
    stub.script(
        error_reply(400, "echo: sk-secret", "too_many_images"), error_reply(400, "x", "No code: sk-secret")
    )
    scan = text_scanner.scan_text("cat")
    assert (scan.metadata["service_code"], scan.metadata["status"]) == ("too_many_images", "400")
    second = text_scanner.scan_text("cat")
    assert "service_code" not in second.metadata
    assert "secret" not in f"{scan!r}{second!r}"


@pytest.mark.parametrize("kinds", [..., [], ["text"], "image", None])
def test_a_picture_that_the_model_did_not_look_at_is_not_safe(
    vision_scanner: OpenAIVisionScanner, stub: OpenAIStub, tmp_path: Path, kinds: object
) -> None:
    path = tmp_path / "cat.png"
    path.write_bytes(png())
    made = result(image=True)
    if kinds is ...:
        del made["category_applied_input_types"]
    else:
        made["category_applied_input_types"]["sexual"] = kinds
    stub.script(json_reply(answer(made)))
    assert is_failure(vision_scanner.scan_image(path), "bad_answer")


def test_one_failed_frame_fails_the_whole_and_the_rest_is_left_alone(
    vision_scanner: OpenAIVisionScanner, stub: OpenAIStub, tmp_path: Path
) -> None:
    path = tmp_path / "cat.gif"
    path.write_bytes(animation(0, 1, 2))
    picture = json_reply(answer(result(image=True)))
    stub.script(picture, error_reply(400, "no", None))
    assert is_failure(vision_scanner.scan_image(path), "request_refused")
    assert len(stub.requests) == 2


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def paths(value: object, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [at, *(path for key, inner in items for path in paths(inner, (*at, key)))]


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_no_spoilt_answer_is_safe_unless_it_still_says_all_that_a_safe_one_says(data: st.DataObject) -> None:
    image = data.draw(st.booleans())
    body: Any = answer(result(image=image))
    path = data.draw(st.sampled_from(paths(body)))
    value = data.draw(json_values)
    spoilt: Any = deepcopy(body)
    if not path:
        spoilt = value
    else:
        at = spoilt
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = value
    call = (image_calls(ENDPOINT, image_samples(png())) if image else text_calls(ENDPOINT, "cat"))[0]
    scan = call.parse(HttpResponse(200, (), json.dumps(spoilt).encode(errors="replace")))
    if not scan.is_safe:
        return
    (judged,) = spoilt["results"]
    assert judged["flagged"] is False
    assert not any(judged["categories"].values())
    assert all(score is None or 0 <= score < 0.7 for score in judged["category_scores"].values())


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(100, 599))
def test_no_garbage_is_safe_and_none_raises(body: bytes, status: int) -> None:
    for call in (text_calls(ENDPOINT, "cat")[0], image_calls(ENDPOINT, image_samples(png()))[0]):
        assert is_failure(call.parse(HttpResponse(status, (), body)))


def test_the_edge_gets_the_same_verdicts_as_the_library(stub: OpenAIStub, waits: list[float]) -> None:
    troubles: list[list[Answer]] = [
        [],
        [Disconnect()],
        [GARBAGE["a score NaN"]],
        [Reply(500)] * 3,
        [Raw(b"x")] * 3,
    ]
    endpoint = Endpoint(API_KEY, stub.base_url, 20.0)
    connection = Connection(now=lambda: 0.0, jitter=random.Random(1).random)

    async def at_the_edge(text: str) -> SafetyScanResult:
        async def sleep(seconds: float) -> None:
            waits.append(seconds)

        async with httpx.AsyncClient() as client:
            return await async_scan(AsyncDriver(client, connection, sleep), text_steps(endpoint, text))

    for trouble in troubles:
        for text in ("cat", "murder"):
            stub.script(*trouble)
            edge = asyncio.run(at_the_edge(text))
            stub.script(*trouble)
            with httpx.Client() as client:
                driver = SyncDriver(client, connection, waits.append)
                library = OpenAIModerationScanner(API_KEY, base_url=stub.base_url, driver=driver).scan_text(
                    text
                )
            edge.metadata.pop("answer_ids", None)
            library.metadata.pop("answer_ids", None)
            assert edge == library
    assert len(waits) % 2 == 0

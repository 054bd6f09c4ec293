"""The library's pipelines and the Worker's look decide alike, whatever the scanner answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ai_safety_scanner import AISafetyPipeline, OpenAIVisionScanner
from moderation import ContentScanner, ModerationPipeline
from tests.stubs.http_server import Answer, Raw, Recorded, Reply, json_reply
from tests.stubs.openai import API_KEY, OpenAIStub, Scores, error_reply, png_pixels
from tests.unit.ai_safety_scanner.pictures import ANIMATED_WEBP
from tests.unit.gif.gif_writer import Gif, Image, loop
from tests.unit.moderating.looks import Desk, asking, asset

SCORES: dict[str, Scores] = {
    "clean": {},
    "nearly clean": {"violence": 0.04},
    "not quite clean": {"violence": 0.06},
    "unsure": {"violence": 0.3},
    "barely unsafe": {"sexual": 0.5},
    "unsafe": {"sexual": 0.79},
    "surely unsafe": {"sexual": 0.8},
    "certain": {"violence/graphic": 0.99},
    "minors": {"sexual/minors": 0.1},
    "two at once": {"self-harm": 0.6, "sexual": 0.9},
    "a new category": {"something/new": 0.95},
}
OUTAGES: dict[str, Answer] = {
    "slow down": error_reply(429, "Slow down.", "rate_limit_exceeded"),
    "an error": error_reply(500, "The server had an error.", None, "server_error"),
    "a refused key": error_reply(401, "No.", "invalid_api_key"),
    "a refused request": error_reply(400, "No.", "invalid_request"),
    "a teapot": Reply(418, (), b"{}"),
    "garbage": Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\ngarbage"),
    "nothing": json_reply({"results": []}),
}
ANSWERS = [*SCORES, *OUTAGES]
WORDS = {"clean": "a cat", "refused": "porn", "doubtful": "cat " * 2_501, "none": ""}


class Service(OpenAIStub):
    """Answers about the picture whose green is an answer's number as the table says."""

    def __init__(self) -> None:
        super().__init__({"awful": {"hate": 0.97}}, lambda data: SCORES.get(answer_of(data), {}))
        self.told = "clean"

    def respond(self, request: Recorded) -> Answer:
        is_picture = b"data:image" in request.body
        told = super().respond(request)
        return OUTAGES.get(self.told, told) if is_picture else told


def answer_of(data: bytes) -> str:
    return ANSWERS[png_pixels(data)[2][1]]


def animation(answer: str) -> bytes:
    frames = [Image(8, 8, bytes(64)), Image(8, 8, bytes([1]) * 64)]
    colour = (9, ANSWERS.index(answer), 9)
    return bytes(Gif(8, 8, [loop(0), *frames], palette=[colour, (200, colour[1], 9)]))


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as stub:
        yield stub


def library(service: Service) -> ModerationPipeline:
    scanner = OpenAIVisionScanner(API_KEY, base_url=service.base_url, sleep=lambda _: None)
    return ModerationPipeline(scanner=ContentScanner(visual_scanner=scanner))


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("answer", ANSWERS)
def test_words_and_pictures_are_decided_alike(
    service: Service, tmp_path: Path, answer: str, words: str
) -> None:
    service.told = answer
    file, title = tmp_path / "cat.gif", WORDS[words]
    file.write_bytes(animation(answer))
    described = {"title": "" if words == "doubtful" else title, "description": title}
    theirs = library(service).moderate_content("cat", str(file), "5a" * 32, **described)
    pictures = list(service.images)
    ours = Desk().look(asset(file.read_bytes(), **described), asking(service))
    assert ours.decision == theirs.decision.value
    # What the rules refuse the Worker spares the calls.
    sent = service.images[len(pictures) :]
    assert sent == ([] if words == "refused" else pictures)


@pytest.mark.parametrize("file", [ANIMATED_WEBP, b"", b"no picture", b"GIF89a"])
def test_files_that_nobody_can_judge_are_decided_alike(service: Service, tmp_path: Path, file: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(file)
    theirs = library(service).moderate_content("cat", str(path), "5a" * 32, title="a cat")
    ours = Desk().look(asset(file, "", title="a cat"), asking(service))
    assert (ours.decision, theirs.decision.value) == ("flagged", "flagged")


@pytest.mark.parametrize("title", ["a cat", "awful"])
@pytest.mark.parametrize("answer", ANSWERS)
def test_what_is_not_safe_to_the_library_is_not_approved_here_and_the_other_way_round(
    service: Service, tmp_path: Path, answer: str, title: str
) -> None:
    service.told = answer
    file = tmp_path / "cat.gif"
    file.write_bytes(animation(answer))
    pipeline = AISafetyPipeline(API_KEY, base_url=service.base_url, sleep=lambda _: None)
    is_safe, _, confidence = pipeline.is_safe(pipeline.scan_upload(str(file), title=title))
    texts = list(service.texts)
    ours = Desk().look(asset(file.read_bytes(), title=title), asking(service))
    assert (ours.decision == "approved") == (is_safe and confidence >= 0.95)
    assert service.texts[len(texts) :] == texts

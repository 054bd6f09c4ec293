"""Files: what is sent of them, what is decided, and which named limits send them to a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ai_safety_scanner.isolate import MAX_FILE_BYTES, MAX_STILL_BYTES
from moderating.content import Content
from moderating.settings import Settings, Unseen
from tests.stubs.http_server import Disconnect
from tests.stubs.openai import MODEL, OpenAIStub, Scores, png_pixels
from tests.unit.ai_safety_scanner.pictures import (
    ANIMATED_WEBP,
    AVIF,
    GREY,
    JPEG,
    MP4,
    RED,
    STILL_WEBP,
    WEBM,
    WHITE,
    animated_png,
    animation,
    grayscale_alpha_png,
    png,
)
from tests.unit.gif.gif_writer import Gif, Image
from tests.unit.moderating.looks import SHA256, Desk, asking, asset, broken

SCORES: dict[tuple[int, ...], Scores] = {
    (255, 0, 0): {"sexual": 0.97},
    (128, 128, 128): {"sexual": 0.55},
    (255, 255, 255): {"violence": 0.2},
}
BLACK = 0


def judge(data: bytes) -> Scores:
    if data[:4] != b"\x89PNG":
        return {}
    return SCORES.get(tuple(png_pixels(data)[2][:3]), {})


@pytest.fixture
def service() -> Iterator[OpenAIStub]:
    with OpenAIStub({"awful": {"hate": 0.97}}, judge) as stub:
        yield stub


def test_a_clean_animation_is_approved_after_a_look_at_each_different_frame(service: OpenAIStub) -> None:
    desk = Desk()
    file = bytes(
        Gif(4, 4, [Image(4, 4, bytes([n % 2]) * 16) for n in range(6)], palette=[(0, 0, 0), (9, 9, 9)])
    )
    found = desk.look(asset(file, title="a cat"), asking(service))
    assert (found.decision, found.verdict["model"]) == ("approved", MODEL)
    assert (len(service.texts), len(service.images), desk.spent) == (1, 2, 3)
    assert found.verdict["scores"]["picture/sexual"] == 0.01


@pytest.mark.parametrize("place", [0, 7, 19])
def test_one_unsafe_frame_anywhere_refuses_the_file(service: OpenAIStub, place: int) -> None:
    colours = [BLACK] * 20
    colours[place] = RED
    found = Desk().look(asset(animation(*colours)), asking(service))
    assert (found.decision, found.verdict["reason"]) == ("rejected", "unsafe_picture: sexual (0.97)")
    assert found.verdict["categories"] == ["nsfw", "sexual"]


@pytest.mark.parametrize(
    ("colour", "reason"),
    [(GREY, "unsafe_picture: sexual (0.55)"), (WHITE, "unsure_picture: violence (0.20)")],
)
def test_a_borderline_frame_goes_to_a_person(service: OpenAIStub, colour: int, reason: str) -> None:
    found = Desk().look(asset(animation(BLACK, colour)), asking(service))
    assert (found.decision, found.verdict["reason"]) == ("flagged", reason)


@pytest.mark.parametrize(
    ("file", "content_type"), [(png(), "image/png"), (JPEG, "image/jpeg"), (STILL_WEBP, "image/webp")]
)
def test_still_pictures_go_as_they_are(service: OpenAIStub, file: bytes, content_type: str) -> None:
    assert Desk().look(asset(file, content_type), asking(service)).decision == "approved"
    assert service.images == [file]


def test_a_grayscale_picture_with_alpha_is_judged_as_rgb_and_by_no_person(service: OpenAIStub) -> None:
    file = grayscale_alpha_png(2, 1, bytes([255, 255, 128, 255]))
    found = Desk().look(asset(file, "image/png"), asking(service))
    assert (found.decision, found.verdict["reason"]) == ("flagged", "unsure_picture: violence (0.20)")
    assert png_pixels(service.images[0]) == (2, 1, bytes([255] * 3 + [128] * 3))
    assert Desk().look(asset(grayscale_alpha_png(1, 1, b"\x09\xff")), asking(service)).decision == "approved"


def test_refused_words_spare_the_look_at_the_picture(service: OpenAIStub) -> None:
    found = Desk().look(asset(animation(BLACK), title="awful"), asking(service))
    assert (found.decision, service.images) == ("rejected", [])


def test_words_that_are_doubtful_do_not_keep_a_picture_from_being_refused(service: OpenAIStub) -> None:
    settings = asking(service)
    found = Desk().look(asset(animation(RED), description="cat " * 2_501), settings)
    assert found.decision == "rejected"
    assert found.verdict["reason"].startswith("unsafe_picture: sexual (0.97); text_rules: ")


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (animated_png(), "animated_image"),
        (ANIMATED_WEBP, "animated_image"),
        (MP4, "video_needs_frames"),
        (WEBM, "video_needs_frames"),
        (AVIF, "unsupported_type"),
        (b"", "empty_file"),
        (animation(BLACK)[:-1], "bad_gif: truncated"),
        (bytes(Gif(1921, 1080, [Image(2, 2, bytes(4))])), "bad_gif: too_many_pixels"),
        (JPEG + bytes(MAX_STILL_BYTES), "file_too_large"),
    ],
)
def test_a_file_that_no_look_can_be_taken_at_goes_to_a_person_by_its_limit(
    service: OpenAIStub, file: bytes, reason: str
) -> None:
    desk = Desk()
    found = desk.look(asset(file), asking(service))
    assert (found.decision, found.verdict["reason"]) == ("flagged", reason)
    assert (service.requests, desk.spent) == ([], 0)


@pytest.mark.parametrize(
    ("content_type", "size_bytes", "reason"),
    [
        ("video/mp4", 1, "video_needs_frames"),
        ("video/webm", 1, "video_needs_frames"),
        ("image/avif", 1, "unsupported_type"),
        ("image/gif", MAX_FILE_BYTES + 1, "file_too_large"),
        ("image/jpeg", MAX_STILL_BYTES + 1, "file_too_large"),
    ],
)
def test_what_is_known_to_be_too_much_is_not_even_read(
    service: OpenAIStub, content_type: str, size_bytes: int, reason: str
) -> None:
    read = broken(AssertionError("it was read"))
    content = Content(
        "asset:abc", SHA256, content_type=content_type, size_bytes=size_bytes, read=read, title="a cat"
    )
    found = Desk().look(content, asking(service))
    assert (found.decision, found.verdict["reason"]) == ("flagged", reason)
    assert service.texts == [["a cat"]]


@pytest.mark.parametrize(
    ("content_type", "size_bytes"), [("image/gif", MAX_FILE_BYTES), ("image/png", MAX_STILL_BYTES)]
)
def test_what_is_just_within_its_limit_is_looked_at(
    service: OpenAIStub, content_type: str, size_bytes: int
) -> None:
    file = animation(BLACK) if content_type == "image/gif" else png()
    content = replace(asset(file, content_type), size_bytes=size_bytes)
    assert Desk().look(content, asking(service)).decision == "approved"


def test_without_a_key_nobody_sees_the_picture_so_a_person_has_to() -> None:
    content = replace(asset(None, title="a cat"), read=broken(AssertionError("it was read")))
    found = Desk().look(content)
    assert (found.decision, found.verdict["reason"], found.verdict["model"]) == (
        "flagged",
        "unseen_picture",
        "rules",
    )


def test_the_operator_may_let_unseen_pictures_go_by_their_words() -> None:
    settings = Settings(unseen_pictures=Unseen.APPROVE)
    found = Desk().look(asset(animation(RED), title="a cat"), settings)
    assert found.decision == "approved"
    assert found.verdict["reason"] == "unseen_picture: approved by the operator's choice"
    assert Desk().look(asset(animation(RED), title="porn"), settings).decision == "rejected"


def test_the_choice_about_unseen_pictures_does_not_cover_what_can_be_seen(service: OpenAIStub) -> None:
    settings = asking(service, unseen_pictures=Unseen.APPROVE)
    assert Desk().look(asset(animation(RED)), settings).decision == "rejected"
    assert Desk().look(asset(MP4), settings).decision == "flagged"
    service.script(*[Disconnect()] * 3)
    assert Desk().look(asset(animation(BLACK)), settings).decision == "pending"


def test_a_file_that_is_not_there_is_looked_for_again(service: OpenAIStub) -> None:
    found = Desk().look(asset(None), asking(service))
    assert (found.decision, found.verdict["reason"], found.retry_after_seconds) == (
        "pending",
        "file_missing",
        30,
    )


def test_what_reading_the_file_raises_passes_through(service: OpenAIStub) -> None:
    content = replace(asset(None), read=broken(ConnectionError("R2 is away")))
    with pytest.raises(ConnectionError, match="R2 is away"):
        Desk().look(content, asking(service))


def test_a_budget_too_small_for_all_frames_sends_none(service: OpenAIStub) -> None:
    desk = Desk()
    file = animation(BLACK, GREY, WHITE)
    found = desk.look(asset(file, title="a cat"), asking(service, openai_calls_per_day=3))
    assert (found.decision, found.verdict["reason"]) == ("flagged", "budget_used_up: picture")
    assert (len(service.texts), service.images, desk.spent) == (1, [], 1)


def test_what_the_budget_raises_passes_through(service: OpenAIStub) -> None:
    class Away(Desk):
        async def spend(self, calls: int, limit: int) -> object:
            raise ConnectionError("the ledger is away")

    with pytest.raises(ConnectionError, match="the ledger is away"):
        Away().look(asset(animation(BLACK)), asking(service))
    assert service.requests == []

"""Picture scans against the stub service."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ai_safety_scanner import OpenAIVisionScanner, ScanError, image_samples
from ai_safety_scanner import images as images_module
from tests.stubs.http_server import json_reply
from tests.stubs.openai import OpenAIStub, answer, png_pixels, result
from tests.unit.ai_safety_scanner.pictures import (
    ANIMATED_WEBP,
    AVIF,
    JPEG,
    MP4,
    RED,
    STILL_WEBP,
    WEBM,
    WHITE,
    animated_png,
    animation,
    chunk,
    png,
    png_with,
    webp,
)
from tests.unit.gif.gif_writer import Gif, Image


def test_a_gif_is_shown_as_still_pngs_one_a_call_and_described(
    vision_scanner: OpenAIVisionScanner, stub: OpenAIStub, tmp_path: Path
) -> None:
    path = tmp_path / "cat.gif"
    path.write_bytes(animation(0, 1, 2, side=600))
    scan = vision_scanner.scan_image(path)
    assert scan.is_safe
    assert scan.confidence == pytest.approx(0.99)
    assert scan.metadata["frames_scanned"] == [0, 1, 2]
    assert scan.metadata["description"] == "Nothing unsafe found in 3 pictures."
    assert scan.metadata["answer_ids"] == ["modr-1", "modr-2", "modr-3"]
    assert [png_pixels(image)[:2] for image in stub.images] == [(300, 300)] * 3


def test_one_unsafe_frame_among_many_makes_the_gif_unsafe(
    vision_scanner: OpenAIVisionScanner, stub: OpenAIStub, tmp_path: Path
) -> None:
    path = tmp_path / "cat.gif"
    colours = [WHITE] * 40
    colours[29] = RED
    path.write_bytes(animation(*colours))
    scan = vision_scanner.scan_image(str(path))
    assert (scan.is_safe, scan.confidence) == (False, 0.97)
    assert scan.violations == ["sexual (0.97)"]
    assert scan.categories_flagged == {"sexual": 0.97}
    assert scan.metadata["description"] == "Unsafe content found in 2 pictures: sexual."
    # Frames that look alike are shown once.
    assert len(stub.images) == 2


def test_a_drawing_in_white_on_nothing_is_visible_to_the_judge(
    vision_scanner: OpenAIVisionScanner, stub: OpenAIStub, tmp_path: Path
) -> None:
    path = tmp_path / "cat.gif"
    drawing = Image(2, 1, bytes([1, 0]), transparent=0)
    path.write_bytes(bytes(Gif(2, 1, [drawing])))
    vision_scanner.scan_image(path)
    assert png_pixels(stub.images[0])[2] == bytes([255] * 3 + [128] * 3)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (png(), "image/png"),
        (png_with(chunk(b"gAMA", bytes(4))), "image/png"),
        (JPEG, "image/jpeg"),
        (STILL_WEBP, "image/webp"),
        (webp((b"VP8L", b"x")), "image/webp"),
    ],
)
def test_still_pictures_go_as_they_are_whatever_their_name(
    vision_scanner: OpenAIVisionScanner, stub: OpenAIStub, tmp_path: Path, content: bytes, media_type: str
) -> None:
    path = tmp_path / "name.gif"
    path.write_bytes(content)
    scan = vision_scanner.scan_image(path)
    assert scan.is_safe
    assert scan.metadata["description"] == "Nothing unsafe found in 1 picture."
    assert scan.metadata["frames_scanned"] == []
    assert stub.images == [content]
    (part,) = stub.requests[0].json()["input"]
    assert part["type"] == "image_url"
    assert part["image_url"]["url"].startswith(f"data:{media_type};base64,")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"hello", "unsupported_type"),
        (AVIF, "unsupported_type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported_type"),
        (MP4, "video_needs_frames"),
        (WEBM, "video_needs_frames"),
        (animated_png(), "animated_image"),
        (png_with(chunk(b"gAMA", bytes(4)), chunk(b"acTL", bytes(8))), "animated_image"),
        (ANIMATED_WEBP, "animated_image"),
        (webp((b"VP8X", bytes(10)), (b"ANMF", bytes(5))), "animated_image"),
        (png()[:33], "bad_image"),
        (png()[:20], "bad_image"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"JUNK", bytes(40)), "bad_image"),
        (b"GIF89a", "bad_gif"),
        (animation(1)[:-1], "bad_gif"),
        (animation(1) + bytes(100_000), "bad_gif"),
        (bytes(Gif(8, 8, [Image(8, 8, b"", data=b"\0")])), "bad_gif"),
    ],
)
def test_a_file_that_cannot_be_judged_whole_is_not_safe_and_not_sent(
    vision_scanner: OpenAIVisionScanner, stub: OpenAIStub, tmp_path: Path, content: bytes, code: str
) -> None:
    path = tmp_path / "cat.gif"
    path.write_bytes(content)
    scan = vision_scanner.scan_image(path)
    assert (scan.is_safe, scan.confidence, scan.metadata["error"]) == (False, 0.0, code)
    assert scan.violations
    assert stub.requests == []


def test_a_bad_gif_says_what_is_wrong_with_it(vision_scanner: OpenAIVisionScanner, tmp_path: Path) -> None:
    path = tmp_path / "cat.gif"
    path.write_bytes(animation(1)[:-1])
    assert vision_scanner.scan_image(path).metadata["gif_error"] == "truncated"


def test_a_file_that_cannot_be_read_is_not_safe(vision_scanner: OpenAIVisionScanner, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (tmp_path / "missing.gif", tmp_path, pipe, "nul\0byte.gif", ""):
        scan = vision_scanner.scan_image(path)
        assert (scan.is_safe, scan.metadata["error"]) == (False, "unreadable_file")
    scan = vision_scanner.scan_image(None)  # type: ignore[arg-type]
    assert (scan.is_safe, scan.metadata["error"]) == (False, "unreadable_file")


def test_pictures_and_files_over_their_limits_are_not_sent(
    vision_scanner: OpenAIVisionScanner, stub: OpenAIStub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cat.jpg"
    path.write_bytes(JPEG + bytes(images_module.MAX_IMAGE_BYTES - len(JPEG) + 1))
    assert vision_scanner.scan_image(path).metadata["error"] == "file_too_large"
    with path.open("r+b") as file:
        file.truncate(images_module.MAX_FILE_BYTES + 1)
    assert vision_scanner.scan_image(path).metadata["error"] == "file_too_large"
    assert stub.requests == []
    monkeypatch.setattr(images_module, "MAX_FILE_BYTES", 10)
    with pytest.raises(ScanError) as caught:
        image_samples(animation(1))
    assert caught.value.code == "file_too_large"


@pytest.mark.parametrize(
    ("scores", "violations"),
    [
        ({"sexual": 0.97}, []),
        ({"sexual": 0.97, "sexual/minors": 0.5}, ["sexual/minors (0.50)"]),
        ({"sexual": 0.97, "violence": 0.8}, ["violence (0.80)"]),
    ],
)
def test_without_the_nsfw_check_only_sexual_content_passes(
    vision_scanner: OpenAIVisionScanner,
    stub: OpenAIStub,
    tmp_path: Path,
    scores: dict[str, float],
    violations: list[str],
) -> None:
    path = tmp_path / "cat.png"
    path.write_bytes(png())
    stub.judge_image = lambda _: scores
    assert vision_scanner.scan_image(path, check_nsfw=False).violations == violations
    assert "sexual (0.97)" in vision_scanner.scan_image(path).violations


def test_a_flag_without_a_category_counts_even_without_the_nsfw_check(
    vision_scanner: OpenAIVisionScanner, stub: OpenAIStub, tmp_path: Path
) -> None:
    path = tmp_path / "cat.png"
    path.write_bytes(png())
    stub.script(json_reply(answer({**result(image=True), "flagged": True})))
    assert vision_scanner.scan_image(path, check_nsfw=False).violations == ["flagged (0.01)"]

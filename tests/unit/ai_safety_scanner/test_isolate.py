"""What is too large for a Worker is refused before it is unpacked, by its named limit."""

from __future__ import annotations

import pytest

from ai_safety_scanner import Endpoint, ScanError, isolate, upload_steps
from ai_safety_scanner.isolate import LIMITS, within_isolate
from tests.unit.ai_safety_scanner.pictures import animation, png
from tests.unit.gif.gif_writer import Gif, Image


def screen(width: int, height: int, images: int = 1) -> bytes:
    return bytes(Gif(width, height, [Image(2, 2, bytes(4))] * images))


@pytest.mark.parametrize("data", [animation(1, 2), png(), screen(1920, 1080), screen(1080, 1920)])
def test_what_fits_is_read_as_it_is(data: bytes) -> None:
    assert within_isolate(lambda: data)() == data


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (screen(1921, 1080), "too_many_pixels"),
        (screen(1920, 1080, LIMITS.max_total_pixels // (1920 * 1080) + 1), "too_many_pixels"),
        (animation(1)[:-1], "truncated"),
    ],
)
def test_a_gif_over_a_limit_is_told_by_its_code(data: bytes, told: str) -> None:
    with pytest.raises(ScanError) as caught:
        within_isolate(lambda: data)()
    assert (caught.value.code, caught.value.details) == ("bad_gif", {"gif_error": told})


def test_a_file_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolate, "MAX_FILE_BYTES", len(png()))
    assert within_isolate(png)() == png()
    with pytest.raises(ScanError) as caught:
        within_isolate(lambda: png() + b"!")()
    assert caught.value.code == "file_too_large"


def test_a_picture_that_is_sent_whole_is_bounded_more_narrowly_than_a_gif(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(isolate, "MAX_STILL_BYTES", len(png()))
    animated = animation(1, 2)
    assert len(animated) > len(png())
    assert within_isolate(lambda: animated)() == animated
    assert within_isolate(png)() == png()
    with pytest.raises(ScanError) as caught:
        within_isolate(lambda: png() + b"!")()
    assert caught.value.code == "file_too_large"


def test_a_scan_of_what_does_not_fit_asks_nobody_and_is_not_safe() -> None:
    steps = upload_steps(Endpoint("key"), within_isolate(lambda: screen(2000, 2000)))
    with pytest.raises(StopIteration) as done:
        next(steps)
    visual = done.value.value["visual"]
    assert (visual.is_safe, visual.metadata["gif_error"]) == (False, "too_many_pixels")

"""What choosing the frames costs, counted in lines run, pixels halved and bytes held: never in seconds."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import gif
from gif import Picture, choose_stills, pixels
from tests.unit.gif.gif_writer import Gif, Image

HOME = str(Path(gif.__file__).parent)
LIMIT, MAX_SIDE = 8, 64
GREYS = [(grey, grey, grey) for grey in range(256)]
WORST = {"interlaced": True, "disposal": 3}


def animation(width: int, height: int, frames: int, **shape: Any) -> bytes:
    """Return frames whose every pixel changes from one to the next, a few bands of colour each."""
    row = bytes(range(8)) * (width // 8 + 1)
    pictures = [
        bytes((value + 31 * number) % 256 for value in row[:width]) * height for number in range(frames)
    ]
    images = [Image(width, height, indices, **shape) for indices in pictures]
    return bytes(Gif(width, height, images, palette=GREYS))


class Lines:
    """Counts the lines that run in the package."""

    def __init__(self) -> None:
        self.count = 0

    def called(self, frame: FrameType, event: str, argument: Any) -> Any:
        return self.ran if frame.f_code.co_filename.startswith(HOME) else None

    def ran(self, frame: FrameType, event: str, argument: Any) -> Any:
        self.count += event == "line"
        return self.ran


@contextmanager
def counted_lines() -> Iterator[Lines]:
    lines, before = Lines(), sys.gettrace()
    sys.settrace(lines.called)
    try:
        yield lines
    finally:
        sys.settrace(before)


def work(data: bytes) -> int:
    with counted_lines() as lines:
        choose_stills(data, LIMIT, MAX_SIDE)
    return lines.count


def test_twice_the_frames_are_twice_the_work() -> None:
    few, many = work(animation(96, 96, 12)), work(animation(96, 96, 24))
    assert many <= 2.05 * few


def test_twice_the_pixels_are_at_most_twice_the_work() -> None:
    small, large = work(animation(96, 96, 6)), work(animation(96, 192, 6))
    assert large <= 2.05 * small


def test_every_pixel_is_halved_a_bounded_number_of_times(monkeypatch: pytest.MonkeyPatch) -> None:
    halved = 0
    original = pixels._halved

    def counting(picture: Picture) -> Picture:
        nonlocal halved
        halved += picture.width * picture.height
        return original(picture)

    monkeypatch.setattr(pixels, "_halved", counting)
    for width, height, frames in [(96, 96, 4), (192, 96, 4), (400, 300, 2), (1, 4000, 2), (4000, 1, 2)]:
        halved = 0
        choose_stills(animation(width, height, frames), LIMIT, MAX_SIDE)
        # A quarter is left each time, a half of a picture that is one pixel wide.
        assert halved <= 2.1 * width * height * frames


def peak_bytes(data: bytes) -> int:
    tracemalloc.start()
    try:
        choose_stills(data, LIMIT, MAX_SIDE)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("shape", [{}, WORST, {"disposal": 2}])
def test_memory_follows_the_screen_and_not_the_frames(shape: dict[str, Any]) -> None:
    width, height = 800, 600
    bands = 4_000_000
    few, many = (peak_bytes(animation(width, height, count, **shape)) for count in (2, 20))
    assert few <= 12 * width * height + bands
    # Twenty frames held whole would be 38 MB more.
    assert many - few <= LIMIT * 3 * MAX_SIDE**2 + 20 * 2_000


def test_only_the_chosen_pictures_are_held() -> None:
    def flashing(frames: int) -> bytes:
        # Every flash is brighter than the one before and takes its place.
        greys = [4 * number if number % 2 else 0 for number in range(frames)]
        images = [Image(MAX_SIDE, MAX_SIDE, bytes([grey]) * MAX_SIDE**2) for grey in greys]
        return bytes(Gif(MAX_SIDE, MAX_SIDE, images, palette=GREYS))

    picture = 3 * MAX_SIDE**2
    assert peak_bytes(flashing(60)) - peak_bytes(flashing(20)) <= 3 * picture + 40 * 1_000

"""Flattening, shrinking and PNG."""

from __future__ import annotations

import struct
import subprocess
import zlib
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gif import Picture, encode_png, flatten, pixels, shrink
from gif.pixels import flatten_and_shrink


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    width, height = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    return Picture(width, height, draw(st.binary(min_size=3 * width * height, max_size=3 * width * height)))


def halved_slowly(picture: Picture) -> Picture:
    """Return the mean of each 2 x 2 pixels, columns after rows, rounding down each time."""
    width, height = (picture.width + 1) // 2, (picture.height + 1) // 2

    def at(x: int, y: int, channel: int) -> int:
        x, y = min(x, picture.width - 1), min(y, picture.height - 1)
        return picture.rgb[3 * (y * picture.width + x) + channel]

    return Picture(
        width,
        height,
        bytes(
            ((at(2 * x, 2 * y, c) + at(2 * x, 2 * y + 1, c)) // 2)
            + ((at(2 * x + 1, 2 * y, c) + at(2 * x + 1, 2 * y + 1, c)) // 2)
            >> 1
            for y in range(height)
            for x in range(width)
            for c in range(3)
        ),
    )


@settings(deadline=None)
@given(pictures())
def test_shrinking_takes_the_mean_of_four_pixels(picture: Picture) -> None:
    longest = max(picture.width, picture.height)
    assert shrink(picture, longest) == picture
    if longest > 1:
        assert shrink(picture, longest - 1) == halved_slowly(picture)
    one = shrink(picture, 1)
    assert (one.width, one.height, len(one.rgb)) == (1, 1, 3)


@settings(deadline=None)
@given(
    st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.sampled_from([1, 64, 65_536]), st.randoms()
)
def test_bands_give_what_the_whole_gives(
    width: int, height: int, max_side: int, band: int, random: Random
) -> None:
    rgba = bytearray(random.randbytes(4 * width * height))
    rgba[3::4] = bytes(random.choice((0, 255)) for _ in range(width * height))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pixels, "BAND_PIXELS", band)
        banded = flatten_and_shrink(width, height, rgba, max_side)
    assert banded == shrink(flatten(width, height, rgba), max_side)


@pytest.mark.parametrize(
    ("size", "max_side", "expected"),
    [
        ((512, 512), 512, (512, 512)),
        ((513, 2), 512, (257, 1)),
        ((1, 4000), 512, (1, 500)),
        ((4097, 1), 512, (257, 1)),
    ],
)
def test_no_side_is_longer_than_asked(
    size: tuple[int, int], max_side: int, expected: tuple[int, int]
) -> None:
    width, height = size
    shrunk = shrink(Picture(width, height, bytes(3 * width * height)), max_side)
    assert (shrunk.width, shrunk.height) == expected


def test_transparent_pixels_become_mid_grey_so_that_white_and_black_drawings_show() -> None:
    rgba = bytes([255, 255, 255, 255, 0, 0, 0, 0, 9, 9, 9, 0, 1, 2, 3, 255])
    assert flatten(2, 2, rgba).rgb == bytes([255] * 3 + [128] * 6 + [1, 2, 3])
    assert flatten(1, 1, b"\1\2\3\xff").rgb == b"\1\2\3"


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    found, at = [], 8
    while at < len(png):
        (size,) = struct.unpack_from(">I", png, at)
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        assert struct.unpack_from(">I", png, at + 8 + size)[0] == zlib.crc32(kind + data)
        found.append((kind, data))
        at += 12 + size
    return found


@given(pictures())
def test_a_png_is_rgb_and_holds_the_rows(picture: Picture) -> None:
    (_, header), (_, data), (end, _) = chunks(encode_png(picture))
    assert struct.unpack(">IIBBBBB", header) == (picture.width, picture.height, 8, 2, 0, 0, 0)
    row = 3 * picture.width
    unpacked = zlib.decompress(data)
    rows = [unpacked[at : at + row + 1] for at in range(0, len(unpacked), row + 1)]
    assert all(line[0] == 0 for line in rows)
    assert b"".join(line[1:] for line in rows) == picture.rgb
    assert end == b"IEND"


def test_ffmpeg_reads_the_png_as_the_same_pixels(ffmpeg: str, tmp_path: Path) -> None:
    picture = Picture(5, 4, bytes(range(60)))
    path = tmp_path / "still.png"
    path.write_bytes(encode_png(picture))
    command = [ffmpeg, "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    assert subprocess.run(command, capture_output=True, check=True).stdout == picture.rgb


@pytest.mark.parametrize("picture", [Picture(0, 1, b""), Picture(1, 0, b""), Picture(2, 2, bytes(11))])
def test_a_picture_of_the_wrong_size_is_no_png(picture: Picture) -> None:
    with pytest.raises(ValueError, match="3 bytes"):
        encode_png(picture)

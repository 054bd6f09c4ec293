"""Unpacking: pixel for pixel what a browser composes, or a GifError."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gif import GifError, Limits, decode_frames
from gif.errors import MESSAGES
from gif.lzw import decompress
from gif.pixels import BAND_PIXELS
from tests.unit.gif.gif_writer import GREYS_AND_RED, Gif, Image, compress
from tests.unit.gif.strategies import gifs, images, mutated

CLEAR = (0, 0, 0, 0)
BLACK, WHITE, GREY, RED = ((*colour, 255) for colour in GREYS_AND_RED)


def shown(*images: Image, width: int = 2, height: int = 2) -> list[list[tuple[int, ...]]]:
    data = bytes(Gif(width, height, images))
    frames = decode_frames(data)
    return [[tuple(frame.rgba[at : at + 4]) for at in range(0, len(frame.rgba), 4)] for frame in frames]


def noise(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size)


def filled(index: int, **options: object) -> Image:
    return Image(2, 2, bytes([index]) * 4, **options)  # type: ignore[arg-type]


def dot(index: int, **options: object) -> Image:
    return Image(1, 1, bytes([index]), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(("disposal"), [0, 1, 5, 6, 7])
def test_a_frame_that_is_left_stays_under_the_next(disposal: int) -> None:
    assert shown(filled(1, disposal=disposal), dot(3))[1] == [RED, WHITE, WHITE, WHITE]


def test_disposal_to_background_clears_the_image_area_to_transparent() -> None:
    first = filled(1)
    second = dot(3, disposal=2)
    third = dot(2, left=1, top=1)
    assert shown(first, second, third)[1:] == [[RED, WHITE, WHITE, WHITE], [CLEAR, WHITE, WHITE, GREY]]


@pytest.mark.parametrize("disposal", [3, 4])
def test_disposal_to_previous_brings_back_what_was_under_the_image(disposal: int) -> None:
    frames = shown(filled(1), dot(3, disposal=disposal), dot(2, left=1, top=1))
    assert frames[1:] == [[RED, WHITE, WHITE, WHITE], [WHITE, WHITE, WHITE, GREY]]
    assert shown(filled(1, disposal=disposal), dot(3))[1] == [RED, CLEAR, CLEAR, CLEAR]


def test_transparent_pixels_show_what_is_below() -> None:
    over = Image(2, 2, bytes([3, 1, 1, 3]), transparent=1)
    assert shown(filled(2), over)[1] == [RED, GREY, GREY, RED]
    assert shown(over)[0] == [RED, CLEAR, CLEAR, RED]


def test_an_index_beyond_the_palette_draws_nothing() -> None:
    assert shown(filled(1), Image(2, 1, bytes([200, 3])))[1] == [WHITE, RED, WHITE, WHITE]


def test_a_palette_of_its_own_wins_over_the_global_one() -> None:
    assert shown(filled(1, palette=[(1, 2, 3), (4, 5, 6)]))[0] == [(4, 5, 6, 255)] * 4


def test_frames_have_pixels_of_their_own_and_their_delay() -> None:
    frames = list(decode_frames(bytes(Gif(2, 2, [filled(1, delay_cs=0), filled(2, delay_cs=30)]))))
    assert [(frame.index, frame.delay_ms) for frame in frames] == [(0, 100), (1, 300)]
    frames[0].rgba[:] = bytes(16)
    assert frames[1].rgba == bytearray(bytes(GREY) * 4)


def test_frames_come_one_at_a_time_so_that_a_late_error_does_not_hide_the_first() -> None:
    frames = decode_frames(bytes(Gif(2, 2, [filled(1), filled(1, data=b"\xff\xff")])))
    assert next(frames).index == 0
    with pytest.raises(GifError) as caught:
        next(frames)
    assert caught.value.code == "bad_image_data"


def test_images_larger_than_a_band_are_painted_whole() -> None:
    width, height = 300, BAND_PIXELS // 300 * 2 + 5
    indices = bytes(value & 3 for value in noise(7, width * height))
    (frame,) = decode_frames(bytes(Gif(width, height, [Image(width, height, indices, transparent=2)])))
    colours = [bytes(colour) for colour in (BLACK, WHITE, CLEAR, RED)]
    assert frame.rgba == b"".join(colours[index] for index in indices)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        compress(Image(2, 2, bytes(4)))[:2],
        compress(Image(1, 1, bytes(1))),
        b"\xff\xff\xff\xff\xff",
        b"\x00\xfd\xff\xff",
    ],
    ids=["empty", "cut", "ends early", "unknown first code", "code from the future"],
)
def test_corrupt_or_short_image_data_is_an_error(data: bytes) -> None:
    with pytest.raises(GifError) as caught:
        shown(filled(0, data=data))
    assert caught.value.code == "bad_image_data"


def test_surplus_image_data_is_ignored() -> None:
    assert shown(dot(3, data=compress(Image(9, 9, bytes([3]) * 81))))[0][0] == RED


def test_limits_hold_before_anything_is_unpacked() -> None:
    with pytest.raises(GifError) as caught:
        next(decode_frames(bytes(Gif(2, 2, [filled(1)] * 3)), Limits(max_total_pixels=11)))
    assert caught.value.code == "too_many_pixels"


@pytest.mark.parametrize("defer_clear", [False, True])
def test_a_full_code_table_is_used_until_it_is_cleared(defer_clear: bool) -> None:
    indices = noise(1, 30_000)
    image = Image(300, 100, indices, defer_clear=defer_clear)
    assert decompress(compress(image), 8, 30_000) == indices


def test_one_colour_unpacks_through_codes_that_name_themselves() -> None:
    image = Image(1000, 1000, bytes([1]) * 1_000_000, min_code_bits=2)
    assert decompress(compress(image), 2, 1_000_000) == image.indices


def outcome(content: bytes) -> str:
    try:
        for frame in decode_frames(content, Limits(max_total_pixels=100_000)):
            assert len(frame.rgba) == 4 * frame.width * frame.height
    except GifError as error:
        return error.code
    return "unpacked"


@settings(deadline=None)
@given(images(24, 24))
def test_whatever_was_packed_comes_back(image: Image) -> None:
    packed = compress(image)
    if not image.interlaced:
        assert decompress(packed, image.min_code_bits, len(image.indices)) == image.indices
    palette = [(index, 255 - index, 7) for index in range(256)]
    plain = Image(**{**image.__dict__, "palette": palette, "transparent": None})
    (frame,) = decode_frames(bytes(Gif(24, 24, [plain])))
    for row in range(image.height):
        start = 4 * ((image.top + row) * 24 + image.left)
        wanted = image.indices[row * image.width : (row + 1) * image.width]
        assert frame.rgba[start : start + 4 * image.width : 4] == wanted


@settings(deadline=None)
@given(gifs())
def test_every_well_formed_file_unpacks(written: Gif) -> None:
    frames = list(decode_frames(bytes(written)))
    assert len(frames) == sum(isinstance(block, Image) for block in written.blocks)
    assert {len(frame.rgba) for frame in frames} == {4 * written.width * written.height}
    assert all(set(frame.rgba[3::4]) <= {0, 255} for frame in frames)


@settings(deadline=None)
@given(st.one_of(st.binary().map(lambda tail: b"GIF89a" + tail), mutated()))
def test_nothing_but_the_own_error_comes_out(content: bytes) -> None:
    assert outcome(content) in {"unpacked", *MESSAGES}

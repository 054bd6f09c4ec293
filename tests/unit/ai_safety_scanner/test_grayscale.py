"""Grayscale pictures with alpha, rewritten for a service that fails on them."""

from __future__ import annotations

import random
import zlib

import pytest

from ai_safety_scanner import ScanError
from ai_safety_scanner.grayscale import MAX_PIXELS, as_rgb
from ai_safety_scanner.images import image_samples
from tests.stubs.openai import png_pixels
from tests.unit.ai_safety_scanner.pictures import chunk, grayscale_alpha_png


def over_grey(pixels: bytes) -> bytes:
    """Lay greys with alpha over mid-grey, one by one."""
    shown = bytearray()
    for grey, alpha in zip(pixels[::2], pixels[1::2], strict=True):
        shown += bytes([round((grey * alpha + 128 * (255 - alpha)) / 255)] * 3)
    return bytes(shown)


@pytest.mark.parametrize("filters", [(0,), (1,), (2,), (3,), (4,), (4, 1, 3, 0, 2)])
@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("size", [(1, 1), (2, 9), (13, 11), (1, 7), (7, 1)])
def test_every_pixel_is_what_the_picture_shows_over_mid_grey(
    filters: tuple[int, ...], interlaced: bool, depth: int, size: tuple[int, int]
) -> None:
    width, height = size
    pixels = random.Random(1).randbytes(2 * width * height)
    file = grayscale_alpha_png(width, height, pixels, depth=depth, filters=filters, interlaced=interlaced)
    assert png_pixels(as_rgb(file)) == (width, height, over_grey(pixels))


def test_white_on_nothing_stays_visible() -> None:
    (sample,) = image_samples(grayscale_alpha_png(2, 1, bytes([255, 255, 255, 0])))
    assert sample.media_type == "image/png"
    assert png_pixels(sample.content)[2] == bytes([255] * 3 + [128] * 3)


def without_rows(file: bytes, rows: bytes) -> bytes:
    at = file.index(b"IDAT") - 4
    return file[:at] + chunk(b"IDAT", rows) + chunk(b"IEND")


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (grayscale_alpha_png()[:-28], "bad_image"),
        (without_rows(grayscale_alpha_png(), b""), "bad_image"),
        (without_rows(grayscale_alpha_png(), b"no zlib"), "bad_image"),
        (grayscale_alpha_png(1, 2, bytes(4))[:20] + bytes(4) + grayscale_alpha_png()[24:], "bad_image"),
        (grayscale_alpha_png(1, 1, bytes(4)).replace(b"\x08\x04", b"\x04\x04"), "bad_image"),
        (
            grayscale_alpha_png(2, 1, bytes(4)).replace(b"\0\0\0\x02\0\0\0\x01", b"\0\0\0\x03\0\0\0\x01"),
            "bad_image",
        ),
        (
            grayscale_alpha_png(2, 1, bytes(4)).replace(b"\0\0\0\x02\0\0\0\x01", b"\0\0\0\x01\0\0\0\x01"),
            "bad_image",
        ),
        (
            grayscale_alpha_png().replace(
                b"\0\0\0\x01\0\0\0\x01", (MAX_PIXELS + 1).to_bytes(4, "big") + b"\0\0\0\x01"
            ),
            "file_too_large",
        ),
    ],
)
def test_what_makes_no_sense_or_is_too_large_is_refused_by_name(file: bytes, code: str) -> None:
    with pytest.raises(ScanError) as refused:
        image_samples(file)
    assert refused.value.code == code


def test_a_filter_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ScanError) as refused:
        as_rgb(without_rows(grayscale_alpha_png(), zlib.compress(b"\x05\x80\xff")))
    assert refused.value.code == "bad_image"

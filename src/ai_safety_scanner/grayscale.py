"""Grayscale pictures with an alpha channel, on which the service fails, as RGB over mid-grey."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final

from ai_safety_scanner.results import ScanError
from gif import Picture, encode_png
from gif.pixels import BACKGROUND

if TYPE_CHECKING:
    from collections.abc import Iterator

GRAYSCALE_ALPHA: Final = 4
"""The way a pixel is coloured, as a PNG's header says it."""
MAX_PIXELS: Final = 1920 * 1080
"""As large as the screen of a GIF that a Worker unpacks; a million pixels take CPython a second."""

_HEADER_BYTES: Final = 33
_WHOLE: Final = ((0, 0, 1, 1),)
_ADAM7: Final = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
"""The passes of an interlaced picture: the first column and row of each, and the steps to the next."""


def as_rgb(data: bytes) -> bytes:
    """Return a PNG of colour type 4 as one that the service can judge; raise ScanError.

    Alpha is laid over mid-grey, as everywhere: white on nothing must not vanish. Of 16 bits the upper 8 stay.
    """
    width, height, depth, _, *methods, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    if not width or not height or depth not in (8, 16) or methods != [0, 0] or interlaced not in (0, 1):
        raise ScanError("bad_image")
    if width * height > MAX_PIXELS:
        raise ScanError("file_too_large")
    pixel_bytes = depth // 4
    passes = [
        (left, top, across, down, -(-(width - left) // across), -(-(height - top) // down))
        for left, top, across, down in (_ADAM7 if interlaced else _WHOLE)
        if left < width and top < height
    ]
    rows = _rows(data, sum(high * (1 + wide * pixel_bytes) for *_, wide, high in passes))
    shown = bytearray(width * height)
    at = 0
    for left, top, across, down, wide, high in passes:
        before = bytes(wide * pixel_bytes)
        for number in range(high):
            end = at + 1 + wide * pixel_bytes
            before = _unfiltered(rows[at], rows[at + 1 : end], before, pixel_bytes)
            at = end
            start = (top + number * down) * width + left
            shown[start : start + (wide - 1) * across + 1 : across] = _over_grey(before, pixel_bytes)
    rgb = bytearray(3 * len(shown))
    for channel in range(3):
        rgb[channel::3] = shown
    return encode_png(Picture(width, height, bytes(rgb)))


def _rows(data: bytes, length: int) -> bytes:
    """Return the filtered rows, of which there are exactly so many bytes."""
    unpacker = zlib.decompressobj()
    try:
        rows = unpacker.decompress(b"".join(_pieces(data)), length + 1)
    except zlib.error as error:
        raise ScanError("bad_image") from error
    if len(rows) != length:
        raise ScanError("bad_image")
    return rows


def _pieces(data: bytes) -> Iterator[bytes]:
    at = _HEADER_BYTES
    while len(kind := data[at + 4 : at + 8]) == 4:
        size = int.from_bytes(data[at : at + 4], "big")
        if kind == b"IDAT":
            yield data[at + 8 : at + 8 + size]
        at += 12 + size


def _unfiltered(kind: int, row: bytes, above: bytes, step: int) -> bytes:
    """Return a row as it was before its filter, `step` bytes being a pixel."""
    if kind == 0:
        return row
    if kind == 2:
        return bytes((value + up) & 255 for value, up in zip(row, above, strict=True))
    if kind not in (1, 3, 4):
        raise ScanError("bad_image")
    # A pixel of nothing stands before the first, in the row above too.
    plain, upper = bytearray(step) + row, bytes(step) + above
    for place in range(step, len(plain)):
        left, up, corner = plain[place - step], upper[place], upper[place - step]
        if kind == 1:
            guess = left
        elif kind == 3:
            guess = (left + up) >> 1
        else:
            guess = _paeth(left, up, corner)
        plain[place] = (plain[place] + guess) & 255
    return bytes(plain[step:])


def _paeth(left: int, up: int, corner: int) -> int:
    to_left, to_up, to_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
    if to_left <= to_up and to_left <= to_corner:
        return left
    return up if to_up <= to_corner else corner


def _over_grey(row: bytes, step: int) -> bytes:
    greys, alphas = row[::step], row[step // 2 :: step]
    return bytes(
        (grey * alpha + BACKGROUND * (255 - alpha) + 127) // 255
        for grey, alpha in zip(greys, alphas, strict=True)
    )

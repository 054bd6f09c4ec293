"""Whole pictures at once: flattening and shrinking with big-integer arithmetic instead of a loop a pixel."""

from __future__ import annotations

from typing import NamedTuple

BACKGROUND = 0x80
"""Mid-grey: what is drawn in white or in black on nothing stays visible to whoever judges the picture."""
BAND_PIXELS = 65_536
"""Pictures are worked on in bands of whole rows of about so many pixels: the working memory stays small."""


class Picture(NamedTuple):
    """3 bytes a pixel, rows from top to bottom."""

    width: int
    height: int
    rgb: bytes


def flatten(width: int, height: int, rgba: bytes | bytearray) -> Picture:
    """Return the picture over mid-grey; alpha is 0 or 255, as GIF has it."""
    alpha = rgba[3::4]
    rgb = bytearray(3 * width * height)
    for channel in range(3):
        rgb[channel::3] = rgba[channel::4]
    if 0 in alpha:
        background = alpha.translate(bytes(BACKGROUND if value == 0 else 0 for value in range(256)))
        shown = bytearray(len(rgb))
        behind = bytearray(len(rgb))
        for channel in range(3):
            shown[channel::3] = alpha
            behind[channel::3] = background
        mixed = _number(rgb) & _number(shown) | _number(behind)
        return Picture(width, height, mixed.to_bytes(len(rgb), "little"))
    return Picture(width, height, bytes(rgb))


def shrink(picture: Picture, max_side: int) -> Picture:
    """Halve the picture until neither side is longer than `max_side`; each pixel is the mean of its four."""
    while max(picture.width, picture.height) > max_side:
        picture = _halved(picture)
    return picture


def flatten_and_shrink(width: int, height: int, rgba: bytes | bytearray, max_side: int) -> Picture:
    """Return what `flatten` and `shrink` make of the pixels, in bands: no copy of the whole is ever held."""
    small_width, small_height, halvings = width, height, 0
    while max(small_width, small_height) > max_side:
        small_width, small_height = (small_width + 1) // 2, (small_height + 1) // 2
        halvings += 1
    # So many rows become one; bands of whole groups halve as the whole picture does.
    group = 1 << halvings
    rows = group * max(1, BAND_PIXELS // (width * group))
    bands = []
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        band = flatten(width, bottom - top, rgba[4 * width * top : 4 * width * bottom])
        for _ in range(halvings):
            band = _halved(band)
        bands.append(band.rgb)
    return Picture(small_width, small_height, b"".join(bands))


def _halved(picture: Picture) -> Picture:
    width, height, rgb = picture
    row_bytes = 3 * width
    if height > 1:
        rows = [rgb[at : at + row_bytes] for at in range(0, len(rgb), row_bytes)]
        # An odd last row is its own partner.
        upper = b"".join(rows[0::2])
        lower = b"".join(rows[1::2]) + (rows[-1] if height % 2 else b"")
        rgb = _mean(upper, lower)
        height = (height + 1) // 2
    if width > 1:
        if width % 2:
            lines = (rgb[at : at + row_bytes] for at in range(0, len(rgb), row_bytes))
            rgb = b"".join(line + line[-3:] for line in lines)
        half = (width + 1) // 2
        left, right = bytearray(3 * half * height), bytearray(3 * half * height)
        for channel in range(3):
            left[channel::3] = rgb[channel::6]
            right[channel::3] = rgb[channel + 3 :: 6]
        rgb = _mean(left, right)
        width = half
    return Picture(width, height, rgb)


def _mean(one: bytes | bytearray, other: bytes | bytearray) -> bytes:
    """Return the mean of each pair of bytes, rounded down: the bits they share, plus half of the others."""
    a, b = _number(one), _number(other)
    # The mask keeps a byte's lowest bit from falling into its neighbour.
    halves = (a ^ b) >> 1 & _number(b"\x7f" * len(one))
    return ((a & b) + halves).to_bytes(len(one), "little")


def _number(data: bytes | bytearray) -> int:
    return int.from_bytes(data, "little")

"""Unpacks a GIF into the pictures a browser shows, one at a time.

As browsers do: the canvas begins transparent and is cleared to transparent (the background colour is not
used), disposal 4 means 3, 5 to 7 mean 0, and a colour index beyond the palette draws nothing. Unlike them,
image data that is corrupt or short is an error: a scanner must not pass what it cannot see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gif.info import DEFAULT_LIMITS, Limits
from gif.lzw import decompress
from gif.pixels import BAND_PIXELS
from gif.walker import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gif.info import GifInfo, ImageBlock

_TO_BACKGROUND = (2,)
_TO_PREVIOUS = (3, 4)
_INTERLACE_PASSES = ((0, 8), (4, 8), (2, 4), (1, 2))
_INVERTED = bytes(range(255, -1, -1))


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of the animation as it is shown: 4 bytes a pixel, alpha 0 or 255."""

    index: int
    width: int
    height: int
    delay_ms: int
    rgba: bytearray


def decode_frames(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Iterator[Frame]:
    """Yield every frame in order, each with pixels of its own; raise GifError from the first step on."""
    info = walk(data, limits)
    for index, pixels in enumerate(shown_pixels(data, info)):
        yield Frame(index, info.width, info.height, info.images[index].effective_delay_ms, bytearray(pixels))


def shown_pixels(data: bytes, info: GifInfo) -> Iterator[bytearray]:
    """Yield the canvas as it is shown for each image: one and the same, painted over in the next step."""
    canvas = _Canvas(info)
    for image in info.images:
        before = canvas.copy_of(image) if image.disposal in _TO_PREVIOUS else None
        canvas.paint(image, data)
        yield canvas.pixels
        if before is not None:
            canvas.put_back(image, before)
        elif image.disposal in _TO_BACKGROUND:
            canvas.put_back(image, bytes(4 * image.width * image.height))


class _Canvas:
    def __init__(self, info: GifInfo) -> None:
        self.pixels = bytearray(4 * info.width * info.height)
        self._row_bytes = 4 * info.width

    def copy_of(self, image: ImageBlock) -> bytes:
        """Return the pixels where the image lies."""
        return self._region(image, 0, image.height)

    def put_back(self, image: ImageBlock, pixels: bytes) -> None:
        """Replace the pixels where the image lies."""
        self._replace(image, 0, pixels)

    def paint(self, image: ImageBlock, data: bytes) -> None:
        """Draw the image over what is there."""
        tables = _colour_tables(image, data)
        indices = _image_indices(image, data)
        band_rows = max(1, BAND_PIXELS // image.width)
        for row in range(0, image.height, band_rows):
            band = indices[row * image.width : (row + band_rows) * image.width]
            self._paint_band(image, row, band, tables)

    def _paint_band(self, image: ImageBlock, row: int, band: bytes, tables: list[bytes]) -> None:
        source = bytearray(4 * len(band))
        for channel, table in enumerate(tables):
            source[channel::4] = band.translate(table)
        alpha = source[3::4]
        if 0 in alpha:
            keep = bytearray(len(source))
            inverted = alpha.translate(_INVERTED)
            for channel in range(4):
                keep[channel::4] = inverted
            below = int.from_bytes(self._region(image, row, len(band) // image.width), "little")
            merged = below & int.from_bytes(keep, "little") | int.from_bytes(source, "little")
            source = bytearray(merged.to_bytes(len(source), "little"))
        self._replace(image, row, source)

    def _offsets(self, image: ImageBlock, row: int, rows: int) -> range:
        first = (image.top + row) * self._row_bytes + 4 * image.left
        return range(first, first + rows * self._row_bytes, self._row_bytes)

    def _region(self, image: ImageBlock, row: int, rows: int) -> bytes:
        width = 4 * image.width
        return b"".join(self.pixels[at : at + width] for at in self._offsets(image, row, rows))

    def _replace(self, image: ImageBlock, row: int, pixels: bytes | bytearray) -> None:
        width = 4 * image.width
        for line, at in enumerate(self._offsets(image, row, len(pixels) // width)):
            self.pixels[at : at + width] = pixels[line * width : (line + 1) * width]


def _colour_tables(image: ImageBlock, data: bytes) -> list[bytes]:
    """Return, for red, green, blue and alpha, what each of 256 indices becomes; zeros draw nothing."""
    palette = image.palette
    colours = data[palette.at : palette.at + 3 * palette.colours]
    tables = [bytearray(colours[channel::3].ljust(256, b"\0")) for channel in range(3)]
    tables.append(bytearray((b"\xff" * palette.colours).ljust(256, b"\0")))
    if image.transparent_index is not None:
        for table in tables:
            table[image.transparent_index] = 0
    return [bytes(table) for table in tables]


def _image_indices(image: ImageBlock, data: bytes) -> bytes:
    """Return the colour indices of one image, rows from top to bottom; raise GifError."""
    indices = decompress(_joined(data, image.data_at + 1), data[image.data_at], image.width * image.height)
    return _in_order(indices, image) if image.interlaced else indices


def _joined(data: bytes, at: int) -> bytes:
    pieces = []
    while size := data[at]:
        pieces.append(data[at + 1 : at + 1 + size])
        at += 1 + size
    return b"".join(pieces)


def _in_order(indices: bytes, image: ImageBlock) -> bytes:
    rows: list[bytes] = [b""] * image.height
    at = 0
    for first, step in _INTERLACE_PASSES:
        for row in range(first, image.height, step):
            rows[row] = indices[at : at + image.width]
            at += image.width
    return b"".join(rows)

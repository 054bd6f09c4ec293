"""A still picture as PNG: 8-bit RGB, never with alpha or as grayscale."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gif.pixels import Picture

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def encode_png(picture: Picture) -> bytes:
    """Return the picture as a PNG file; the same picture gives the same bytes with the same zlib."""
    width, height, rgb = picture
    row_bytes = 3 * width
    if not width or not height or len(rgb) != row_bytes * height:
        raise ValueError("a picture needs 3 bytes for each pixel, and at least one pixel")
    rows = b"".join(b"\0" + rgb[at : at + row_bytes] for at in range(0, len(rgb), row_bytes))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 6)) + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

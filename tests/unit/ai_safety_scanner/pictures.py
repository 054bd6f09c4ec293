"""Small files for the scanners."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from itertools import cycle

from gif import Picture, encode_png
from tests.unit.gif.gif_writer import Gif, Image, loop

PALETTE = [(0, 0, 0), (255, 255, 255), (128, 128, 128), (255, 0, 0)]
WHITE, GREY, RED = 1, 2, 3


def animation(*colours: int, side: int = 8) -> bytes:
    frames = [Image(side, side, bytes([colour]) * side * side) for colour in colours]
    return bytes(Gif(side, side, [loop(0), *frames], palette=PALETTE))


def png(colour: tuple[int, int, int] = (9, 9, 9)) -> bytes:
    return encode_png(Picture(2, 2, bytes(colour) * 4))


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def grayscale_alpha_png(
    width: int = 1,
    height: int = 1,
    pixels: bytes = b"\x80\xff",
    *,
    depth: int = 8,
    filters: Sequence[int] = (0,),
    interlaced: bool = False,
) -> bytes:
    """Return a PNG of pixels that are a grey and an alpha each; rows are filtered in turn as asked."""
    header = struct.pack(">IIBBBBB", width, height, depth, 4, 0, 0, int(interlaced))
    step = depth // 4
    wide = b"".join(bytes([value, 0x5A]) for value in pixels) if depth == 16 else pixels
    rows, kinds = b"", cycle(filters)
    for left, top, across, down in ADAM7 if interlaced else ((0, 0, 1, 1),):
        columns = range(left, width, across)
        before = bytes(len(columns) * step)
        for row in range(top, height, down) if columns else ():
            starts = ((row * width + column) * step for column in columns)
            plain = b"".join(wide[at : at + step] for at in starts)
            rows += filtered(next(kinds), plain, before, step)
            before = plain
    data = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND")


ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def filtered(kind: int, row: bytes, above: bytes, step: int) -> bytes:
    """Return a row behind its filter's number, filtered so."""

    def guess(place: int) -> int:
        left = row[place - step] if place >= step else 0
        corner = above[place - step] if place >= step else 0
        up = above[place]
        nearest = min((left, up, corner), key=lambda one: abs(left + up - corner - one))
        return (0, left, up, (left + up) // 2, nearest)[kind]

    return bytes([kind]) + bytes((value - guess(place)) % 256 for place, value in enumerate(row))


def png_with(*chunks: bytes) -> bytes:
    """Return a PNG with chunks between its header and its data."""
    still = png()
    return still[:33] + b"".join(chunks) + still[33:]


def animated_png() -> bytes:
    return png_with(chunk(b"acTL", bytes(8)))


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


JPEG = b"\xff\xd8\xff\xe0" + bytes(20) + b"\xff\xd9"
STILL_WEBP = webp((b"VP8X", bytes(10)), (b"VP8 ", b"abc"))
ANIMATED_WEBP = webp((b"VP8X", b"\x02" + bytes(9)), (b"ANIM", bytes(6)), (b"ANMF", bytes(20)))
MP4 = b"\0\0\0\x18ftypisom" + bytes(20)
WEBM = b"\x1a\x45\xdf\xa3" + bytes(20)
AVIF = b"\0\0\0\x18ftypavif" + bytes(20)

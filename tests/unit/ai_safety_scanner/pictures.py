"""Small files for the scanners."""

from __future__ import annotations

import struct
import zlib

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


def grayscale_alpha_png() -> bytes:
    header = struct.pack(">IIBBBBB", 1, 1, 8, 4, 0, 0, 0)
    rows = zlib.compress(b"\0\x80\xff")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND")


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

"""Reads the pixels of a PNG in two colours, by the specification and nothing of ours."""

from __future__ import annotations

import struct
import zlib


def read_png(data):
    """Return the rows of a palette image as lists of (red, green, blue)."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, at = [], 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", data, at + 8 + length) == (zlib.crc32(kind + body),)
        chunks.append((kind, body))
        at += 12 + length
    assert [kind for kind, _ in chunks] == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    width, height, *form = struct.unpack(">IIBBBBB", chunks[0][1])
    assert form == [1, 3, 0, 0, 0]
    palette = [tuple(chunks[1][1][start : start + 3]) for start in (0, 3)]
    lines, stride = zlib.decompress(chunks[2][1]), 1 + (width + 7) // 8
    assert len(lines) == stride * height
    rows = []
    for start in range(0, len(lines), stride):
        assert lines[start] == 0
        bits = "".join(f"{byte:08b}" for byte in lines[start + 1 : start + stride])
        assert set(bits[width:]) <= {"0"}
        rows.append([palette[int(bit)] for bit in bits[:width]])
    return rows

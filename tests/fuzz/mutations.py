"""Damages files the way fuzzers do, and mends checksums so that the damage is looked at."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Sequence

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
NUMBERS = (0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0xFFFF, 2**24, 2**31 - 1, 2**31, 2**32 - 1, 2**63)
TOKENS = (
    *(b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0", b"!\xf9\x04\0\0\0\0\0", b"!\xfe\0", b",", b";"),
    *(
        b"IDAT",
        b"fcTL",
        b"fdAT",
        b"acTL",
        b"PLTE",
        b"IEND",
        b"\xff\xd8",
        b"\xff\xda",
        b"\xff\xd9",
        b"\xff\xd0",
    ),
    *(b"VP8 ", b"VP8L", b"VP8X", b"ANMF", b"ANIM", b"ALPH", b"RIFF", b"Exif\0\0II*\0"),
    *(
        b"moov",
        b"moof",
        b"mdat",
        b"meta",
        b"trak",
        b"stbl",
        b"stsd",
        b"stsz",
        b"stts",
        b"trun",
        b"iloc",
        b"ispe",
    ),
    *(b"\x1f\x43\xb6\x75", b"\x16\x54\xae\x6b", b"\x01\xff\xff\xff\xff\xff\xff\xff", b"\xa3\x85\x81\0\0\x80"),
    *(b"<script", b"<!doctype html", b"%PDF-", b"PK\5\6", b"PK\1\2", b"\r\n--", b"\r\n\r\n", b"\0" * 9),
)


def mutated(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Return the data with one to four things done to it."""
    for _ in range(chance.choice((1, 1, 1, 2, 3, 4))):
        data = _change(chance, data, others)
    if data.startswith(PNG_SIGNATURE) and chance.random() < 0.9:
        data = with_checksums(data)
    return data


def _change(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(data) + 1)
    until = min(len(data), at + chance.choice((1, 1, 2, 4, 8, 40)))
    old, behind = data[at:until], data[until:]
    match chance.randrange(9):
        case 0:
            new = chance.randbytes(len(old))
        case 1:
            new = bytes(byte ^ 1 << chance.randrange(8) for byte in old)
        case 2:
            new = b""
        case 3:
            new = chance.randbytes(chance.randint(1, 8)) + old
        case 4:
            new, behind = _number(chance), data[at + chance.choice((0, 1, 2, 4, 8)) :]
        case 5:
            new = chance.choice(TOKENS)
            behind = data[at + chance.choice((0, len(new))) :]
        case 6:
            new = old * chance.randint(2, 20)
        case 7:
            new, behind = b"", b""
        case _:
            other = chance.choice(others)
            start = chance.randrange(len(other) + 1)
            new = other[start : start + chance.choice((4, 30, 200))]
    return data[:at] + new + behind


def _number(chance: random.Random) -> bytes:
    size = chance.choice((1, 2, 4, 8))
    number = (chance.choice(NUMBERS) + chance.randint(-1, 1)) % (1 << 8 * size)
    return number.to_bytes(size, "big" if chance.random() < 0.5 else "little")


def with_checksums(data: bytes) -> bytes:
    """Return a PNG with every checksum right, as far as its lengths lead."""
    parts, at = [PNG_SIGNATURE], len(PNG_SIGNATURE)
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 8 + length
        if end + 4 > len(data):
            break
        parts += [data[at:end], struct.pack(">I", zlib.crc32(data[at + 4 : end]))]
        at = end + 4
    return b"".join(parts) + data[at:]


def cut(chance: random.Random, data: bytes) -> list[bytes]:
    """Return the data in pieces: all of one size, or cut in a few places."""
    if chance.random() < 0.3:
        size = chance.choice((1, 2, 3, 13, 64))
        return [data[at : at + size] for at in range(0, len(data), size)]
    places = sorted(chance.randrange(len(data) + 1) for _ in range(chance.randint(1, 6)))
    return [data[start:end] for start, end in zip([0, *places], [*places, len(data)], strict=True)]

"""Writes GIFs for the tests, well formed or not; shares no code with what it tests."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

GREYS_AND_RED = [(0, 0, 0), (255, 255, 255), (128, 128, 128), (255, 0, 0)]


@dataclass(frozen=True)
class Image:
    """One image block; `indices` are given from top to bottom even when it is written interlaced."""

    width: int
    height: int
    indices: bytes
    left: int = 0
    top: int = 0
    palette: Sequence[tuple[int, int, int]] | None = None
    interlaced: bool = False
    delay_cs: int = 10
    disposal: int = 0
    transparent: int | None = None
    min_code_bits: int = 8
    clear_every: int | None = None
    defer_clear: bool = False
    start_with_clear: bool = True
    end_code: bool = True
    sub_block: int = 255
    control: bool = True
    data: bytes | None = None


@dataclass(frozen=True)
class Gif:
    """A whole file; `blocks` are images, or bytes that go in as they stand."""

    width: int
    height: int
    blocks: Sequence[Image | bytes]
    palette: Sequence[tuple[int, int, int]] | None = field(default_factory=lambda: list(GREYS_AND_RED))
    version: bytes = b"89a"
    background: int = 0
    trailer: bytes = b";"

    def __bytes__(self) -> bytes:
        flags, table = _colour_table(self.palette)
        head = (
            b"GIF" + self.version + struct.pack("<HHBBB", self.width, self.height, flags, self.background, 0)
        )
        return b"".join([head, table, *map(_block, self.blocks), self.trailer])


def loop(count: int, name: bytes = b"NETSCAPE2.0", surplus: bytes = b"") -> bytes:
    return b"!\xff" + bytes([len(name)]) + name + b"\x03\x01" + struct.pack("<H", count) + surplus + b"\0"


def extension(label: int, data: bytes = b"", size: int = 255) -> bytes:
    return b"!" + bytes([label]) + sub_blocks(data, size)


def application(name: bytes, data: bytes = b"") -> bytes:
    return b"!\xff" + sub_blocks(name)[:-1] + sub_blocks(data)


def control(
    delay_cs: int = 10, disposal: int = 0, transparent: int | None = None, surplus: bytes = b""
) -> bytes:
    flags = disposal << 2 | (transparent is not None)
    return b"!\xf9\x04" + struct.pack("<BHB", flags, delay_cs, transparent or 0) + surplus + b"\0"


def sub_blocks(data: bytes, size: int = 255) -> bytes:
    pieces = (data[at : at + size] for at in range(0, len(data), size))
    return b"".join(bytes([len(piece)]) + piece for piece in pieces) + b"\0"


def _colour_table(palette: Sequence[tuple[int, int, int]] | None) -> tuple[int, bytes]:
    if palette is None:
        return 0, b""
    bits = max(1, (len(palette) - 1).bit_length())
    return 0x80 | (bits - 1), b"".join(map(bytes, palette)).ljust(3 << bits, b"\0")


def _block(block: Image | bytes) -> bytes:
    if isinstance(block, bytes):
        return block
    flags, table = _colour_table(block.palette)
    place = struct.pack(
        "<HHHHB", block.left, block.top, block.width, block.height, flags | block.interlaced << 6
    )
    data = compress(block) if block.data is None else block.data
    before = control(block.delay_cs, block.disposal, block.transparent) if block.control else b""
    return before + b"," + place + table + bytes([block.min_code_bits]) + sub_blocks(data, block.sub_block)


def _rows_as_written(image: Image) -> bytes:
    if not image.interlaced:
        return image.indices
    order = [
        *range(0, image.height, 8),
        *range(4, image.height, 8),
        *range(2, image.height, 4),
        *range(1, image.height, 2),
    ]
    return b"".join(image.indices[row * image.width : (row + 1) * image.width] for row in order)


class _Bits:
    def __init__(self) -> None:
        self.out = bytearray()
        self._held = 0
        self._count = 0

    def put(self, code: int, bits: int) -> None:
        self._held |= code << self._count
        self._count += bits
        while self._count >= 8:
            self.out.append(self._held & 255)
            self._held >>= 8
            self._count -= 8

    def end(self) -> bytes:
        if self._count:
            self.out.append(self._held)
        return bytes(self.out)


class _Codes:
    """The encoder's table, and the width a decoder expects after each code."""

    def __init__(self, min_code_bits: int) -> None:
        self._min_code_bits = min_code_bits
        self.clear = 1 << min_code_bits
        self.bits = _Bits()
        self.written = 0
        self.reset()

    def reset(self) -> None:
        self.table = {bytes([value]): value for value in range(self.clear)}
        self._next = self.clear + 2
        self._width = self._min_code_bits + 1

    def put_clear(self) -> None:
        self.bits.put(self.clear, self._width)
        self.reset()

    def put(self, word: bytes) -> None:
        self.bits.put(self.table[word], self._width)
        self.written += 1
        # A decoder learns an entry one code later, so its width grows one code later.
        if self._next == 1 << self._width and self._width < 12:
            self._width += 1

    def put_end(self) -> None:
        self.bits.put(self.clear + 1, self._width)

    def learn(self, word: bytes) -> bool:
        if self._next == 4096:
            return False
        self.table[word] = self._next
        self._next += 1
        return True


def compress(image: Image) -> bytes:
    """Return the LZW codes of an image's indices."""
    codes = _Codes(image.min_code_bits)
    if image.start_with_clear:
        codes.put_clear()
    word = b""
    for value in _rows_as_written(image):
        longer = word + bytes([value])
        if longer in codes.table:
            word = longer
            continue
        codes.put(word)
        word = bytes([value])
        full = not codes.learn(longer)
        due = image.clear_every is not None and codes.written % image.clear_every == 0
        if due or (full and not image.defer_clear):
            codes.put_clear()
    if word:
        codes.put(word)
    if image.end_code:
        codes.put_end()
    return codes.bits.end()

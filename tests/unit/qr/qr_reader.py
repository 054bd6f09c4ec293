"""Reads the text out of a matrix of modules: an own walk through the standard, without error correction.

Only what the tests need: versions 1 to 6 in byte mode, an undamaged symbol, one or several blocks.
"""

from __future__ import annotations

# Data codewords of each block, by (version, level), from the tables of ISO/IEC 18004.
BLOCKS = {
    (1, "L"): [19], (1, "M"): [16], (1, "Q"): [13], (1, "H"): [9],
    (2, "L"): [34], (2, "M"): [28], (2, "Q"): [22], (2, "H"): [16],
    (3, "L"): [55], (3, "M"): [44], (3, "Q"): [17] * 2, (3, "H"): [13] * 2,
    (4, "L"): [80], (4, "M"): [32] * 2, (4, "Q"): [24] * 2, (4, "H"): [9] * 4,
    (5, "L"): [108], (5, "M"): [43] * 2, (5, "Q"): [15, 15, 16, 16], (5, "H"): [11, 11, 12, 12],
    (6, "L"): [68] * 2, (6, "M"): [27] * 4, (6, "Q"): [19] * 4, (6, "H"): [15] * 4,
}  # fmt: skip
LEVELS = {1: "L", 0: "M", 3: "Q", 2: "H"}
MASKS = [
    lambda y, x: (y + x) % 2 == 0,
    lambda y, x: y % 2 == 0,
    lambda y, x: x % 3 == 0,
    lambda y, x: (y + x) % 3 == 0,
    lambda y, x: (y // 2 + x // 3) % 2 == 0,
    lambda y, x: y * x % 2 + y * x % 3 == 0,
    lambda y, x: (y * x % 2 + y * x % 3) % 2 == 0,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2 == 0,
]


def read_matrix(rows):
    """Return (level, text) of a square of dark (True) and light modules."""
    size = len(rows)
    version = (size - 17) // 4
    level, mask = _format(rows)
    bits = [rows[y][x] ^ MASKS[mask](y, x) for y, x in _path(size) if not _is_function(y, x, size, version)]
    words = [int("".join("01"[bit] for bit in bits[at : at + 8]), 2) for at in range(0, len(bits) - 7, 8)]
    stream = "".join(f"{word:08b}" for word in _deinterleave(words, BLOCKS[version, level]))
    assert stream[:4] == "0100", "byte mode is expected"
    length = int(stream[4:12], 2)
    return level, bytes(int(stream[12 + 8 * at : 20 + 8 * at], 2) for at in range(length)).decode("utf-8")


def _format(rows):
    places = [(8, x) for x in (0, 1, 2, 3, 4, 5, 7, 8)] + [(y, 8) for y in (7, 5, 4, 3, 2, 1, 0)]
    value = int("".join("01"[rows[y][x]] for y, x in places), 2) ^ 0b101010000010010
    return LEVELS[value >> 13], value >> 10 & 7


def _path(size):
    """The zigzag: pairs of columns from the right, up and down in turn, past the timing column."""
    upwards = True
    right = size - 1
    while right > 0:
        if right == 6:
            right -= 1
        for step in range(size):
            y = size - 1 - step if upwards else step
            yield y, right
            yield y, right - 1
        upwards = not upwards
        right -= 2


def _is_function(y, x, size, version):
    corner = (y < 9 and x < 9) or (y < 9 and x >= size - 8) or (y >= size - 8 and x < 9)
    centre = size - 7
    alignment = version > 1 and abs(y - centre) <= 2 and abs(x - centre) <= 2
    return corner or y == 6 or x == 6 or alignment


def _deinterleave(words, lengths):
    blocks = [[] for _ in lengths]
    source = iter(words)
    for place in range(max(lengths)):
        for block, length in zip(blocks, lengths, strict=True):
            if place < length:
                block.append(next(source))
    return [word for block in blocks for word in block]

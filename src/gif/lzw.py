"""GIF's variable-width LZW."""

from __future__ import annotations

from gif.errors import GifError

MAX_CODE_BITS = 12
_TABLE_SIZE = 1 << MAX_CODE_BITS


def decompress(data: bytes, min_code_bits: int, pixels: int) -> bytes:
    """Return exactly `pixels` colour indices; raise GifError when the data is corrupt or too short.

    Reading stops once there are enough, so a missing end code is fine and surplus data is ignored. A full
    table stays in use until the encoder clears it (deferred clear codes). Work and memory are linear in the
    data and the pixels.
    """
    clear = 1 << min_code_bits
    # The clear and end codes stand for nothing; so does a code before there is anything to repeat.
    table = [bytes((value,)) for value in range(clear)] + [b"", b""]
    roots = len(table)
    code_bits = min_code_bits + 1
    size = 1 << code_bits
    previous = b""
    out = bytearray()
    held = held_bits = 0
    for byte in data:
        held |= byte << held_bits
        held_bits += 8
        while held_bits >= code_bits:
            code = held & (size - 1)
            held >>= code_bits
            held_bits -= code_bits
            if code == clear:
                del table[roots:]
                code_bits = min_code_bits + 1
                size = 1 << code_bits
                previous = b""
                continue
            entry = table[code] if code < len(table) else previous + previous[:1]
            if not entry or code > len(table):
                raise GifError("bad_image_data")
            out += entry
            if len(out) >= pixels:
                return bytes(out[:pixels])
            if previous and len(table) < _TABLE_SIZE:
                table.append(previous + entry[:1])
                if len(table) == size and code_bits < MAX_CODE_BITS:
                    code_bits += 1
                    size <<= 1
            previous = entry
    raise GifError("bad_image_data")

"""The grammar of PNG and APNG: chunks in order, every checksum, the animation's numbers.

file  := signature IHDR chunk* IEND
chunk := length(4) type(4) data crc(4)
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple

from uploads.budget import Budget
from uploads.errors import UploadError
from uploads.facts import Facts
from uploads.pump import skip, take

if TYPE_CHECKING:
    from uploads.limits import UploadLimits
    from uploads.pump import Steps, Stream

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"

_MOST_LENGTH: Final = 2**31 - 1
_DEPTHS: Final = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
"""Bits a sample, by the way a pixel is coloured."""
_INDEXED: Final = 3
_GREYS: Final = (0, 4)
_SMALL: Final = {b"IHDR": 13, b"acTL": 8, b"fcTL": 26, b"IEND": 0}


class _Chunk(NamedTuple):
    length: int
    kind: bytes

    @property
    def is_critical(self) -> bool:
        return not self.kind[0] & 0x20


class PngGrammar:
    """Walks the chunks of one file."""

    def __init__(self, stream: Stream, limits: UploadLimits) -> None:
        self._stream = stream
        self._limits = limits
        self._budget = Budget(limits)
        self._width = 0
        self._height = 0
        self._colour = 0
        self._depth = 0
        self._has_palette = False
        self._in_data = False
        self._after_data = False
        self._frames_promised: int | None = None
        self._plays = 0
        self._sequence = 0
        self._frames = 0
        self._frame_has_data = True
        self._duration_ms = 0.0

    def steps(self) -> Steps[Facts]:
        """Walk to the end of IEND."""
        yield skip(len(SIGNATURE))
        chunk = yield from self._begin()
        if chunk != _Chunk(13, b"IHDR"):
            raise UploadError("png_bad_header")
        self._read_header((yield from self._small(chunk)))
        while chunk.kind != b"IEND":
            chunk = yield from self._begin()
            yield from self._walk(chunk)
        return self._facts()

    def _begin(self) -> Steps[_Chunk]:
        self._budget.step()
        length, kind = struct.unpack(">I4s", (yield take(8)))
        # The third letter is reserved: small ones there do not exist.
        if length > _MOST_LENGTH or not (kind.isalpha() and kind.isascii()) or kind[2] & 0x20:
            raise UploadError("png_bad_chunk" if self._width else "png_bad_header")
        self._stream.crc = zlib.crc32(kind)
        return _Chunk(length, kind)

    def _end(self) -> Steps[None]:
        crc = self._stream.crc
        if int.from_bytes((yield take(4)), "big") != crc:
            raise UploadError("png_bad_crc")

    def _small(self, chunk: _Chunk) -> Steps[bytes]:
        """Return the data of a chunk whose length is known beforehand."""
        if chunk.length != _SMALL[chunk.kind]:
            raise UploadError("png_bad_chunk")
        data = (yield take(chunk.length, summed=True)) if chunk.length else b""
        yield from self._end()
        return data

    def _read_header(self, data: bytes) -> None:
        self._width, self._height, self._depth, self._colour, *methods = struct.unpack(">IIBBBBB", data)
        interlace = methods.pop()
        if self._depth not in _DEPTHS.get(self._colour, ()) or any(methods) or interlace > 1:
            raise UploadError("png_bad_header")
        self._limits.check_picture(self._width, self._height)

    def _walk(self, chunk: _Chunk) -> Steps[None]:
        if chunk.kind != b"IDAT" and self._in_data:
            self._in_data, self._after_data = False, True
        match chunk.kind:
            case b"IDAT":
                yield from self._data(chunk)
            case b"PLTE":
                yield from self._palette(chunk)
            case b"acTL":
                yield from self._animation(chunk)
            case b"fcTL":
                yield from self._frame(chunk)
            case b"fdAT":
                yield from self._frame_data(chunk)
            case b"IEND":
                yield from self._small(chunk)
            case _:
                yield from self._other(chunk)

    def _data(self, chunk: _Chunk) -> Steps[None]:
        if self._after_data:
            raise UploadError("png_bad_order")
        if self._colour == _INDEXED and not self._has_palette:
            raise UploadError("png_bad_palette")
        self._in_data = True
        self._frame_has_data = True
        yield skip(chunk.length, summed=True)
        yield from self._end()

    def _palette(self, chunk: _Chunk) -> Steps[None]:
        if self._has_palette or self._after_data:
            raise UploadError("png_bad_order")
        colours, rest = divmod(chunk.length, 3)
        most = 1 << self._depth if self._colour == _INDEXED else 256
        if self._colour in _GREYS or rest or not 1 <= colours <= most:
            raise UploadError("png_bad_palette")
        self._has_palette = True
        yield skip(chunk.length, summed=True)
        yield from self._end()

    def _animation(self, chunk: _Chunk) -> Steps[None]:
        if self._frames_promised is not None or self._after_data:
            raise UploadError("png_bad_order")
        self._frames_promised, self._plays = struct.unpack(">II", (yield from self._small(chunk)))
        if not self._frames_promised:
            raise UploadError("png_bad_animation")
        self._limits.check_animation(self._width, self._height, self._frames_promised)

    def _frame(self, chunk: _Chunk) -> Steps[None]:
        data = yield from self._small(chunk)
        self._count(data[:4])
        width, height, left, top, delay, unit, disposal, blend = struct.unpack(">IIIIHHBB", data[4:])
        whole = (width, height, left, top) == (self._width, self._height, 0, 0)
        if not self._frame_has_data or disposal > 2 or blend > 1 or not (self._after_data or whole):
            raise UploadError("png_bad_animation")
        if not width or not height:
            raise UploadError("zero_dimension")
        if left + width > self._width or top + height > self._height:
            raise UploadError("frame_outside_screen")
        self._frames += 1
        self._frame_has_data = False
        self._duration_ms += 1000 * delay / (unit or 100)

    def _frame_data(self, chunk: _Chunk) -> Steps[None]:
        if chunk.length < 4 or not self._after_data or not self._frames:
            raise UploadError("png_bad_animation")
        self._count((yield take(4, summed=True)))
        self._frame_has_data = True
        yield skip(chunk.length - 4, summed=True)
        yield from self._end()

    def _count(self, number: bytes) -> None:
        """Check that the animation's chunks are numbered without a gap."""
        if self._frames_promised is None or int.from_bytes(number, "big") != self._sequence:
            raise UploadError("png_bad_animation")
        self._sequence += 1

    def _other(self, chunk: _Chunk) -> Steps[None]:
        if chunk.is_critical:
            raise UploadError("png_bad_order" if chunk.kind == b"IHDR" else "png_bad_chunk")
        self._budget.metadata(chunk.length)
        yield skip(chunk.length, looked_at=True, summed=True)
        yield from self._end()

    def _facts(self) -> Facts:
        if not (self._in_data or self._after_data):
            raise UploadError("no_frames")
        if self._frames_promised is None:
            return Facts("image/png", "png", self._width, self._height)
        if self._frames != self._frames_promised or not self._frame_has_data:
            raise UploadError("png_bad_animation")
        if self._frames == 1:
            return Facts("image/png", "png", self._width, self._height)
        duration_ms = round(self._duration_ms)
        return Facts("image/png", "png", self._width, self._height, self._frames, duration_ms, self._plays)

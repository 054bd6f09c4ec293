"""The grammar of WebP: chunks that fill the file exactly, pictures that fit the canvas.

file   := "RIFF" size(4) "WEBP" (picture | VP8X chunk*)
chunk  := name(4) size(4) data [padding]
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from uploads.budget import Budget
from uploads.errors import UploadError
from uploads.facts import Facts
from uploads.pump import skip, take

if TYPE_CHECKING:
    from uploads.limits import UploadLimits
    from uploads.pump import Steps, Stream

_PICTURES: Final = (b"VP8 ", b"VP8L")
_ANIMATED: Final = 0x02


class _Chunk(NamedTuple):
    name: bytes
    size: int
    end: int
    """Where the data ends, and the padding begins."""


class WebpGrammar:
    """Walks the chunks of one file."""

    def __init__(self, stream: Stream, limits: UploadLimits) -> None:
        self._stream = stream
        self._limits = limits
        self._budget = Budget(limits)
        self._canvas = (0, 0)
        self._is_animated = False
        self._seen: set[bytes] = set()
        self._frames = 0
        self._duration_ms = 0
        self._plays: int | None = None

    def steps(self) -> Steps[Facts]:
        """Walk to the end of the RIFF chunk."""
        _riff, size, _webp = struct.unpack("<4sI4s", (yield take(12)))
        if size < 12 or size % 2:
            raise UploadError("webp_bad_size")
        end = 8 + size
        chunk = yield from self._begin(end)
        if chunk.name in _PICTURES:
            self._canvas = yield from self._picture(chunk)
            self._limits.check_picture(*self._canvas)
            if self._stream.at != end:
                raise UploadError("webp_bad_layout")
            return Facts("image/webp", "webp", *self._canvas)
        if chunk.name != b"VP8X":
            raise UploadError("webp_bad_layout")
        yield from self._extended(chunk)
        while self._stream.at < end:
            yield from self._walk((yield from self._begin(end)))
        return self._facts()

    def _begin(self, end: int) -> Steps[_Chunk]:
        self._budget.step()
        if self._stream.at + 8 > end:
            raise UploadError("webp_bad_size")
        name, size = struct.unpack("<4sI", (yield take(8)))
        if self._stream.at + size + size % 2 > end:
            raise UploadError("webp_bad_size")
        return _Chunk(name, size, self._stream.at + size)

    def _finish(self, chunk: _Chunk, *, looked_at: bool = False) -> Steps[None]:
        yield skip(chunk.end - self._stream.at, looked_at=looked_at)
        yield skip(chunk.size % 2)

    def _picture(self, chunk: _Chunk) -> Steps[tuple[int, int]]:
        """Pass a picture and return its size."""
        is_lossy = chunk.name == b"VP8 "
        head_bytes = 10 if is_lossy else 5
        if chunk.size < head_bytes:
            raise UploadError("webp_bad_picture")
        head = yield take(head_bytes)
        size = _lossy_size(head, chunk.size) if is_lossy else _lossless_size(head)
        yield from self._finish(chunk)
        return size

    def _extended(self, chunk: _Chunk) -> Steps[None]:
        if chunk.size != 10:
            raise UploadError("webp_bad_layout")
        data = yield take(10)
        self._is_animated = bool(data[0] & _ANIMATED)
        self._canvas = (_number(data[4:7]) + 1, _number(data[7:10]) + 1)
        if self._is_animated:
            self._limits.check_screen(*self._canvas)
        else:
            self._limits.check_picture(*self._canvas)

    def _walk(self, chunk: _Chunk) -> Steps[None]:
        if chunk.name == b"ANMF":
            yield from self._frame(chunk)
            return
        if chunk.name in self._seen:
            raise UploadError("webp_bad_layout")
        if chunk.name in {*_PICTURES, b"ANIM", b"ALPH", b"VP8X", b"ICCP"}:
            self._seen.add(chunk.name)
        if chunk.name in _PICTURES:
            yield from self._still(chunk)
        elif chunk.name == b"ANIM":
            yield from self._animation(chunk)
        elif chunk.name == b"ALPH":
            yield from self._finish(chunk)
        elif chunk.name == b"VP8X":
            raise UploadError("webp_bad_layout")
        else:
            self._budget.metadata(chunk.size)
            yield from self._finish(chunk, looked_at=True)

    def _still(self, chunk: _Chunk) -> Steps[None]:
        if self._is_animated or self._frames:
            raise UploadError("webp_bad_layout")
        if (yield from self._picture(chunk)) != self._canvas:
            raise UploadError("webp_bad_picture")
        self._frames = 1

    def _animation(self, chunk: _Chunk) -> Steps[None]:
        if not self._is_animated or chunk.size != 6 or self._frames:
            raise UploadError("webp_bad_layout")
        self._plays = _number((yield take(6))[4:])
        yield from self._finish(chunk)

    def _frame(self, chunk: _Chunk) -> Steps[None]:
        if self._plays is None or chunk.size < 16:
            raise UploadError("webp_bad_layout")
        data = yield take(16)
        left, top, width, height, delay_ms = (_number(data[at : at + 3]) for at in range(0, 15, 3))
        size = (width + 1, height + 1)
        if 2 * left + size[0] > self._canvas[0] or 2 * top + size[1] > self._canvas[1]:
            raise UploadError("frame_outside_screen")
        self._frames += 1
        self._limits.check_animation(*self._canvas, self._frames)
        self._duration_ms += delay_ms
        yield from self._frame_picture(chunk.end, size)
        yield skip(chunk.size % 2)

    def _frame_picture(self, end: int, size: tuple[int, int]) -> Steps[None]:
        names: list[bytes] = []
        while self._stream.at < end:
            chunk = yield from self._begin(end)
            if chunk.name in _PICTURES:
                if (yield from self._picture(chunk)) != size:
                    raise UploadError("webp_bad_picture")
            elif chunk.name == b"ALPH":
                yield from self._finish(chunk)
            else:
                self._budget.metadata(chunk.size)
                yield from self._finish(chunk, looked_at=True)
                continue
            names.append(chunk.name)
        if names not in ([b"VP8 "], [b"VP8L"], [b"ALPH", b"VP8 "]):
            raise UploadError("webp_bad_layout")

    def _facts(self) -> Facts:
        if not self._frames:
            raise UploadError("no_frames")
        if self._frames == 1:
            return Facts("image/webp", "webp", *self._canvas)
        return Facts("image/webp", "webp", *self._canvas, self._frames, self._duration_ms, self._plays)


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")


def _lossy_size(head: bytes, chunk_size: int) -> tuple[int, int]:
    tag = _number(head[:3])
    is_key_frame, first_partition = not tag & 1, tag >> 5
    width, height = _number(head[6:8]) & 0x3FFF, _number(head[8:10]) & 0x3FFF
    if not is_key_frame or head[3:6] != b"\x9d\x01\x2a" or first_partition > chunk_size - 10:
        raise UploadError("webp_bad_picture")
    if not width or not height:
        raise UploadError("zero_dimension")
    return width, height


def _lossless_size(head: bytes) -> tuple[int, int]:
    bits = _number(head[1:5])
    if head[0] != 0x2F or bits >> 29:
        raise UploadError("webp_bad_picture")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1

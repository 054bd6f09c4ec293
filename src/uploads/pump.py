"""Serves a grammar's wishes from a stream: any chunking, constant memory, time linear in the bytes.

A grammar is a generator. It yields what it wants of the stream next, is sent the bytes, and returns Facts
when the file is complete. Bytes it only wants to pass are never copied, and not touched unless they are to
be summed or looked at.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Generator
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from uploads.errors import UploadError
from uploads.foreign import TRAIL_BYTES, trail_code

if TYPE_CHECKING:
    from collections.abc import Callable

    from uploads.facts import Facts
    from uploads.foreign import MarkupWatch

Result = TypeVar("Result")

_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7]")
_NO_FILL = re.compile(rb"[^\xff]")
_FILL = 0xFF
"""May precede a marker as often as it likes."""


class Need(Enum):
    """What a grammar can ask for."""

    TAKE = "the next bytes, all of them"
    NEXT = "the next bytes, or fewer when the file ends before"
    PASS = "to be told when so many bytes have passed"  # noqa: S105 - no password
    MARKER = "the code of the next JPEG marker in a scan, when it has passed"


class Want(NamedTuple):
    """One wish. `looked_at` bytes are searched for markup, `summed` ones go into the stream's CRC."""

    need: Need
    size: int = 0
    looked_at: bool = False
    summed: bool = False


Steps: TypeAlias = Generator[Want, bytes, Result]


class Stream:
    """What a grammar may know of the stream: the offset of the next byte, and the CRC it may reset."""

    def __init__(self) -> None:
        self.at = 0
        self.crc = 0


class Pump:
    """Feeds one grammar. After an UploadError it must not be used any more."""

    def __init__(self, grammar: Callable[[Stream], Steps[Facts]], watch: MarkupWatch) -> None:
        self._stream = Stream()
        self._steps = grammar(self._stream)
        self._watch = watch
        self._held = bytearray()
        self._to_pass = 0
        self._after_ff = False
        self._is_filled = False
        self._facts: Facts | None = None
        self._trail = b""
        self._want = Want(Need.TAKE)
        self._advance_grammar(None)

    def feed(self, data: bytes) -> None:
        """Walk over the next bytes; raise UploadError as soon as the file cannot be accepted."""
        at, end = 0, len(data)
        while at < end and self._facts is None:
            need = self._want.need
            if need is Need.PASS:
                reached = self._pass(data, at)
            elif need is Need.MARKER:
                reached = self._seek_marker(data, at)
            else:
                reached = self._take(data, at)
            at = reached
        if at < end:
            # The first bytes of what trails tell what it is, however they are cut.
            self._trail += data[at : at + TRAIL_BYTES - len(self._trail)]
            if len(self._trail) == TRAIL_BYTES:
                raise UploadError(trail_code(self._trail))

    def finish(self) -> Facts:
        """Return what the grammar found; raise UploadError when the file ended too early."""
        if self._facts is None and self._want.need is Need.NEXT:
            self._answer(bytes(self._held))
        if self._facts is None:
            raise UploadError("truncated")
        if self._trail:
            raise UploadError(trail_code(self._trail))
        return self._facts

    def _take(self, data: bytes, at: int) -> int:
        piece = data[at : at + self._want.size - len(self._held)]
        self._stream.at += len(piece)
        if not self._held and len(piece) == self._want.size:
            self._complete(piece)
        else:
            self._held += piece
            if len(self._held) == self._want.size:
                taken = bytes(self._held)
                self._held.clear()
                self._complete(taken)
        return at + len(piece)

    def _complete(self, taken: bytes) -> None:
        if self._want.summed:
            self._stream.crc = zlib.crc32(taken, self._stream.crc)
        if self._want.looked_at:
            self._watch.look(taken, self._stream.at - len(taken))
        self._answer(taken)

    def _pass(self, data: bytes, at: int) -> int:
        reached = min(at + self._to_pass, len(data))
        if self._want.summed or self._want.looked_at:
            piece = memoryview(data)[at:reached]
            if self._want.summed:
                self._stream.crc = zlib.crc32(piece, self._stream.crc)
            if self._want.looked_at:
                self._watch.look(piece, self._stream.at)
        self._to_pass -= reached - at
        self._stream.at += reached - at
        if not self._to_pass:
            self._answer(b"")
        return reached

    def _seek_marker(self, data: bytes, at: int) -> int:
        """Find 0xFF with a code behind it that is neither stuffing nor a restart; send the code."""
        if self._after_ff:
            return self._read_code(data, at)
        found = _MARKER.search(data, at)
        self._after_ff = found is not None or data.endswith(b"\xff")
        reached = found.start() + 1 if found else len(data)
        self._stream.at += reached - at
        return reached

    def _read_code(self, data: bytes, at: int) -> int:
        code = data[at]
        if code == _FILL:
            self._is_filled = True
            behind = _NO_FILL.search(data, at)
            reached = behind.start() if behind else len(data)
            self._stream.at += reached - at
            return reached
        is_data = not code or 0xD0 <= code <= 0xD7
        if is_data and self._is_filled:
            raise UploadError("jpeg_bad_marker")
        self._after_ff = self._is_filled = False
        self._stream.at += 1
        if not is_data:
            self._answer(bytes([code]))
        return at + 1

    def _answer(self, answer: bytes) -> None:
        self._advance_grammar(answer)
        # Nothing needs to arrive for a wish of no bytes: it is granted at once.
        while self._facts is None and not self._want.size and self._want.need is not Need.MARKER:
            self._advance_grammar(b"")

    def _advance_grammar(self, answer: bytes | None) -> None:
        try:
            self._want = next(self._steps) if answer is None else self._steps.send(answer)
        except StopIteration as end:
            self._facts = end.value
        else:
            self._to_pass = self._want.size


def take(size: int, *, looked_at: bool = False, summed: bool = False) -> Want:
    """Want the next bytes, all of them."""
    return Want(Need.TAKE, size, looked_at, summed)


def next_or_end(size: int) -> Want:
    """Want the next bytes, or what is left of the file."""
    return Want(Need.NEXT, size)


def skip(size: int, *, looked_at: bool = False, summed: bool = False) -> Want:
    """Want so many bytes to have passed."""
    return Want(Need.PASS, size, looked_at, summed)


MARKER = Want(Need.MARKER)

"""Boxes of the ISO base media file format: sizes that fit where they lie, a bounded tree.

box := size(4) type(4) [size(8) when size is 1] data
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from uploads.budget import Budget
from uploads.errors import UploadError
from uploads.pump import skip, take

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from uploads.limits import UploadLimits
    from uploads.pump import Steps, Stream

MOST_TAKEN: Final = 65_536
"""Bytes of a table that are held at a time."""


class Box(NamedTuple):
    """One box: its type, and the offset behind its last byte."""

    kind: bytes
    end: int


class BoxReader:
    """What the grammars of MP4 and AVIF have in common."""

    def __init__(self, stream: Stream, limits: UploadLimits) -> None:
        self.stream = stream
        self.limits = limits
        self.budget = Budget(limits)

    def left(self, box: Box) -> int:
        """Return how many bytes of a box have not passed."""
        return box.end - self.stream.at

    def open(self, header: bytes, end: int | None) -> Steps[Box]:
        """Return the box that begins with 8 bytes just taken, inside a box that ends at `end`."""
        self.budget.step()
        start = self.stream.at - 8
        size, kind = struct.unpack(">I4s", header)
        least = 8
        if size == 1:
            least = 16
            if end is not None and start + least > end:
                raise UploadError("box_bad_size")
            size = int.from_bytes((yield take(8)), "big")
        # A size of 0 means "to the end of the file": whatever followed the media could not be told from it.
        if size < least or (end is not None and start + size > end):
            raise UploadError("box_bad_size")
        return Box(kind, start + size)

    def children(self, parent: Box, depth: int, walk: Callable[[Box, int], Steps[None]]) -> Steps[None]:
        """Walk every box inside another; `walk` gets each with its depth and must pass all its bytes."""
        if depth > self.limits.max_box_depth:
            raise UploadError("box_too_deep")
        while self.left(parent):
            if self.left(parent) < 8:
                raise UploadError("box_bad_size")
            box = yield from self.open((yield take(8)), parent.end)
            yield from walk(box, depth)

    def whole(self, box: Box, least: int, most: int) -> Steps[bytes]:
        """Take all data of a small box; refuse sizes that its kind cannot have."""
        size = self.left(box)
        if not least <= size <= most:
            raise UploadError("box_bad_size")
        return (yield take(size))

    def begin(self, box: Box, size: int) -> Steps[bytes]:
        """Take the first bytes of a box's data."""
        if self.left(box) < size:
            raise UploadError("box_bad_size")
        return (yield take(size))

    def table(
        self,
        box: Box,
        entries: int,
        entry: struct.Struct,
        use: Callable[[Iterator[tuple[int, ...]]], None] | None = None,
    ) -> Steps[None]:
        """Hand the entries of a table, which must fill the rest of its box, to `use` piece by piece."""
        if entries * entry.size != self.left(box):
            raise UploadError("box_bad_size")
        self.budget.metadata(self.left(box))
        most = MOST_TAKEN - MOST_TAKEN % entry.size
        while left := self.left(box):
            piece = yield take(min(left, most))
            if use is not None:
                use(entry.iter_unpack(piece))

    def describe(self, box: Box) -> Steps[None]:
        """Pass a box that only describes."""
        self.budget.metadata(self.left(box))
        yield skip(self.left(box), looked_at=True)

    def media(self, box: Box) -> Steps[None]:
        """Pass pictures and sound."""
        yield skip(self.left(box))

"""Elements of EBML: an id, a size, data; sizes that fit where they lie."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from uploads.budget import Budget
from uploads.errors import UploadError
from uploads.pump import next_or_end, skip, take

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from uploads.limits import UploadLimits
    from uploads.pump import Steps, Stream

_MOST_ID_BYTES: Final = 4
_MOST_SIZE_BYTES: Final = 8


class Element(NamedTuple):
    """One element: its id, and the offset behind its last byte, None where its size is not told."""

    kind: int
    end: int | None


class ElementReader:
    """Reads elements, numbers and texts of one file."""

    def __init__(self, stream: Stream, limits: UploadLimits) -> None:
        self.stream = stream
        self.limits = limits
        self.budget = Budget(limits)

    def open(self, first: bytes, end: int | None) -> Steps[Element]:
        """Return the element whose id begins with a byte just taken, inside one that ends at `end`."""
        self.budget.step()
        more = 8 - first[0].bit_length()
        if more >= _MOST_ID_BYTES:
            raise UploadError("ebml_bad_id")
        kind = int.from_bytes(first + (yield take(more)), "big")
        size_first = yield take(1)
        more = 8 - size_first[0].bit_length()
        if more >= _MOST_SIZE_BYTES:
            raise UploadError("ebml_bad_size")
        size = (size_first[0] ^ 0x80 >> more) << 8 * more | int.from_bytes((yield take(more)), "big")
        if size == (1 << 7 * (more + 1)) - 1:
            return Element(kind, None)
        if end is not None and self.stream.at + size > end:
            raise UploadError("ebml_bad_size")
        return Element(kind, self.stream.at + size)

    def next_or_end(self, end: int | None) -> Steps[Element | None]:
        """Return the next element, or None at `end`, which is None for an element as long as the file."""
        if self.stream.at == end:
            return None
        first = yield take(1) if end is not None else next_or_end(1)
        return (yield from self.open(first, end)) if first else None

    def children(
        self, parent: Element, walk: Callable[[Element], Steps[None]], once: Collection[int] = ()
    ) -> Steps[None]:
        """Walk every element inside another; `walk` must pass all its bytes.

        Those in `once` may not be repeated: of two, one reader believes the first and another the last.
        """
        end = known_end(parent)
        seen: set[int] = set()
        while child := (yield from self.next_or_end(end)):
            if child.kind in once:
                if child.kind in seen:
                    raise UploadError("ebml_repeated")
                seen.add(child.kind)
            yield from walk(child)

    def left(self, element: Element) -> int:
        """Return how many bytes of an element have not passed."""
        return known_end(element) - self.stream.at

    def number(self, element: Element) -> Steps[int]:
        """Take an unsigned number."""
        return int.from_bytes((yield from self.data(element, 8)), "big")

    def real(self, element: Element) -> Steps[float]:
        """Take a floating-point number."""
        data = yield from self.data(element, 8)
        if len(data) not in {0, 4, 8}:
            raise UploadError("ebml_bad_content")
        return float(struct.unpack(">d" if len(data) == 8 else ">f", data)[0]) if data else 0.0

    def text(self, element: Element) -> Steps[bytes]:
        """Take a short text."""
        return (yield from self.data(element, 255)).rstrip(b"\0")

    def data(self, element: Element, most: int) -> Steps[bytes]:
        """Take all data of a small element."""
        size = self.left(element)
        if size > most:
            raise UploadError("ebml_bad_size")
        return (yield take(size))

    def describe(self, element: Element) -> Steps[None]:
        """Pass an element that only describes."""
        size = self.left(element)
        self.budget.metadata(size)
        yield skip(size, looked_at=True)


def known_end(element: Element) -> int:
    """Return where an element ends that must tell it."""
    if element.end is None:
        raise UploadError("ebml_bad_size")
    return element.end

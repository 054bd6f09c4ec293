"""Pictures in boxes: what the `meta` of an AVIF says about its items and where they lie."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from uploads.errors import UploadError

if TYPE_CHECKING:
    from uploads.boxes import Box, BoxReader
    from uploads.pump import Steps

_PICTURES: Final = (b"av01", b"grid", b"iovl")
_ONCE: Final = (b"hdlr", b"pitm", b"iinf", b"iloc", b"iprp", b"ipco", b"ipma", b"idat")
_IN_FILE, _IN_IDAT = 0, 1


class ItemReader:
    """Reads one `meta` box."""

    def __init__(self, reader: BoxReader) -> None:
        self._reader = reader
        self._seen: set[bytes] = set()
        self._primary = 0
        self._kinds: dict[int, bytes] = {}
        self._sizes: dict[int, tuple[int, int]] = {}
        self._turns: set[int] = set()
        self._properties = 0
        self._associations: dict[int, tuple[int, ...]] = {}
        self._located: set[int] = set()
        self._farthest = {_IN_FILE: 0, _IN_IDAT: 0}
        self._idat_bytes = 0

    def read(self, box: Box) -> Steps[None]:
        """Read the box with all its children."""
        if self._reader.left(box) > self._reader.limits.max_index_bytes:
            raise UploadError("too_much_metadata")
        yield from self._reader.begin(box, 4)
        yield from self._reader.children(box, 1, self._walk)
        if not {b"hdlr", b"pitm", b"iinf", b"iloc", b"iprp"} <= self._seen:
            raise UploadError("box_missing")

    def picture_size(self, file_bytes: int) -> tuple[int, int]:
        """Return the size of the picture as it is shown, once the whole file has passed."""
        if self._kinds.get(self._primary) not in _PICTURES or self._primary not in self._located:
            raise UploadError("no_frames")
        if self._farthest[_IN_FILE] > file_bytes or self._farthest[_IN_IDAT] > self._idat_bytes:
            raise UploadError("media_outside_file")
        properties = self._associations.get(self._primary, ())
        sizes = [self._sizes[index] for index in properties if index in self._sizes]
        if len(sizes) != 1:
            raise UploadError("box_missing" if not sizes else "box_repeated")
        return sizes[0][::-1] if self._turns.intersection(properties) else sizes[0]

    def _walk(self, box: Box, depth: int) -> Steps[None]:
        if box.kind in _ONCE:
            if box.kind in self._seen:
                raise UploadError("box_repeated")
            self._seen.add(box.kind)
        match box.kind:
            case b"iprp":
                yield from self._reader.children(box, depth + 1, self._walk)
            case b"ipco":
                yield from self._reader.children(box, depth + 1, self._property)
            case b"iinf":
                yield from self._reader.begin(box, (yield from self._count_bytes(box)))
                yield from self._reader.children(box, depth + 1, self._item)
            case b"hdlr":
                if (yield from self._reader.begin(box, 12))[8:] != b"pict":
                    raise UploadError("box_bad_content")
                yield from self._reader.describe(box)
            case b"pitm" | b"iloc" | b"ipma":
                most = self._reader.limits.max_index_bytes
                self._read_table(box.kind, (yield from self._reader.whole(box, 6, most)))
            case b"idat":
                self._idat_bytes = self._reader.left(box)
                yield from self._reader.media(box)
            case _:
                yield from self._reader.describe(box)

    def _count_bytes(self, box: Box) -> Steps[int]:
        version = (yield from self._reader.begin(box, 4))[0]
        return 4 if version else 2

    def _item(self, box: Box, _depth: int) -> Steps[None]:
        data = yield from self._reader.begin(box, 12)
        if box.kind != b"infe" or data[0] not in {2, 3}:
            raise UploadError("box_bad_content")
        if data[0] == 2:
            item, _protection, kind = struct.unpack(">HH4s", data[4:])
        else:
            data += yield from self._reader.begin(box, 2)
            item, _protection, kind = struct.unpack(">IH4s", data[4:])
        if item in self._kinds:
            raise UploadError("box_repeated")
        self._kinds[item] = kind
        yield from self._reader.describe(box)

    def _property(self, box: Box, _depth: int) -> Steps[None]:
        self._properties += 1
        if box.kind == b"ispe":
            width, height = struct.unpack_from(">II", (yield from self._reader.whole(box, 12, 12)), 4)
            self._reader.limits.check_picture(width, height)
            self._sizes[self._properties] = (width, height)
        elif box.kind == b"irot":
            if (yield from self._reader.whole(box, 1, 1))[0] & 1:
                self._turns.add(self._properties)
        else:
            yield from self._reader.describe(box)

    def _read_table(self, kind: bytes, data: bytes) -> None:
        fields = _Fields(data)
        try:
            if kind == b"pitm":
                self._primary = fields.number(2 if not fields.version else 4)
            elif kind == b"iloc":
                self._read_places(fields)
            else:
                self._read_associations(fields)
        except IndexError as error:
            raise UploadError("box_bad_size") from error
        if fields.left:
            raise UploadError("box_bad_size")

    def _read_places(self, fields: _Fields) -> None:
        version = fields.version
        sizes = fields.number(2)
        offset_size, length_size, base_size, index_size = (sizes >> shift & 0xF for shift in (12, 8, 4, 0))
        if not {offset_size, length_size, base_size} <= {0, 4, 8}:
            raise UploadError("box_bad_content")
        wide = 4 if version == 2 else 2
        for _ in range(fields.number(wide)):
            item = fields.number(wide)
            method = fields.number(2) & 0xF if version else _IN_FILE
            fields.number(2)
            base = fields.number(base_size)
            for _extent in range(fields.number(2)):
                self._reader.budget.step()
                fields.number(index_size if version else 0)
                end = base + fields.number(offset_size) + fields.number(length_size)
                if method not in self._farthest:
                    raise UploadError("box_bad_content")
                self._farthest[method] = max(self._farthest[method], end)
                self._located.add(item)

    def _read_associations(self, fields: _Fields) -> None:
        index_bytes = 2 if fields.flags & 1 else 1
        mask = 0x7FFF if index_bytes == 2 else 0x7F
        for _ in range(fields.number(4)):
            item = fields.number(2 if not fields.version else 4)
            self._reader.budget.step()
            count = fields.number(1)
            self._associations[item] = tuple(fields.number(index_bytes) & mask for _ in range(count))


class _Fields:
    """The numbers of a box that is in memory, one after the other; IndexError when it ends too early."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 4
        self.version = data[0]
        self.flags = int.from_bytes(data[1:4], "big")

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def number(self, size: int) -> int:
        if self.left < size:
            raise IndexError
        self._at += size
        return int.from_bytes(self._data[self._at - size : self._at], "big")

"""Films in boxes: what `moov` and `moof` say about tracks, times and samples.

Tables of samples are read in pieces. They must fill their boxes, agree with each other, and name no more
bytes than the file has.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from uploads.errors import UploadError
from uploads.pump import skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from uploads.boxes import Box, BoxReader
    from uploads.pump import Steps

PICTURE_HANDLERS: Final = (b"vide", b"pict")

_CONTAINERS: Final = (b"mdia", b"minf", b"stbl", b"mvex")
_ONCE_IN_TRACK: Final = (
    *(b"tkhd", b"mdia", b"mdhd", b"hdlr", b"minf", b"stbl", b"stsd", b"stts", b"stsz", b"stco", b"co64"),
)
_ONCE_IN_MOVIE: Final = (b"mvhd", b"mvex", b"mehd")
_UNKNOWN: Final = (2**32 - 1, 2**64 - 1)
_NUMBER: Final = struct.Struct(">I")
_LONG: Final = struct.Struct(">Q")
_PAIR: Final = struct.Struct(">II")
_TRIPLE: Final = struct.Struct(">III")
_TABLES: Final = {b"stss": _NUMBER, b"stsc": _TRIPLE, b"ctts": _PAIR}
"""Tables of which only the size matters here."""
_HAS_DURATION, _HAS_SIZE = 0x100, 0x200


@dataclass(slots=True)
class Track:
    """One track, as far as it has been read."""

    seen: set[bytes] = field(default_factory=set)
    track_id: int = 0
    handler: bytes = b""
    coding: bytes = b""
    shown: tuple[int, int] = (0, 0)
    is_turned: bool = False
    coded: tuple[int, int] = (0, 0)
    timescale: int = 0
    samples: int = 0
    timed_samples: int = 0
    duration: int = 0
    sample_bytes: int = 0

    @property
    def is_picture(self) -> bool:
        """Tell whether the track is to be seen."""
        return self.handler in PICTURE_HANDLERS

    @property
    def duration_ms(self) -> int:
        """Return how long the samples last."""
        return round(1000 * self.duration / self.timescale) if self.timescale else 0

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height as they are shown."""
        width, height = self.shown if all(self.shown) else self.coded
        return (height, width) if self.is_turned else (width, height)


class MovieReader:
    """Reads `moov` and the `moof`s behind it."""

    def __init__(self, reader: BoxReader) -> None:
        self._reader = reader
        self._seen: set[bytes] = set()
        self._timescale = 0
        self._duration = 0
        self._fragments_duration = 0
        self._default_durations: dict[int, int] = {}
        self.tracks: list[Track] = []
        self.is_fragmented = False
        self.farthest = 0
        """The largest offset into the file that a table names."""

    @property
    def picture(self) -> Track | None:
        """Return the first track that is to be seen."""
        return next((track for track in self.tracks if track.is_picture), None)

    @property
    def sample_bytes(self) -> int:
        """Return how many bytes all samples together have."""
        return sum(track.sample_bytes for track in self.tracks)

    @property
    def duration_ms(self) -> int:
        """Return how long the film plays: what it says, or else what its samples add up to."""
        told = self._fragments_duration if self.is_fragmented else self._duration
        if told and told not in _UNKNOWN:
            return round(1000 * told / self._timescale)
        return max((track.duration_ms for track in self.tracks), default=0)

    def movie(self, box: Box) -> Steps[None]:
        """Read `moov`."""
        yield from self._reader.children(box, 1, self._walk)
        if b"mvhd" not in self._seen:
            raise UploadError("box_missing")

    def fragment(self, box: Box) -> Steps[None]:
        """Read a `moof`."""
        yield from self._reader.children(box, 1, self._walk_fragment)

    def _walk(self, box: Box, depth: int) -> Steps[None]:
        if box.kind in _ONCE_IN_MOVIE:
            _note(self._seen, box.kind)
        if box.kind == b"trak":
            yield from self._track(box, depth)
        elif box.kind == b"mvex":
            self.is_fragmented = True
            yield from self._reader.children(box, depth + 1, self._walk)
        elif box.kind == b"mvhd":
            yield from self._header(box)
        elif box.kind == b"mehd":
            self._fragments_duration = _versioned((yield from self._reader.whole(box, 8, 12)), 4, 4)
        elif box.kind == b"trex":
            data = yield from self._reader.whole(box, 24, 24)
            track_id, _entry, default_duration = struct.unpack_from(">III", data, 4)
            self._default_durations[track_id] = default_duration
        else:
            yield from self._reader.describe(box)

    def _header(self, box: Box) -> Steps[None]:
        data = yield from self._reader.whole(box, 100, 112)
        if len(data) != (112 if data[0] else 100):
            raise UploadError("box_bad_size")
        (self._timescale,) = _NUMBER.unpack_from(data, 20 if data[0] else 12)
        self._duration = _versioned(data, 16, 24)
        if not self._timescale:
            raise UploadError("box_bad_content")

    def _track(self, box: Box, depth: int) -> Steps[None]:
        if len(self.tracks) == self._reader.limits.max_tracks:
            raise UploadError("too_many_blocks")
        track = Track()
        self.tracks.append(track)

        def walk(inner: Box, inner_depth: int) -> Steps[None]:
            if inner.kind in _ONCE_IN_TRACK:
                _note(track.seen, inner.kind)
            if inner.kind in _CONTAINERS:
                yield from self._reader.children(inner, inner_depth + 1, walk)
            else:
                yield from self._leaf(inner, track)

        yield from self._reader.children(box, depth + 1, walk)
        if not {b"tkhd", b"mdhd", b"hdlr"} <= track.seen or (track.is_picture and not track.coding):
            raise UploadError("box_missing")
        if track.samples != track.timed_samples:
            raise UploadError("samples_contradict")

    def _leaf(self, box: Box, track: Track) -> Steps[None]:
        match box.kind:
            case b"tkhd":
                _read_track_header((yield from self._reader.whole(box, 84, 96)), track)
            case b"mdhd":
                data = yield from self._reader.whole(box, 24, 36)
                if len(data) != (36 if data[0] else 24):
                    raise UploadError("box_bad_size")
                (track.timescale,) = _NUMBER.unpack_from(data, 20 if data[0] else 12)
                if not track.timescale:
                    raise UploadError("box_bad_content")
            case b"hdlr":
                track.handler = (yield from self._reader.begin(box, 12))[8:]
                yield from self._reader.describe(box)
            case b"stsd":
                yield from self._description(box, track)
            case b"stts" | b"stsz" | b"stco" | b"co64":
                yield from self._table(box, track)
            case b"stss" | b"stsc" | b"ctts":
                entries = _NUMBER.unpack_from((yield from self._reader.begin(box, 8)), 4)[0]
                yield from self._reader.table(box, entries, _TABLES[box.kind])
            case _:
                yield from self._reader.describe(box)

    def _description(self, box: Box, track: Track) -> Steps[None]:
        """Read how the samples are coded; only the first of several codings is looked at closely."""
        if not track.handler:
            raise UploadError("box_missing")
        (promised,) = _NUMBER.unpack_from((yield from self._reader.begin(box, 8)), 4)
        entries = 0

        def walk(entry: Box, _depth: int) -> Steps[None]:
            nonlocal entries
            entries += 1
            if track.is_picture:
                data = yield from self._reader.begin(entry, 28)
                coded = struct.unpack_from(">HH", data, 24)
                self._reader.limits.check_screen(*coded)
                if track.coding and (track.coding, track.coded) != (entry.kind, coded):
                    raise UploadError("unsupported_coding")
                track.coding, track.coded = entry.kind, (coded[0], coded[1])
            yield from self._reader.describe(entry)

        yield from self._reader.children(box, self._reader.limits.max_box_depth, walk)
        if entries != promised:
            raise UploadError("box_bad_content")

    def _table(self, box: Box, track: Track) -> Steps[None]:
        reader = self._reader

        def add_times(entries: Iterator[tuple[int, ...]]) -> None:
            for count, delta in entries:
                track.timed_samples += count
                track.duration += count * delta

        def add_sizes(entries: Iterator[tuple[int, ...]]) -> None:
            track.sample_bytes += sum(size for (size,) in entries)

        def add_offsets(entries: Iterator[tuple[int, ...]]) -> None:
            self.farthest = max(self.farthest, *(offset for (offset,) in entries))

        if box.kind == b"stsz":
            size, track.samples = _PAIR.unpack_from((yield from reader.begin(box, 12)), 4)
            track.sample_bytes = size * track.samples
            self._check_samples(track)
            yield from reader.table(box, 0 if size else track.samples, _NUMBER, add_sizes)
            return
        (entries,) = _NUMBER.unpack_from((yield from reader.begin(box, 8)), 4)
        if box.kind == b"stts":
            yield from reader.table(box, entries, _PAIR, add_times)
        else:
            yield from reader.table(box, entries, _NUMBER if box.kind == b"stco" else _LONG, add_offsets)

    def _walk_fragment(self, box: Box, depth: int) -> Steps[None]:
        if box.kind != b"traf":
            yield from self._reader.describe(box)
            return
        tracks: list[Track] = []
        default_duration = 0

        def walk(inner: Box, _depth: int) -> Steps[None]:
            nonlocal default_duration
            if inner.kind == b"tfhd":
                data = yield from self._reader.whole(inner, 8, 40)
                flags, track_id = _PAIR.unpack_from(data)
                tracks.append(self._find(track_id))
                default = self._default_durations.get(track_id, 0)
                default_duration = _fragment_duration(data, flags, default)
            elif inner.kind == b"trun":
                if len(tracks) != 1:
                    raise UploadError("box_missing" if not tracks else "box_repeated")
                yield from self._run(inner, tracks[0], default_duration)
            else:
                yield from self._reader.describe(inner)

        yield from self._reader.children(box, depth + 1, walk)

    def _run(self, box: Box, track: Track, default_duration: int) -> Steps[None]:
        """Read a run of samples: each entry has as many numbers as the flags say."""
        flags, samples = _PAIR.unpack((yield from self._reader.begin(box, 8)))
        optional = 4 * ((flags & 0x1) + (flags >> 2 & 0x1))
        if self._reader.left(box) < optional:
            raise UploadError("box_bad_size")
        yield skip(optional)
        numbers = (flags >> 8 & 0xF).bit_count()
        track.samples += samples
        self._check_samples(track)
        if not flags & _HAS_DURATION:
            track.duration += samples * default_duration

        def add(entries: Iterator[tuple[int, ...]]) -> None:
            for entry in entries:
                if flags & _HAS_DURATION:
                    track.duration += entry[0]
                if flags & _HAS_SIZE:
                    track.sample_bytes += entry[1 if flags & _HAS_DURATION else 0]

        if numbers:
            yield from self._reader.table(box, samples, struct.Struct(f">{numbers}I"), add)
        elif self._reader.left(box):
            raise UploadError("box_bad_size")

    def _check_samples(self, track: Track) -> None:
        if track.is_picture:
            self._reader.limits.check_film(track.samples, 0)

    def _find(self, track_id: int) -> Track:
        for track in self.tracks:
            if track.track_id == track_id:
                return track
        raise UploadError("box_bad_content")


def _note(seen: set[bytes], kind: bytes) -> None:
    if kind in seen:
        raise UploadError("box_repeated")
    seen.add(kind)


def _versioned(data: bytes, at: int, at_long: int) -> int:
    """Return a duration, which has 8 bytes in the second version of a box; raise UploadError."""
    try:
        return int(_LONG.unpack_from(data, at_long)[0] if data[0] else _NUMBER.unpack_from(data, at)[0])
    except struct.error as error:
        raise UploadError("box_bad_size") from error


def _read_track_header(data: bytes, track: Track) -> None:
    moved = 12 if data[0] else 0
    if len(data) != 84 + moved:
        raise UploadError("box_bad_size")
    (track.track_id,) = _NUMBER.unpack_from(data, 20 if data[0] else 12)
    across, skew, _, lean, down = struct.unpack_from(">iiiii", data, 40 + moved)
    track.is_turned = bool(not across and not down and skew and lean)
    width, height = _PAIR.unpack_from(data, 76 + moved)
    track.shown = (width >> 16, height >> 16)


def _fragment_duration(data: bytes, flags: int, default: int) -> int:
    """Return the duration of samples that state none, from a fragment's header."""
    at = 8 + 8 * (flags & 0x1) + 4 * (flags >> 1 & 0x1)
    if not flags & 0x8:
        return default
    if len(data) < at + 4:
        raise UploadError("box_bad_size")
    return int(_NUMBER.unpack_from(data, at)[0])

"""The grammar of WebM: header, one segment, in it information, tracks and clusters.

Recorders in browsers write segments and clusters without a size, and no duration. So clusters are walked
block by block, which also counts the frames; a cluster without a size ends where something begins that cannot
lie in one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import TYPE_CHECKING, Final

from uploads.ebml import ElementReader, known_end
from uploads.errors import UploadError
from uploads.facts import Facts
from uploads.pump import skip, take

if TYPE_CHECKING:
    from uploads.ebml import Element
    from uploads.limits import UploadLimits
    from uploads.pump import Steps, Stream

SIGNATURE: Final = b"\x1a\x45\xdf\xa3"


class _Id(IntEnum):
    SEGMENT = 0x18538067
    READ_VERSION = 0x42F7
    MOST_ID_BYTES = 0x42F2
    MOST_SIZE_BYTES = 0x42F3
    DOC_TYPE = 0x4282
    DOC_READ_VERSION = 0x4285
    SEEK_HEAD = 0x114D9B74
    INFO = 0x1549A966
    TRACKS = 0x1654AE6B
    CLUSTER = 0x1F43B675
    CUES = 0x1C53BB6B
    TAGS = 0x1254C367
    CHAPTERS = 0x1043A770
    ATTACHMENTS = 0x1941A469
    VOID = 0xEC
    CRC = 0xBF
    TIMESTAMP_SCALE = 0x2AD7B1
    DURATION = 0x4489
    TRACK = 0xAE
    TRACK_NUMBER = 0xD7
    TRACK_TYPE = 0x83
    CODEC = 0x86
    VIDEO = 0xE0
    WIDTH = 0xB0
    HEIGHT = 0xBA
    TIMESTAMP = 0xE7
    SIMPLE_BLOCK = 0xA3
    GROUP = 0xA0
    BLOCK = 0xA1
    POSITION = 0xA7
    PREVIOUS_SIZE = 0xAB


_MOST: Final[dict[int, int]] = {
    _Id.READ_VERSION: 1,
    _Id.MOST_ID_BYTES: 4,
    _Id.MOST_SIZE_BYTES: 8,
    _Id.DOC_READ_VERSION: 4,
}
_ANYWHERE: Final = (_Id.VOID, _Id.CRC)
_DESCRIPTIONS: Final = (_Id.SEEK_HEAD, _Id.CUES, _Id.TAGS, _Id.CHAPTERS, *_ANYWHERE)
_IN_CLUSTER: Final = (_Id.TIMESTAMP, _Id.SIMPLE_BLOCK, _Id.GROUP, _Id.POSITION, _Id.PREVIOUS_SIZE)
_IN_INFO: Final = (_Id.TIMESTAMP_SCALE, _Id.DURATION)
_IN_TRACK: Final = (_Id.TRACK_NUMBER, _Id.TRACK_TYPE, _Id.CODEC, _Id.VIDEO)
_IN_VIDEO: Final = (_Id.WIDTH, _Id.HEIGHT)
_PICTURE_TRACK: Final = 1
_CODECS: Final = (b"V_VP8", b"V_VP9", b"V_AV1")
_DEFAULT_SCALE: Final = 1_000_000
"""Nanoseconds a tick."""


@dataclass(slots=True)
class _Track:
    number: int = 0
    kind: int = 0
    codec: bytes = b""
    width: int = 0
    height: int = 0


class WebmGrammar:
    """Walks the elements of one file."""

    def __init__(self, stream: Stream, limits: UploadLimits) -> None:
        self._stream = stream
        self._limits = limits
        self._reader = ElementReader(stream, limits)
        self._seen: set[int] = set()
        self._scale = _DEFAULT_SCALE
        self._duration = 0.0
        self._tracks: list[_Track] = []
        self._picture: _Track | None = None
        self._cluster_end: int | None = None
        self._in_cluster = False
        self._cluster_time = 0
        self._last_time = 0
        self._frames = 0

    def steps(self) -> Steps[Facts]:
        """Walk to the end of the segment."""
        yield from self._header()
        segment = yield from self._reader.open((yield take(1)), None)
        if segment.kind != _Id.SEGMENT:
            raise UploadError("ebml_bad_id")
        while (element := (yield from self._next(segment.end))) is not None:
            yield from self._walk(element)
        return self._facts()

    def _header(self) -> Steps[None]:
        header = yield from self._reader.open((yield take(1)), None)
        doc_type = b""

        def walk(element: Element) -> Steps[None]:
            nonlocal doc_type
            if element.kind == _Id.DOC_TYPE:
                doc_type = yield from self._reader.text(element)
            elif element.kind in _MOST:
                if (yield from self._reader.number(element)) > _MOST[element.kind]:
                    raise UploadError("unsupported_type")
            else:
                yield from self._reader.describe(element)

        yield from self._reader.children(header, walk, (*_MOST, _Id.DOC_TYPE))
        if doc_type != b"webm":
            raise UploadError("unsupported_type")

    def _next(self, segment_end: int | None) -> Steps[Element | None]:
        """Return the next element of the segment or of the cluster that is open."""
        if self._in_cluster and self._stream.at == self._cluster_end:
            self._in_cluster = False
        end = self._cluster_end if self._in_cluster and self._cluster_end is not None else segment_end
        return (yield from self._reader.next_or_end(end))

    def _walk(self, element: Element) -> Steps[None]:
        if element.kind in _IN_CLUSTER:
            if not self._in_cluster:
                raise UploadError("ebml_bad_id")
            yield from self._in_open_cluster(element)
        elif element.kind in _ANYWHERE:
            yield from self._reader.describe(element)
        elif self._in_cluster and self._cluster_end is not None:
            raise UploadError("ebml_bad_id")
        else:
            self._in_cluster = False
            yield from self._in_segment(element)

    def _in_segment(self, element: Element) -> Steps[None]:
        if element.kind == _Id.CLUSTER:
            if self._picture is None:
                raise UploadError("ebml_missing")
            self._in_cluster, self._cluster_end, self._cluster_time = True, element.end, 0
        elif element.kind in {_Id.INFO, _Id.TRACKS}:
            if element.kind in self._seen:
                raise UploadError("ebml_repeated")
            self._seen.add(element.kind)
            if element.kind == _Id.INFO:
                yield from self._reader.children(element, self._info, _IN_INFO)
            else:
                yield from self._reader.children(element, self._track)
                self._choose_picture()
        elif element.kind in _DESCRIPTIONS:
            yield from self._reader.describe(element)
        else:
            raise UploadError("ebml_attachment" if element.kind == _Id.ATTACHMENTS else "ebml_bad_id")

    def _info(self, element: Element) -> Steps[None]:
        if element.kind == _Id.TIMESTAMP_SCALE:
            self._scale = yield from self._reader.number(element)
            if not self._scale:
                raise UploadError("ebml_bad_content")
        elif element.kind == _Id.DURATION:
            self._duration = yield from self._reader.real(element)
            if not math.isfinite(self._duration) or self._duration < 0:
                raise UploadError("ebml_bad_content")
        else:
            yield from self._reader.describe(element)

    def _track(self, element: Element) -> Steps[None]:
        if element.kind != _Id.TRACK:
            yield from self._reader.describe(element)
            return
        if len(self._tracks) == self._limits.max_tracks:
            raise UploadError("too_many_blocks")
        track = _Track()
        self._tracks.append(track)
        yield from self._reader.children(element, partial(self._in_track, track), _IN_TRACK)

    def _in_track(self, track: _Track, element: Element) -> Steps[None]:
        match element.kind:
            case _Id.TRACK_NUMBER:
                track.number = yield from self._reader.number(element)
            case _Id.TRACK_TYPE:
                track.kind = yield from self._reader.number(element)
            case _Id.CODEC:
                track.codec = yield from self._reader.text(element)
            case _Id.VIDEO:
                yield from self._reader.children(element, partial(self._in_video, track), _IN_VIDEO)
            case _:
                yield from self._reader.describe(element)

    def _in_video(self, track: _Track, element: Element) -> Steps[None]:
        if element.kind == _Id.WIDTH:
            track.width = yield from self._reader.number(element)
        elif element.kind == _Id.HEIGHT:
            track.height = yield from self._reader.number(element)
        else:
            yield from self._reader.describe(element)

    def _choose_picture(self) -> None:
        pictures = [track for track in self._tracks if track.kind == _PICTURE_TRACK]
        if not pictures:
            raise UploadError("no_frames")
        self._picture = pictures[0]
        if self._picture.codec not in _CODECS:
            raise UploadError("unsupported_coding")
        if not 0 < self._picture.number < 0x80:
            raise UploadError("ebml_bad_content")
        for track in pictures:
            self._limits.check_screen(track.width, track.height)

    def _in_open_cluster(self, element: Element) -> Steps[None]:
        if element.kind == _Id.TIMESTAMP:
            self._cluster_time = yield from self._reader.number(element)
        elif element.kind == _Id.SIMPLE_BLOCK:
            yield from self._block(element)
        elif element.kind == _Id.GROUP:
            yield from self._reader.children(element, self._in_group)
        else:
            yield from self._reader.describe(element)

    def _in_group(self, element: Element) -> Steps[None]:
        if element.kind == _Id.BLOCK:
            yield from self._block(element)
        else:
            yield from self._reader.describe(element)

    def _block(self, element: Element) -> Steps[None]:
        """Pass one block: the number of its track, its time within the cluster, flags, then the frame."""
        end = known_end(element)
        if self._reader.left(element) < 4:
            raise UploadError("ebml_bad_size")
        head = yield take(4)
        if head[0] <= 0x80:
            raise UploadError("ebml_bad_content")
        moment = self._cluster_time + int.from_bytes(head[1:3], "big", signed=True)
        self._last_time = max(self._last_time, moment)
        if self._picture and head[0] == 0x80 | self._picture.number:
            self._frames += 1
            self._limits.check_film(self._frames, self._ms(moment))
        yield skip(end - self._stream.at)

    def _ms(self, ticks: float) -> float:
        return ticks * self._scale / 1_000_000

    def _facts(self) -> Facts:
        if _Id.INFO not in self._seen or self._picture is None:
            raise UploadError("ebml_missing")
        if not self._frames:
            raise UploadError("no_frames")
        duration_ms = self._ms(self._duration or self._last_time)
        self._limits.check_film(self._frames, duration_ms)
        width, height = self._picture.width, self._picture.height
        return Facts("video/webm", "webm", width, height, self._frames, round(duration_ms))

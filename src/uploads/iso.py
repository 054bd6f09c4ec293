"""The grammar of MP4 and AVIF: the boxes of the file itself.

Which of the two it is, the brands in the first box tell. Film descriptions are read in `uploads.movie`,
picture descriptions in `uploads.items`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from uploads.boxes import BoxReader
from uploads.errors import UploadError
from uploads.facts import Facts
from uploads.foreign import TRAIL_BYTES, trail_code
from uploads.items import ItemReader
from uploads.movie import MovieReader
from uploads.pump import next_or_end, take

if TYPE_CHECKING:
    from uploads.boxes import Box
    from uploads.limits import UploadLimits
    from uploads.movie import Track
    from uploads.pump import Steps, Stream

_MOST_BRANDS_BYTES: Final = 1_024
_AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})
_MP4_BRANDS: Final = frozenset(
    {b"isom", b"mp41", b"mp42", b"mp71", b"avc1", b"M4V ", b"M4VH", b"M4VP", b"dash", b"MSNV", b"f4v "}
    | {b"iso%d" % number for number in range(2, 10)}
    | {b"cmf2", b"cmfc", b"msdh", b"3gp4", b"3gp5", b"3gp6"}
)
_OTHER_MAJORS: Final = frozenset({b"qt  ", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"crx "})
"""QuickTime, HEIC and raw photographs also claim to be MP4 sometimes."""
_DESCRIPTIONS: Final = frozenset(
    {
        b"free",
        b"skip",
        b"wide",
        b"uuid",
        b"udta",
        b"meta",
        b"styp",
        b"sidx",
        b"ssix",
        b"mfra",
        b"emsg",
        b"prft",
    }
    | {b"pdin"}
)
_FILM_CODINGS: Final = frozenset({b"avc1", b"avc3", b"hvc1", b"hev1", b"av01", b"vp08", b"vp09"})


class IsoGrammar:
    """Walks the boxes of one file."""

    def __init__(self, stream: Stream, limits: UploadLimits) -> None:
        self._stream = stream
        self._limits = limits
        self._reader = BoxReader(stream, limits)
        self._movie: MovieReader | None = None
        self._items: ItemReader | None = None
        self._media_bytes = 0
        self._is_avif = False

    def steps(self) -> Steps[Facts]:
        """Walk to the end of the file."""
        yield from self._brands()
        while len(header := (yield next_or_end(8))) == 8:
            if not self._is_known(header[4:]):
                rest = yield next_or_end(TRAIL_BYTES - 8)
                raise UploadError(trail_code(header + rest) if self._is_complete() else "box_bad_content")
            yield from self._walk((yield from self._reader.open(header, None)))
        if header:
            raise UploadError(trail_code(header) if self._is_complete() else "truncated")
        return self._avif() if self._is_avif else self._mp4()

    def _brands(self) -> Steps[None]:
        box = yield from self._reader.open((yield take(8)), None)
        data = yield from self._reader.whole(box, 8, _MOST_BRANDS_BYTES)
        if len(data) % 4:
            raise UploadError("box_bad_size")
        major = data[:4]
        brands = {major, *(data[at : at + 4] for at in range(8, len(data), 4))}
        self._is_avif = bool(brands & _AVIF_BRANDS) and major not in _MP4_BRANDS
        if not self._is_avif and (major in _OTHER_MAJORS or not brands & _MP4_BRANDS):
            raise UploadError("unsupported_type")

    def _is_known(self, kind: bytes) -> bool:
        return kind in {b"moov", b"moof", b"mdat", b"ftyp"} or kind in _DESCRIPTIONS

    def _is_complete(self) -> bool:
        return bool((self._movie or self._items) and self._media_bytes)

    def _walk(self, box: Box) -> Steps[None]:
        if box.kind == b"mdat":
            self._media_bytes += self._reader.left(box)
            yield from self._reader.media(box)
        elif box.kind == b"moov":
            if self._movie:
                raise UploadError("box_repeated")
            self._movie = MovieReader(self._reader)
            yield from self._movie.movie(box)
        elif box.kind == b"moof":
            if self._movie is None or not self._movie.is_fragmented:
                raise UploadError("box_missing")
            yield from self._movie.fragment(box)
        elif box.kind == b"meta" and self._is_avif:
            if self._items:
                raise UploadError("box_repeated")
            self._items = ItemReader(self._reader)
            yield from self._items.read(box)
        elif box.kind == b"ftyp":
            raise UploadError("box_repeated")
        else:
            yield from self._reader.describe(box)

    def _film(self) -> tuple[MovieReader, Track]:
        if self._movie is None:
            raise UploadError("box_missing")
        track = self._movie.picture
        if track is None or not track.samples:
            raise UploadError("no_frames")
        if not self._media_bytes:
            raise UploadError("media_outside_file")
        if self._movie.farthest >= self._stream.at or self._movie.sample_bytes > self._media_bytes:
            raise UploadError("media_outside_file")
        return self._movie, track

    def _mp4(self) -> Facts:
        movie, track = self._film()
        if track.coding not in _FILM_CODINGS:
            raise UploadError("unsupported_coding")
        self._limits.check_screen(*track.size)
        self._limits.check_film(track.samples, max(movie.duration_ms, track.duration_ms))
        return Facts("video/mp4", "mp4", *track.size, track.samples, movie.duration_ms)

    def _avif(self) -> Facts:
        if self._items is None:
            raise UploadError("box_missing")
        size = self._items.picture_size(self._stream.at if self._media_bytes else 0)
        if self._movie is None:
            return Facts("image/avif", "avif", *size)
        movie, track = self._film()
        if track.coding != b"av01":
            raise UploadError("unsupported_coding")
        width, height = map(max, size, track.size)
        self._limits.check_animation(width, height, track.samples)
        if track.samples == 1:
            return Facts("image/avif", "avif", *size)
        return Facts("image/avif", "avif", *size, track.samples, movie.duration_ms)

"""The grammar of JPEG: segments up to the end of the image, scans between them.

file    := SOI segment* frame-header (segment | scan)* EOI
segment := 0xFF marker length(2) data
scan    := SOS segment, then bytes in which 0xFF is followed by 0 or a restart marker
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from uploads.budget import Budget
from uploads.errors import UploadError
from uploads.exif import is_turned
from uploads.facts import Facts
from uploads.pump import MARKER, skip, take

if TYPE_CHECKING:
    from uploads.limits import UploadLimits
    from uploads.pump import Steps, Stream

SIGNATURE: Final = b"\xff\xd8\xff"

_EOI, _SOS, _DQT, _DRI, _DHT = 0xD9, 0xDA, 0xDB, 0xDD, 0xC4
_FRAMES: Final = (0xC0, 0xC1, 0xC2)
_FRAMES_NOT_SHOWN: Final = (0xC3, *range(0xC5, 0xC8), *range(0xC9, 0xD0), 0xDE, 0xDF)
"""Lossless, hierarchical and arithmetic coding."""
_APP1: Final = 0xE1
_METADATA: Final = (*range(0xE0, 0xF0), 0xFE)
_EXIF: Final = b"Exif\0\0"


class JpegGrammar:
    """Walks the segments of one file."""

    def __init__(self, _stream: Stream, limits: UploadLimits) -> None:
        self._limits = limits
        self._budget = Budget(limits)
        self._width = 0
        self._height = 0
        self._components = 0
        self._scans = 0
        self._is_turned: bool | None = None

    def steps(self) -> Steps[Facts]:
        """Walk to the end of the image."""
        yield take(2)
        marker = yield from self._marker()
        while marker != _EOI:
            if marker == _SOS:
                yield from self._scan_header()
                marker = (yield MARKER)[0]
                self._budget.step()
            else:
                yield from self._segment(marker)
                marker = yield from self._marker()
        if not self._scans:
            raise UploadError("no_frames")
        width, height = (self._height, self._width) if self._is_turned else (self._width, self._height)
        return Facts("image/jpeg", "jpg", width, height)

    def _marker(self) -> Steps[int]:
        self._budget.step()
        before, marker = yield take(2)
        if before != 0xFF:
            raise UploadError("jpeg_bad_marker")
        while marker == 0xFF:
            self._budget.step()
            marker = (yield take(1))[0]
        return marker

    def _length(self) -> Steps[int]:
        length = int.from_bytes((yield take(2)), "big") - 2
        if length < 0:
            raise UploadError("jpeg_bad_segment")
        return length

    def _segment(self, marker: int) -> Steps[None]:
        if marker in _FRAMES:
            yield from self._frame_header()
        elif marker in _FRAMES_NOT_SHOWN:
            raise UploadError("unsupported_coding")
        elif marker in _METADATA:
            yield from self._metadata(marker)
        elif marker in {_DQT, _DHT, _DRI}:
            length = yield from self._length()
            if (marker == _DRI and length != 2) or not length:
                raise UploadError("jpeg_bad_segment")
            yield skip(length)
        else:
            raise UploadError("jpeg_bad_marker")

    def _frame_header(self) -> Steps[None]:
        length = yield from self._length()
        if self._width:
            raise UploadError("jpeg_bad_frame")
        if length < 6:
            raise UploadError("jpeg_bad_segment")
        precision, height, width, components = struct.unpack(">BHHB", (yield take(6)))
        if length != 6 + 3 * components:
            raise UploadError("jpeg_bad_segment")
        if precision != 8 or components not in {1, 3, 4}:
            raise UploadError("unsupported_coding" if precision == 12 else "jpeg_bad_frame")
        self._limits.check_picture(width, height)
        self._width, self._height, self._components = width, height, components
        yield skip(3 * components)

    def _scan_header(self) -> Steps[None]:
        length = yield from self._length()
        if not self._width:
            raise UploadError("jpeg_bad_frame")
        if length < 1:
            raise UploadError("jpeg_bad_segment")
        components = (yield take(1))[0]
        if not 1 <= components <= self._components or length != 4 + 2 * components:
            raise UploadError("jpeg_bad_segment")
        self._scans += 1
        if self._scans > self._limits.max_scans:
            raise UploadError("jpeg_too_many_scans")
        yield skip(length - 1)

    def _metadata(self, marker: int) -> Steps[None]:
        length = yield from self._length()
        self._budget.metadata(length)
        if marker == _APP1 and self._is_turned is None and length >= len(_EXIF):
            data = yield take(length, looked_at=True)
            if data.startswith(_EXIF):
                self._is_turned = is_turned(data[len(_EXIF) :])
        else:
            yield skip(length, looked_at=True)

"""From a file's bytes to the still pictures that the service is shown.

The type is read from the content, never from the name. A GIF becomes a few PNG stills; PNG, JPEG and WebP go
as they are, but for grayscale with alpha, on which the service fails: that becomes RGB. What the service
would judge only in part (animations, video) is refused here.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ai_safety_scanner.grayscale import GRAYSCALE_ALPHA, as_rgb
from ai_safety_scanner.results import ScanError
from gif import GifError, choose_stills, encode_png

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_SCANNED_FRAMES: Final = 8
DRAWN_FRAMES: Final = 2
"""So many more are drawn by lot: five greater changes must not keep a frame from ever being looked at."""
MAX_STILL_SIDE: Final = 512
MAX_IMAGE_BYTES: Final = 20_000_000
"""What the service accepts for one picture."""
MAX_FILE_BYTES: Final = 100 * 1024 * 1024
"""For GIFs, of which only stills are sent."""

_STILL_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"hevc", b"mif1", b"msf1")


@dataclass(frozen=True)
class Sample:
    """One still picture to show, and the index of the frame it is, if it is one of many."""

    media_type: str
    content: bytes
    frame: int | None = None

    @property
    def data_uri(self) -> str:
        """Return the picture as a `data:` URL."""
        return f"data:{self.media_type};base64,{base64.b64encode(self.content).decode()}"


def image_samples(data: bytes) -> list[Sample]:
    """Return the pictures that stand for the file; raise ScanError."""
    if not data:
        raise ScanError("empty_file")
    if len(data) > MAX_FILE_BYTES:
        raise ScanError("file_too_large")
    for matches, samples in _KINDS:
        if matches(data):
            return samples(data)
    raise ScanError("unsupported_type")


def _gif_samples(data: bytes) -> list[Sample]:
    try:
        stills = choose_stills(data, MAX_SCANNED_FRAMES, MAX_STILL_SIDE, drawn=DRAWN_FRAMES)
    except GifError as error:
        raise ScanError("bad_gif", gif_error=error.code) from error
    pictures: dict[bytes, int] = {}
    for still in stills:
        # Frames that look the same need one look.
        pictures.setdefault(encode_png(still.picture), still.index)
    return [Sample("image/png", content, frame) for content, frame in pictures.items()]


def _png_samples(data: bytes) -> list[Sample]:
    samples = _as_it_is("image/png", data)
    if len(data) < 33 or data[12:16] != b"IHDR":
        raise ScanError("bad_image")
    at = 33
    while (kind := data[at + 4 : at + 8]) != b"IDAT":
        if kind == b"acTL":
            raise ScanError("animated_image")
        if len(kind) < 4:
            raise ScanError("bad_image")
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return [Sample("image/png", as_rgb(data))] if data[25] == GRAYSCALE_ALPHA else samples


def _webp_samples(data: bytes) -> list[Sample]:
    samples = _as_it_is("image/webp", data)
    at = 12
    while len(kind := data[at : at + 4]) == 4:
        if kind in (b"ANIM", b"ANMF"):
            raise ScanError("animated_image")
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
    return samples


def _jpeg_samples(data: bytes) -> list[Sample]:
    return _as_it_is("image/jpeg", data)


def _as_it_is(media_type: str, data: bytes) -> list[Sample]:
    if len(data) > MAX_IMAGE_BYTES:
        raise ScanError("file_too_large")
    return [Sample(media_type, data)]


def _video(_data: bytes) -> list[Sample]:
    raise ScanError("video_needs_frames")


_KINDS: Final[tuple[tuple[Callable[[bytes], bool], Callable[[bytes], list[Sample]]], ...]] = (
    (lambda data: data[:4] == b"GIF8", _gif_samples),
    (lambda data: data[:8] == b"\x89PNG\r\n\x1a\n", _png_samples),
    (lambda data: data[:3] == b"\xff\xd8\xff", _jpeg_samples),
    (lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP", _webp_samples),
    (lambda data: data[4:8] == b"ftyp" and data[8:12] not in _STILL_BRANDS, _video),
    (lambda data: data[:4] == b"\x1a\x45\xdf\xa3", _video),
)

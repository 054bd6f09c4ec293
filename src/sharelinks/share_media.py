"""What is known of an asset's media, and which of its formats is shown where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from delivery.paths import EMBED_TAIL
from sharelinks.validation import check_asset_id, check_asset_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assets.record import AssetRecord

MAX_PREVIEW_IMAGE_BYTES = 5_000_000
"""The strictest reader of previews takes no larger picture."""

LONGEST_LOOP_MS = 60_000
"""A longer video is a film: it waits to be started, and is heard."""

VIDEO_PICTURE_PATH = "/a/-/video.png"
"""Where the picture is that previews show of a video that has none; no id of an asset leads there."""
VIDEO_PICTURE_SIZE = (1_200, 630)

_VIDEOS = ("mp4", "webm")
_STILL = "jpg"
# Formats that few readers of previews know.
_UNCOMMON = frozenset({"avif"})
_STANDARD_RENDITIONS = {
    "gif": frozenset({"mp4"}),
    "mp4": frozenset({"jpg"}),
    "webm": frozenset({"mp4", "jpg"}),
}


@dataclass(frozen=True, slots=True)
class ShareMedia:
    """What is known of an asset's media: the uploaded type, its size in pixels, and its other formats.

    `renditions` lists the extensions that exist besides the upload; None means those the media jobs make
    of that type as a matter of course (`mp4` of a GIF, `jpg` and `mp4` of a video). `sizes` holds the width
    and height of those whose size is another than the upload's; `bytes` is the upload's length,
    `duration_ms` how long it plays.
    """

    asset_type: str = "gif"
    width: int | None = None
    height: int | None = None
    renditions: Iterable[str] | None = None
    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    bytes: int | None = None
    duration_ms: int | None = None

    @property
    def original(self) -> str:
        """Return the extension of the upload; raise InvalidAssetError for an unknown type."""
        return extension_of(self.asset_type)

    def formats(self) -> frozenset[str]:
        """Return every extension that can be fetched; raise InvalidAssetError for an unknown one."""
        own = self.original
        others = _STANDARD_RENDITIONS.get(own, ()) if self.renditions is None else self.renditions
        return frozenset({own, *map(extension_of, others)})

    def size(self, extension: str) -> tuple[int, int] | None:
        """Return the width and height of a format in pixels, None where they are not known."""
        if extension in self.sizes:
            return self.sizes[extension]
        return (self.width, self.height) if self.width and self.height else None

    def video(self) -> str | None:
        """Return the format that plays in a page, None where there is none."""
        formats = self.formats()
        return next((one for one in _VIDEOS if one in formats), None)

    def is_film(self) -> bool:
        """Tell whether it plays too long to play by itself, again and again, as a GIF does."""
        return self.original in _VIDEOS and (self.duration_ms or 0) > LONGEST_LOOP_MS

    def still(self) -> str | None:
        """Return the picture that stands for a video until it plays."""
        return _STILL if _STILL in self.formats() else None

    def picture(self) -> str | None:
        """Return the picture: the upload itself where it is one, so that an animation plays."""
        return self.still() if self.original in _VIDEOS else self.original

    def preview_picture(self) -> str | None:
        """Return the picture for those that draw previews: a still instead of what they do not take."""
        is_hard = self.original in _UNCOMMON or (self.bytes or 0) > MAX_PREVIEW_IMAGE_BYTES
        return (self.still() if is_hard else None) or self.picture()


def media_of(record: AssetRecord) -> ShareMedia:
    """Return what an asset's record says of its media."""
    sizes = {
        extension: (made.width, made.height)
        for extension, made in record.variants.items()
        if made.width and made.height
    }
    return ShareMedia(
        record.extension,
        record.width,
        record.height,
        tuple(record.variants),
        sizes,
        record.bytes,
        record.duration_ms,
    )


def media_url(base_url: str, asset_id: str, extension: str) -> str:
    """Return the address of one format of an asset."""
    return f"{base_url}/a/{check_asset_id(asset_id)}.{extension_of(extension)}"


def video_picture_url(base_url: str) -> str:
    """Return the address of the picture that stands for videos without one."""
    return f"{base_url}{VIDEO_PICTURE_PATH}"


def embed_url(base_url: str, asset_id: str) -> str:
    """Return the address of the page that other sites put into a frame."""
    return f"{base_url}/a/{check_asset_id(asset_id)}{EMBED_TAIL}"


def extension_of(asset_type: str) -> str:
    """Return the extension of a type under the name that addresses use, or raise InvalidAssetError."""
    checked = check_asset_type(asset_type)
    return "jpg" if checked == "jpeg" else checked

"""Media from a file of this machine; only for processes that have files."""

from __future__ import annotations

from pathlib import Path

from outbound.messages import FilePart
from publishing.items import ItemError
from publishing.results import MEDIA_TOO_LARGE


class MediaTooLargeError(ItemError):
    """The file is larger than the network takes."""

    code = MEDIA_TOO_LARGE


def load_media(path: object, max_bytes: int) -> FilePart:
    """Return the file as a part of an upload; raise ItemError unless it is a GIF or MP4 of that size."""
    if not isinstance(path, (str, Path)):
        raise ItemError("media_path must be a path")
    try:
        # One byte more than allowed shows that a file is too large without reading all of it.
        with Path(path).open("rb") as file:
            content = file.read(max_bytes + 1)
    except (OSError, ValueError) as error:
        raise ItemError(f"media_path cannot be read: {type(error).__name__}") from error
    if len(content) > max_bytes:
        raise MediaTooLargeError(f"media_path has more than the {max_bytes} bytes that are allowed")
    if content[:6] in (b"GIF87a", b"GIF89a"):
        return FilePart(Path(path).name, "image/gif", content)
    if content[4:8] == b"ftyp":
        return FilePart(Path(path).name, "video/mp4", content)
    raise ItemError("media_path must be a GIF or an MP4 file")

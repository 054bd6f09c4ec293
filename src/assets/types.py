"""The file types there are: one extension and one media type each, whatever an uploader claims."""

from __future__ import annotations

MEDIA_TYPES = {
    "gif": "image/gif",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "avif": "image/avif",
    "mp4": "video/mp4",
    "webm": "video/webm",
}

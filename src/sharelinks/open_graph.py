"""The meta tags of a shared asset: Open Graph and Twitter, within the limits of the bots that read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sharelinks.validation import check_asset_id, check_asset_type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sharelinks.record import LinkRecord

SITE_NAME = "GIF Distributor"
# The strictest reader shows this much; a longer site name or URL costs the whole preview.
MAX_TITLE_BYTES = 70
MAX_DESCRIPTION_BYTES = 350
MAX_SITE_NAME_BYTES = 256
MAX_PREVIEW_URL_LENGTH = 2_048

_CONTENT_TYPES = {
    "gif": "image/gif",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "avif": "image/avif",
    "mp4": "video/mp4",
    "webm": "video/webm",
}
_VIDEO_TYPES = frozenset({"mp4", "webm"})
_STANDARD_RENDITIONS = {
    "gif": frozenset({"mp4"}),
    "mp4": frozenset({"jpg"}),
    "webm": frozenset({"mp4", "jpg"}),
}


@dataclass(frozen=True, slots=True)
class ShareMedia:
    """What is known of an asset's media: the uploaded type, its size in pixels, and its other formats.

    `renditions` lists the extensions that exist besides the upload; None means those the media jobs make
    of that type as a matter of course (`mp4` of a GIF, `jpg` and `mp4` of a video).
    """

    asset_type: str = "gif"
    width: int | None = None
    height: int | None = None
    renditions: Iterable[str] | None = None

    def formats(self) -> frozenset[str]:
        """Return every extension that can be fetched; raise InvalidAssetError for an unknown one."""
        own = _extension(self.asset_type)
        others = _STANDARD_RENDITIONS.get(own, ()) if self.renditions is None else self.renditions
        return frozenset({own, *map(_extension, others)})


def media_url(base_url: str, asset_id: str, extension: str) -> str:
    """Return the address of one format of an asset."""
    return f"{base_url}/a/{check_asset_id(asset_id)}.{_extension(extension)}"


def share_metadata(
    link: LinkRecord, base_url: str, media: ShareMedia, site_name: str = SITE_NAME
) -> dict[str, str]:
    """Return the tags of a link to an asset, by property name and in the order they must be written.

    Values are plain text: whoever renders HTML escapes them. `og:url` is the short link, because that page
    carries these tags. Video tags appear only for an MP4 reached over https, the only kind that plays
    inline; the dimensions follow each media tag directly. Tags without a value are left out.
    """
    asset_id = link.asset_id or ""
    formats = media.formats()
    video = (
        media_url(base_url, asset_id, "mp4") if "mp4" in formats and base_url.startswith("https:") else None
    )
    title = clip(link.title or site_name, MAX_TITLE_BYTES)
    description = clip(_describe(link, site_name), MAX_DESCRIPTION_BYTES)
    short_url = f"{base_url}/s/{link.code}"
    tags = {
        "og:site_name": clip(site_name, MAX_SITE_NAME_BYTES),
        "og:type": "video.other" if video else "website",
        "og:title": title,
        "og:description": description,
        "og:url": short_url if len(short_url) <= MAX_PREVIEW_URL_LENGTH else None,
        **_image_tags(base_url, asset_id, formats, media, title),
        **_video_tags(video, media),
        "twitter:title": title,
        "twitter:description": description,
    }
    tags |= _twitter_tags(tags)
    return {name: value for name, value in tags.items() if value}


def clip(text: str, max_bytes: int) -> str:
    """Return text that fits in `max_bytes` of UTF-8, cut between characters with an ellipsis."""
    encoded = text.encode("utf-8")
    if len(encoded) <= max_bytes:
        return text
    return encoded[: max_bytes - len("…".encode())].decode("utf-8", "ignore").rstrip() + "…"


def _extension(asset_type: str) -> str:
    checked = check_asset_type(asset_type)
    return "jpg" if checked == "jpeg" else checked


def _describe(link: LinkRecord, site_name: str) -> str:
    topics = " ".join(f"#{tag.replace(' ', '')}" for tag in link.tags)
    return f"{topics} on {site_name}" if topics else f"Shared with {site_name}"


def _size_tags(prefix: str, media: ShareMedia) -> dict[str, str | None]:
    if not media.width or not media.height:
        return {}
    return {f"{prefix}:width": str(media.width), f"{prefix}:height": str(media.height)}


def _image_tags(
    base_url: str, asset_id: str, formats: frozenset[str], media: ShareMedia, alt: str
) -> dict[str, str | None]:
    own = _extension(media.asset_type)
    # The upload itself where it is an image, so that an animation plays where images do; else a still.
    chosen = own if own not in _VIDEO_TYPES else next(iter(formats & {"jpg"}), None)
    if chosen is None:
        return {}
    image = media_url(base_url, asset_id, chosen)
    return {
        "og:image": image,
        **_size_tags("og:image", media),
        "og:image:type": _CONTENT_TYPES[chosen],
        "og:image:secure_url": image if image.startswith("https:") else None,
        "og:image:alt": alt,
    }


def _video_tags(video: str | None, media: ShareMedia) -> dict[str, str | None]:
    if video is None:
        return {}
    return {
        "og:video": video,
        **_size_tags("og:video", media),
        "og:video:type": _CONTENT_TYPES["mp4"],
        "og:video:secure_url": video,
    }


def _twitter_tags(tags: dict[str, str | None]) -> dict[str, str | None]:
    """Return the card: a player needs a video of known size, a large image an image."""
    image, width = tags.get("og:image"), tags.get("og:video:width")
    video = tags.get("og:video") if width else None
    card = "player" if video else "summary_large_image" if image else "summary"
    player = {
        "twitter:player": video,
        "twitter:player:width": width,
        "twitter:player:height": tags.get("og:video:height"),
        "twitter:player:stream": video,
        "twitter:player:stream:content_type": _CONTENT_TYPES["mp4"],
    }
    return {
        "twitter:card": card,
        "twitter:image": image,
        "twitter:image:alt": tags.get("og:image:alt"),
        **(player if video else {}),
    }

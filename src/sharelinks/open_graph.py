"""The meta tags of a link: Open Graph and Twitter, within the limits of the bots that read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.types import MEDIA_TYPES
from sharelinks.errors import InvalidUrlError
from sharelinks.record import ASSET_SCHEME
from sharelinks.share_media import VIDEO_PICTURE_SIZE, ShareMedia, embed_url, media_url, video_picture_url
from sharelinks.urls import parse_url

if TYPE_CHECKING:
    from sharelinks.record import LinkRecord

SITE_NAME = "GIF Distributor"
PROTECTED_TITLE = "Protected link"
# The strictest reader shows this much; a longer site name or URL costs the whole preview.
MAX_TITLE_BYTES = 70
MAX_DESCRIPTION_BYTES = 350
MAX_SITE_NAME_BYTES = 256
MAX_PREVIEW_URL_LENGTH = 2_048

# The only format that previews play.
_PLAYABLE = "mp4"
# The format of our picture for videos that have none.
_OURS = "png"


def linked_asset(link: LinkRecord) -> str | None:
    """Return the id of the asset a link leads to, or None for a link to a URL."""
    if link.asset_id is None and link.target.startswith(ASSET_SCHEME):
        return link.target.removeprefix(ASSET_SCHEME)
    return link.asset_id


def target_host(target: str) -> str:
    """Return the host of a URL as it may be shown, or the empty text for what is no http(s) URL."""
    try:
        return parse_url(target).host
    except InvalidUrlError:
        return ""


def is_guarded(link: LinkRecord) -> bool:
    """Tell whether a link must not show where it leads: a password or a limit stands before its target."""
    return bool(link.password) or link.max_clicks is not None


def share_metadata(
    link: LinkRecord, base_url: str, media: ShareMedia | None = None, site_name: str = SITE_NAME
) -> dict[str, str]:
    """Return the tags of a link, by property name and in the order they must be written.

    Values are plain text: whoever renders HTML escapes them. `og:url` is the short link, because that page
    carries these tags. Video tags appear only for an MP4, the only kind that plays inline, and players only
    over https; a video without a still gets a picture of ours, because readers that play it want one. The
    dimensions follow each media tag directly. Tags without a value are left out.

    Without `media` an asset is taken for a GIF of unknown size. A link to a URL has no media tags and, where
    it has no title, the target's host. A guarded link tells nothing of where it leads.
    """
    title, description = _texts(link, site_name)
    short_url = f"{base_url}/s/{link.code}"
    shown = {} if is_guarded(link) else _media_tags(link, base_url, media or ShareMedia(), title)
    tags = {
        "og:site_name": clip(site_name, MAX_SITE_NAME_BYTES),
        "og:type": "video.other" if "og:video" in shown else "website",
        "og:title": title,
        "og:description": description,
        "og:url": short_url if len(short_url) <= MAX_PREVIEW_URL_LENGTH else None,
        **shown,
        "twitter:title": title,
        "twitter:description": description,
    }
    tags |= _twitter_tags(tags, base_url, linked_asset(link))
    return {name: value for name, value in tags.items() if value}


def clip(text: str, max_bytes: int) -> str:
    """Return text that fits in `max_bytes` of UTF-8, cut between characters with an ellipsis.

    Half a surrogate pair, which UTF-8 cannot hold, becomes a question mark.
    """
    encoded = text.encode("utf-8", "replace")
    if len(encoded) <= max_bytes:
        return encoded.decode("utf-8")
    return encoded[: max_bytes - len("…".encode())].decode("utf-8", "ignore").rstrip() + "…"


def _texts(link: LinkRecord, site_name: str) -> tuple[str, str]:
    """Return the title and the description, cut to what is shown of them."""
    if is_guarded(link):
        title, description = PROTECTED_TITLE, f"Open this link on {site_name} to see where it leads"
    else:
        host = "" if linked_asset(link) else target_host(link.target)
        title, description = link.title or host or site_name, link.description or _describe(link, site_name)
    return clip(title, MAX_TITLE_BYTES), clip(description, MAX_DESCRIPTION_BYTES)


def _describe(link: LinkRecord, site_name: str) -> str:
    topics = " ".join(f"#{tag.replace(' ', '')}" for tag in link.tags)
    return f"{topics} on {site_name}" if topics else f"Shared with {site_name}"


def _media_tags(link: LinkRecord, base_url: str, media: ShareMedia, alt: str) -> dict[str, str | None]:
    asset_id = linked_asset(link)
    if asset_id is None:
        return {}
    return _image_tags(base_url, asset_id, media, alt) | _video_tags(base_url, asset_id, media)


def _size_tags(prefix: str, size: tuple[int, int] | None) -> dict[str, str | None]:
    return {} if size is None else {f"{prefix}:width": str(size[0]), f"{prefix}:height": str(size[1])}


def _image_tags(base_url: str, asset_id: str, media: ShareMedia, alt: str) -> dict[str, str | None]:
    chosen = media.preview_picture()
    image = media_url(base_url, asset_id, chosen) if chosen else video_picture_url(base_url)
    return {
        "og:image": image,
        **_size_tags("og:image", media.size(chosen) if chosen else VIDEO_PICTURE_SIZE),
        "og:image:type": MEDIA_TYPES[chosen or _OURS],
        "og:image:secure_url": image if _is_secure(image) else None,
        "og:image:alt": alt,
    }


def _video_tags(base_url: str, asset_id: str, media: ShareMedia) -> dict[str, str | None]:
    if _PLAYABLE not in media.formats():
        return {}
    video = media_url(base_url, asset_id, _PLAYABLE)
    return {
        "og:video": video,
        **_size_tags("og:video", media.size(_PLAYABLE)),
        "og:video:type": MEDIA_TYPES[_PLAYABLE],
        "og:video:secure_url": video if _is_secure(video) else None,
    }


def _twitter_tags(tags: dict[str, str | None], base_url: str, asset_id: str | None) -> dict[str, str | None]:
    """Return the card: a player needs a video of known size over https, a large image an image."""
    image = tags.get("og:image")
    player = _player_tags(tags, base_url, asset_id)
    return {
        "twitter:card": "player" if player else "summary_large_image" if image else "summary",
        "twitter:image": image,
        "twitter:image:alt": tags.get("og:image:alt"),
        **player,
    }


def _player_tags(tags: dict[str, str | None], base_url: str, asset_id: str | None) -> dict[str, str | None]:
    """Return the tags of a player: it is a page for a frame, and the video itself the stream."""
    width = tags.get("og:video:width")
    if asset_id is None or not width or not _is_secure(base_url):
        return {}
    return {
        "twitter:player": embed_url(base_url, asset_id),
        "twitter:player:width": width,
        "twitter:player:height": tags.get("og:video:height"),
        "twitter:player:stream": tags.get("og:video"),
        "twitter:player:stream:content_type": MEDIA_TYPES[_PLAYABLE],
    }


def _is_secure(url: str) -> bool:
    return url.startswith("https:")

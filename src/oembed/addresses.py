"""The addresses that oEmbed knows: its own, and those it describes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from delivery.paths import PREFIX as MEDIA_PREFIX
from delivery.paths import parse_media_path, parse_media_query
from sharelinks.errors import InvalidUrlError
from sharelinks.paths import PREFIX as LINK_PREFIX
from sharelinks.paths import parse_link_path
from sharelinks.urls import parse_url

if TYPE_CHECKING:
    from delivery.paths import MediaPath
    from sharelinks.paths import LinkPath

OEMBED_PATH = "/oembed"


def discovery_url(base_url: str, page_url: str) -> str:
    """Return the address at which one of our pages is described."""
    return f"{base_url}{OEMBED_PATH}?url={quote(page_url, safe='')}&format=json"


def read_address(url: str, base_url: str, *, ignores_case: bool = False) -> LinkPath | MediaPath | None:
    """Return the link or the asset that a URL of ours names, or None for any other URL.

    People paste what their browser shows: http and https mean the same, and query and fragment nothing. A
    signed URL is a secret of whoever holds it and is not described.
    """
    try:
        parts, own = parse_url(url), parse_url(base_url)
    except InvalidUrlError:
        return None
    if (parts.host, parts.port) != (own.host, own.port):
        return None
    if parts.path.startswith(MEDIA_PREFIX):
        return None if parse_media_query(parts.query or "").is_signed else parse_media_path(parts.path)
    if not parts.path.startswith(LINK_PREFIX):
        return None
    asked = parse_link_path(parts.path, ignores_case=ignores_case)
    return None if asked is None or asked.view or asked.tail not in {"", "/"} else asked

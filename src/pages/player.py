"""The element that shows an asset, in our pages and in those of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pages.markup import Markup, element
from sharelinks.share_media import media_url

if TYPE_CHECKING:
    from sharelinks.share_media import ShareMedia


def player(
    base_url: str, asset_id: str, media: ShareMedia, title: str, size: tuple[int, int] | None = None
) -> Markup:
    """Return a video where one plays, else the picture, in `size` or else in its own.

    An asset is a picture or a video, so there is always one of the two.
    """
    video = media.video()
    shown = video or media.picture() or media.original
    width, height = size or media.size(shown) or (None, None)
    sizes = {"width": str(width) if width else None, "height": str(height) if height else None}
    address = media_url(base_url, asset_id, shown)
    if video is None:
        return element("img", {"src": address, "alt": title, **sizes})
    still = media.still()
    poster = media_url(base_url, asset_id, still) if still else None
    # What moves by itself must be stoppable, hence the controls.
    played = {"autoplay": True, "loop": True, "muted": True, "playsinline": True, "controls": True}
    return element("video", {"src": address, "poster": poster, "aria-label": title, **sizes, **played})


def embed_code(base_url: str, asset_id: str, media: ShareMedia, title: str, page_url: str) -> Markup:
    """Return what somebody puts into a page of his own; a picture leads to `page_url`."""
    shown = player(base_url, asset_id, media, title)
    return shown if media.video() else element("a", {"href": page_url}, shown)

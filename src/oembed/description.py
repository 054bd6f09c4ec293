"""The document that oEmbed answers with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pages.markup import clean
from pages.player import player_frame
from sharelinks.open_graph import SITE_NAME
from sharelinks.share_media import media_of, media_url

if TYPE_CHECKING:
    from assets.record import AssetRecord
    from sharelinks.share_media import ShareMedia

CACHE_SECONDS = 300
"""How long an answer may be kept: a title that changed and an asset that was taken down show after that."""


class Preview(NamedTuple):
    """What may be told of a link or an asset: its title, and the asset where there is one."""

    title: str
    asset: AssetRecord | None = None


class Bounds(NamedTuple):
    """The room there is for it in pixels, None for any."""

    width: int | None = None
    height: int | None = None


def describe(preview: Preview, base_url: str, bounds: Bounds) -> dict[str, Any]:
    """Return the document: a video where one plays, else a photo, each with a size; anything else is a link.

    A size that is too large is made smaller in proportion: it is that of the element, whose source stays. A
    video is a frame with our own page, which goes on deciding whether it may be seen.
    """
    title = clean(preview.title) or SITE_NAME
    common = {
        "version": "1.0",
        "title": title,
        "provider_name": SITE_NAME,
        "provider_url": base_url,
        "cache_age": CACHE_SECONDS,
    }
    if preview.asset is None:
        return {"type": "link", **common}
    return {**common, **_shown(preview.asset.asset_id, media_of(preview.asset), title, base_url, bounds)}


def fitted(size: tuple[int, int], bounds: Bounds) -> tuple[int, int]:
    """Return a size that is within bounds, of the same proportion but for rounding."""
    width, height = size
    if bounds.width is not None and width > bounds.width:
        width, height = bounds.width, max(1, height * bounds.width // width)
    if bounds.height is not None and height > bounds.height:
        width, height = max(1, width * bounds.height // height), bounds.height
    return width, height


def _shown(asset_id: str, media: ShareMedia, title: str, base_url: str, bounds: Bounds) -> dict[str, Any]:
    video = media.video()
    shown = video or media.picture() or media.original
    own_size = media.size(shown)
    if own_size is None:
        return {"type": "link"}
    size = fitted(own_size, bounds)
    sized = {"width": size[0], "height": size[1]}
    if video is None:
        return {"type": "photo", "url": media_url(base_url, asset_id, shown), **sized}
    html = str(player_frame(base_url, asset_id, title, size))
    return {"type": "video", "html": html, **sized, **_thumbnail(asset_id, media, base_url, bounds)}


def _thumbnail(asset_id: str, media: ShareMedia, base_url: str, bounds: Bounds) -> dict[str, Any]:
    still = media.still()
    size = media.size(still) if still else None
    if still is None or size is None:
        return {}
    width, height = fitted(size, bounds)
    url = media_url(base_url, asset_id, still)
    return {"thumbnail_url": url, "thumbnail_width": width, "thumbnail_height": height}

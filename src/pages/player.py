"""The element that shows an asset, in our pages and in those of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pages.markup import Markup, element
from sharelinks.share_media import embed_url, media_url

if TYPE_CHECKING:
    from sharelinks.share_media import ShareMedia

# What moves by itself must be stoppable, hence the controls.
_LOOP: dict[str, str | bool | None] = {
    "autoplay": True,
    "loop": True,
    "muted": True,
    "playsinline": True,
    "controls": True,
}
_FILM: dict[str, str | bool | None] = {"preload": "metadata", "playsinline": True, "controls": True}


def player(base_url: str, asset_id: str, media: ShareMedia, title: str) -> Markup:
    """Return a video where one plays, else the picture. A video plays like a GIF unless it is a film.

    An asset is a picture or a video, so there is always one of the two.
    """
    video = media.video()
    shown = video or media.picture() or media.original
    sizes = _size_attributes(media.size(shown))
    address = media_url(base_url, asset_id, shown)
    if video is None:
        return element("img", {"src": address, "alt": title, **sizes})
    still = media.still()
    poster = media_url(base_url, asset_id, still) if still else None
    played = _FILM if media.is_film() else _LOOP
    return element("video", {"src": address, "poster": poster, "aria-label": title, **sizes, **played})


def player_frame(base_url: str, asset_id: str, title: str, size: tuple[int, int] | None) -> Markup:
    """Return a frame with the page that plays the asset, for pages of others.

    The frame gets no more than it needs. Its page has no scripts and its policy allows none: browsers let
    nothing play by itself in a sandbox without `allow-scripts`.
    """
    return element(
        "iframe",
        {
            "src": embed_url(base_url, asset_id),
            "title": title,
            **_size_attributes(size),
            "sandbox": "allow-scripts",
            "allow": "autoplay; fullscreen; picture-in-picture",
            "loading": "lazy",
            "frameborder": "0",
        },
    )


def embed_code(base_url: str, asset_id: str, media: ShareMedia, title: str, page_url: str) -> Markup:
    """Return what somebody puts into a page of his own; a picture leads to `page_url`."""
    video = media.video()
    if video is not None:
        return player_frame(base_url, asset_id, title, media.size(video))
    return element("a", {"href": page_url}, player(base_url, asset_id, media, title))


def _size_attributes(size: tuple[int, int] | None) -> dict[str, str]:
    return {} if size is None else {"width": str(size[0]), "height": str(size[1])}

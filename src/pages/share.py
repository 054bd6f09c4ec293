"""The page of a shared asset: it plays, and it can be passed on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pages.document import Page, page
from pages.head import canonical, oembed_discovery, preview_tags
from pages.markup import Markup, element, foreign_text, join
from pages.style import COPY_SCRIPT
from sharelinks.open_graph import SITE_NAME, linked_asset, share_metadata
from sharelinks.validation import check_asset_id

if TYPE_CHECKING:
    from sharelinks.open_graph import ShareMedia
    from sharelinks.record import LinkRecord

VIDEO = "mp4"


def share_page(
    record: LinkRecord,
    base_url: str,
    media: ShareMedia,
    *,
    asset_id: str | None = None,
    video_url: str | None = None,
    image_url: str | None = None,
    oembed_url: str | None = None,
) -> Page:
    """Return the page of a link to an asset; raise InvalidAssetError where there is none.

    `asset_id` is the asset that was decided on, where a rule or a split chose another one than the record's.
    `video_url` is the MP4's address where there is one, `image_url` that of a picture: shown where there is
    no video, and before one plays. `oembed_url` is where the oEmbed description of this page is.
    """
    shown = record if asset_id is None else replace(record, asset_id=asset_id)
    title = record.title or SITE_NAME
    short_url = f"{base_url}/s/{record.code}"
    canonical_url = f"{base_url}/a/{check_asset_id(linked_asset(shown) or '')}"
    tags = share_metadata(shown, base_url, media if video_url else _without_video(media))
    return page(
        title,
        _player(media, title, video_url, image_url),
        element("p", None, foreign_text(record.description)) if record.description else "",
        _address_field(short_url),
        element("p", {"class": "quiet"}, "Original: ", element("a", {"href": canonical_url}, canonical_url)),
        head=join(
            canonical(canonical_url),
            preview_tags(tags),
            oembed_discovery(oembed_url, title) if oembed_url else "",
        ),
        script=COPY_SCRIPT,
    )


def _without_video(media: ShareMedia) -> ShareMedia:
    return replace(media, renditions=tuple(media.formats() - {VIDEO}))


def _player(media: ShareMedia, title: str, video_url: str | None, image_url: str | None) -> Markup | str:
    size = {
        "width": str(media.width) if media.width else None,
        "height": str(media.height) if media.height else None,
    }
    if video_url:
        attributes = {"src": video_url, "poster": image_url, "aria-label": title, **size}
        # What moves by itself must be stoppable, hence the controls.
        played = {"autoplay": True, "loop": True, "muted": True, "playsinline": True, "controls": True}
        return element("video", {**attributes, **played})
    if image_url:
        return element("img", {"src": image_url, "alt": title, **size})
    return element("p", None, "The media of this link cannot be shown yet.")


def _address_field(short_url: str) -> Markup:
    return element(
        "p",
        None,
        element("label", {"for": "short-url"}, "Short link"),
        element("input", {"id": "short-url", "type": "url", "readonly": True, "value": short_url}),
        element("button", {"id": "copy", "type": "button", "hidden": True}, "Copy"),
        " ",
        element("span", {"id": "copied", "role": "status"}),
    )

"""The page of a shared asset: it plays, and it can be passed on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from delivery.paths import DOWNLOAD
from pages.document import NO_INDEX, Page, page
from pages.head import canonical, oembed_discovery, preview_tags
from pages.markup import Markup, element, foreign_text, join
from pages.player import embed_code, player
from pages.style import COPY_SCRIPT
from sharelinks.open_graph import SITE_NAME, linked_asset, share_metadata
from sharelinks.validation import check_asset_id

if TYPE_CHECKING:
    from sharelinks.record import LinkRecord
    from sharelinks.share_media import ShareMedia


def share_page(
    record: LinkRecord,
    base_url: str,
    media: ShareMedia,
    *,
    asset_id: str | None = None,
    oembed_url: str | None = None,
    is_listed: bool = True,
) -> Page:
    """Return the page of a link to an asset; raise InvalidAssetError where there is none.

    `asset_id` is the asset that was decided on, where a rule or a split chose another one than the record's.
    `oembed_url` is where the oEmbed description of this page is. What is not listed is kept out of search
    engines.
    """
    shown = record if asset_id is None else replace(record, asset_id=asset_id)
    shown_id = check_asset_id(linked_asset(shown) or "")
    title = record.title or SITE_NAME
    short_url = f"{base_url}/s/{record.code}"
    canonical_url = f"{base_url}/a/{shown_id}"
    return page(
        title,
        player(base_url, shown_id, media, title),
        element("p", None, foreign_text(record.description)) if record.description else "",
        element("p", None, element("a", {"href": f"{canonical_url}?{DOWNLOAD}"}, "Download the original")),
        _copied("short-url", "Short link", short_url),
        _copied("media-url", "Original", canonical_url),
        _copied("embed-code", "HTML", embed_code(base_url, shown_id, media, title, short_url)),
        head=join(
            "" if is_listed else NO_INDEX,
            canonical(canonical_url),
            preview_tags(share_metadata(shown, base_url, media)),
            oembed_discovery(oembed_url, title) if oembed_url else "",
        ),
        script=COPY_SCRIPT,
    )


def _copied(field_id: str, label: str, value: str) -> Markup:
    """Return a text to take along. Its button appears where there is a clipboard."""
    return element(
        "p",
        None,
        element("label", {"for": field_id}, label),
        element("input", {"id": field_id, "readonly": True, "value": value}),
        element(
            "button",
            {"type": "button", "data-copies": field_id, "aria-label": f"Copy: {label}", "hidden": True},
            "Copy",
        ),
        " ",
        element("span", {"role": "status"}),
    )

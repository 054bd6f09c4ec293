"""What bots that draw previews get instead of a redirect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pages.document import Page, page
from pages.head import canonical, oembed_discovery, preview_tags
from pages.markup import element, foreign_text, join
from sharelinks.open_graph import share_metadata

if TYPE_CHECKING:
    from sharelinks.record import LinkRecord
    from sharelinks.share_media import ShareMedia


def unfurl_page(
    record: LinkRecord, base_url: str, media: ShareMedia | None = None, oembed_url: str | None = None
) -> Page:
    """Return the page of tags; the target's address is not in it.

    The canonical address is the short link: a bot that goes there to read again must find the same tags.
    `oembed_url` is for those that ask for oEmbed before they look at tags.
    """
    tags = share_metadata(record, base_url, media)
    short_url = f"{base_url}/s/{record.code}"
    return page(
        tags["og:title"],
        element("p", None, foreign_text(tags["og:description"])),
        element("p", None, element("a", {"href": short_url, "rel": "nofollow"}, short_url)),
        head=join(
            canonical(short_url),
            preview_tags(tags),
            oembed_discovery(oembed_url, tags["og:title"]) if oembed_url else "",
        ),
    )

"""The page between a short link and its target, for links that show one instead of redirecting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pages.document import NO_INDEX, Page, page
from pages.head import canonical, preview_tags
from pages.markup import element, foreign_text, join
from sharelinks.open_graph import share_metadata, target_host

if TYPE_CHECKING:
    from sharelinks.record import LinkRecord


def link_page(record: LinkRecord, location: str, base_url: str) -> Page:
    """Return the page that names where the visitor is about to go; `location` is the decided address."""
    tags = share_metadata(record, base_url)
    host = target_host(location)
    title = record.title or host or "Leaving this site"
    return page(
        title,
        element("p", None, foreign_text(record.description)) if record.description else "",
        element(
            "p", None, "This link leads to ", element("strong", None, foreign_text(host or location)), "."
        ),
        element(
            "p",
            None,
            element(
                "a",
                {"class": "button", "href": location, "rel": "noopener nofollow noreferrer"},
                f"Continue to {host}" if host else "Continue",
            ),
        ),
        element("p", {"class": "quiet"}, "Full address: ", foreign_text(location)),
        head=join(NO_INDEX, canonical(f"{base_url}/s/{record.code}"), preview_tags(tags)),
    )

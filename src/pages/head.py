"""What stands in the <head> of pages that others link to: previews, canonical address, oEmbed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pages.markup import Markup, element, join

if TYPE_CHECKING:
    from collections.abc import Mapping


def preview_tags(tags: Mapping[str, str]) -> Markup:
    """Return the tags of `sharelinks.share_metadata` in their order, and a plain description."""
    description = tags.get("og:description")
    return join(
        *(
            element("meta", {"name" if name.startswith("twitter:") else "property": name, "content": value})
            for name, value in tags.items()
        ),
        element("meta", {"name": "description", "content": description}) if description else "",
    )


def canonical(address: str) -> Markup:
    """Return the link that names the one address of what a page shows."""
    return element("link", {"rel": "canonical", "href": address})


def oembed_discovery(address: str, title: str) -> Markup:
    """Return the link by which oEmbed consumers find the description of a page at `address`."""
    return element(
        "link", {"rel": "alternate", "type": "application/json+oembed", "href": address, "title": title}
    )

"""The pages of a link to an asset, made of both their records."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assets.record import PUBLIC
from oembed.addresses import discovery_url
from pages.share import share_page
from pages.unfurl import unfurl_page
from sharelinks.open_graph import is_guarded
from sharelinks.record import asset_target
from sharelinks.share_media import media_of

if TYPE_CHECKING:
    from assets.record import AssetRecord
    from pages.document import Page
    from sharelinks.record import LinkRecord


def asset_page(link: LinkRecord, asset: AssetRecord, base_url: str) -> Page:
    """Return the page that people see; only what is public and stands behind no guard may be indexed."""
    return share_page(
        with_words(link, asset),
        base_url,
        media_of(asset),
        oembed_url=_oembed_url(link, base_url),
        is_listed=asset.visibility == PUBLIC and not is_guarded(link),
    )


def asset_preview(link: LinkRecord, asset: AssetRecord, base_url: str) -> Page:
    """Return the page that bots see which draw previews."""
    return unfurl_page(with_words(link, asset), base_url, media_of(asset), _oembed_url(link, base_url))


def with_words(link: LinkRecord, asset: AssetRecord) -> LinkRecord:
    """Return the link as one to this asset; where it has no words of its own, with the asset's."""
    return replace(
        link,
        target=asset_target(asset.asset_id),
        asset_id=asset.asset_id,
        title=link.title or asset.title,
        description=link.description or asset.description,
        tags=link.tags or asset.tags,
    )


def _oembed_url(link: LinkRecord, base_url: str) -> str | None:
    """Return where the link is described; a guarded one is described to nobody."""
    return None if is_guarded(link) else discovery_url(base_url, f"{base_url}/s/{link.code}")

"""Which bytes answer for an asset in one of its formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from assets.names import media_key, variant_key
from assets.types import MEDIA_TYPES
from cdn.conditional import Representation

if TYPE_CHECKING:
    from assets.record import AssetRecord


class Chosen(NamedTuple):
    """One format of an asset: what it is, where it lies, and how it is told from any other bytes."""

    extension: str
    key: str
    content_type: str
    length: int
    tag: str
    last_modified: float | None

    @property
    def is_original(self) -> bool:
        """Tell whether these bytes are named by the asset's id, and so can never be others."""
        return self.last_modified is not None

    def representation(self) -> Representation:
        """Return what conditional requests are compared with."""
        return Representation(self.length, f'"{self.tag}"', self.last_modified)


def choose(record: AssetRecord, extension: str | None) -> Chosen | None:
    """Return an asset in a format, the original by default, or None for one that nobody made."""
    if extension is None or extension == record.extension:
        own = record.extension
        return Chosen(
            own,
            media_key(record.asset_id, own),
            MEDIA_TYPES[own],
            record.bytes,
            record.sha256,
            record.created_at,
        )
    variant = record.variants.get(extension)
    if variant is None:
        return None
    key = variant_key(record.asset_id, extension)
    return Chosen(extension, key, MEDIA_TYPES[extension], variant.bytes, variant.etag, None)


def tags(record: AssetRecord) -> list[str]:
    """Return what tells all formats of an asset apart: they name its entries in the edge's cache."""
    return [record.sha256, *(variant.etag for variant in record.variants.values())]


def cache_url(base_url: str, asset_id: str, tag: str) -> str:
    """Return the name of bytes in the edge's cache.

    It holds the tag, so that a format that was made again is another entry everywhere at once, and it is no
    address that anybody can ask for.
    """
    return f"{base_url}/a/{asset_id}/{tag}"

"""Where things are: the keys in KV and R2."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assets.record import AssetRecord

MEDIA = "media"
QUARANTINE = "quarantine"
INCOMING = f"{QUARANTINE}/incoming"


def projection_key(asset_id: str) -> str:
    """Return the KV key of an asset's record."""
    return f"asset:{asset_id}"


def media_key(asset_id: str, extension: str) -> str:
    """Return the R2 key of an original that was approved at least once."""
    return f"{MEDIA}/{asset_id}/original.{extension}"


def quarantine_key(asset_id: str, extension: str) -> str:
    """Return the R2 key of an original that was not approved yet, where its record names no other."""
    return f"{QUARANTINE}/{asset_id}/original.{extension}"


def incoming_key(upload_id: str) -> str:
    """Return the R2 key of a file of which nobody knows yet what it is."""
    return f"{INCOMING}/{upload_id}"


def arrived_key(asset_id: str, upload_id: str, extension: str) -> str:
    """Return the R2 key at which an upload leaves an original.

    Each upload has its own: nobody's tidying up can meet the bytes of another upload of the same file.
    """
    return f"{QUARANTINE}/{asset_id}/{upload_id}.{extension}"


def variant_key(asset_id: str, extension: str) -> str:
    """Return the R2 key of another format of an asset."""
    return f"{MEDIA}/{asset_id}/variant.{extension}"


def original_key(record: AssetRecord) -> str:
    """Return the R2 key under which an asset's original lies now."""
    return record.key or quarantine_key(record.asset_id, record.extension)


def keys(record: AssetRecord) -> list[str]:
    """Return the R2 keys of everything an asset consists of."""
    return [original_key(record), *(variant_key(record.asset_id, one) for one in record.variants)]

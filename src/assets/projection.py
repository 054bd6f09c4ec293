"""What an account's library keeps of an asset: enough to list and search it without asking its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assets.record import AssetRecord
    from assets.references import Reference

DELETED = "deleted"
"""In a library: released, and can be restored until the grace period ends."""
ERASED = "erased"
"""In a library: gone, only its version is remembered."""

_LIBRARY = "library:"


def library_destination(account_id: str) -> str:
    """Return the name of an account's library among the destinations of an asset's news."""
    return _LIBRARY + account_id


def library_account(destination: str) -> str | None:
    """Return whose library a destination is, or None for another sort of destination."""
    return destination.removeprefix(_LIBRARY) if destination.startswith(_LIBRARY) else None


def library_entry(record: AssetRecord, reference: Reference) -> dict[str, Any]:
    """Return an account's entry of an asset, with the account's own words."""
    return {
        "asset_id": record.asset_id,
        "title": reference.title,
        "tags": list(reference.tags),
        "description": reference.description,
        "visibility": reference.visibility,
        "created_at": reference.created_at,
        "state": record.state if reference.deleted_at is None else DELETED,
        "erase_at": reference.erase_at,
        "content_type": record.content_type,
        "extension": record.extension,
        "bytes": record.bytes,
        "width": record.width,
        "height": record.height,
        "duration_ms": record.duration_ms,
        "version": record.version,
    }


def erased_entry(asset_id: str, version: int) -> dict[str, Any]:
    """Return the entry of an asset that an account no longer has."""
    return {"asset_id": asset_id, "state": ERASED, "version": version, "created_at": 0.0, "bytes": 0}

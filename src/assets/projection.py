"""What an account's library keeps of an asset: enough to list, search and show it, its owner unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets.states import PENDING

if TYPE_CHECKING:
    from assets.record import AssetRecord
    from assets.references import Reference

DELETED = "deleted"
"""In a library: released, and can be restored until the grace period ends."""
ERASED = "erased"
"""In a library: gone, only its version is remembered."""

_LIBRARY = "library:"
_MODERATION = "moderation:"


def library_destination(account_id: str) -> str:
    """Return the name of an account's library among the destinations of an asset's news."""
    return _LIBRARY + account_id


def library_account(destination: str) -> str | None:
    """Return whose library a destination is, or None for another sort of destination."""
    return destination.removeprefix(_LIBRARY) if destination.startswith(_LIBRARY) else None


def moderation_destination(account_id: str) -> str:
    """Return the name of moderation, asked about an account's words, among the same destinations."""
    return _MODERATION + account_id


def status(record: AssetRecord, reference: Reference) -> str:
    """Return where an asset stands for an account; one that is not confirmed sees it wait like a new one."""
    if reference.deleted_at is not None:
        return DELETED
    return record.state if reference.confirmed else PENDING


def library_entry(record: AssetRecord, reference: Reference) -> dict[str, Any]:
    """Return an account's entry of an asset, with the account's own words.

    To an account whose reference is not confirmed it tells no more than the file itself does.
    """
    confirmed = reference.confirmed
    return {
        "asset_id": record.asset_id,
        "title": reference.title,
        "tags": list(reference.tags),
        "description": reference.description,
        "visibility": reference.visibility,
        "created_at": reference.created_at,
        "reference_version": reference.version,
        "state": status(record, reference),
        "reason": record.reason if confirmed else "",
        "deleted_at": reference.deleted_at,
        "erase_at": reference.erase_at,
        "sha256": record.sha256,
        "content_type": record.content_type,
        "extension": record.extension,
        "formats": [record.extension, *(record.variants if confirmed else ())],
        "bytes": record.bytes,
        "width": record.width,
        "height": record.height,
        "frames": record.frames,
        "duration_ms": record.duration_ms,
        "loop_count": record.loop_count,
        "version": record.version,
    }


def erased_entry(asset_id: str, version: int) -> dict[str, Any]:
    """Return the entry of an asset that an account no longer has."""
    return {"asset_id": asset_id, "state": ERASED, "version": version, "created_at": 0.0, "bytes": 0}

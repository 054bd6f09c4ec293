"""Changing what an account says of an asset; deleting it, and undoing that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assets.projection import library_entry
from assets.record import is_open
from delivery.publication import withdraw
from http_api.assets.linked import resume_links, suspend_links
from http_api.assets.lookup import Seen, asset_deleted, find_own_asset, read_asset, unknown_asset
from http_api.errors import ApiError

if TYPE_CHECKING:
    from assets.record import AssetRecord
    from assets.references import Reference
    from http_api.auth import Caller
    from http_api.schemas.assets import AssetChange

GRACE_SECONDS = 30 * 86_400


async def change_asset(
    caller: Caller, asset_id: str, wanted: AssetChange, expected_version: int | None
) -> Seen:
    """Change the words that were given; 409 if the account's version is not the expected one.

    Asking for the same visibility again has the edge forget what is out of reach once more, if that failed.
    """
    before = await find_own_asset(caller, asset_id, deleted=False)
    changes = wanted.words()
    answer = await caller.ports.assets.amend(asset_id, caller.account_id, changes, expected_version)
    if answer == "unknown":
        raise unknown_asset()
    if answer == "deleted":
        raise asset_deleted()
    if answer == "conflict":
        raise _version_conflict()
    record, reference = answer
    await _announce(caller, record, reference)
    if is_open(before.record) or "visibility" in changes:
        await withdraw(caller.ports.edge_copies, record)
    return Seen(record, reference, is_mine=True)


async def delete_asset(
    caller: Caller, asset_id: str, grace_seconds: int | None, expected_version: int | None
) -> None:
    """Delete an asset for its account, and the account's links to it, until the grace period ends.

    Doing it again finishes what failed, and may end the grace period sooner.
    """
    before = await find_own_asset(caller, asset_id)
    ports = caller.ports
    if before.reference.deleted_at is None or grace_seconds is not None:
        seconds = GRACE_SECONDS if grace_seconds is None else grace_seconds
        released = await ports.assets.release(asset_id, caller.account_id, seconds, expected_version)
        if not released:
            raise _version_conflict()
    await suspend_links(caller, asset_id)
    newest = await read_asset(ports, asset_id)
    mine = None if newest is None else newest.reference_of(caller.account_id)
    if newest is not None and mine is not None:
        await _announce(caller, newest.record, mine)
    if is_open(before.record) or before.reference.deleted_at is not None:
        gone = replace(before.record, held=False)
        await withdraw(ports.edge_copies, gone if newest is None else newest.record)


async def restore_asset(caller: Caller, asset_id: str) -> Seen:
    """Undo a deletion in time, the links included; doing it again finishes what failed."""
    before = await find_own_asset(caller, asset_id)
    if before.reference.deleted_at is not None:
        await caller.ports.assets.restore(asset_id, caller.account_id)
    now = await find_own_asset(caller, asset_id, deleted=False)
    await _announce(caller, now.record, now.reference)
    await resume_links(caller, asset_id)
    return now


async def _announce(caller: Caller, record: AssetRecord, reference: Reference) -> None:
    """Tell the library now, so that the next list is right; the owner's own outbox makes up for a failure."""
    entry = library_entry(record, reference)
    try:
        await caller.ports.libraries.add_assets(caller.account_id, [entry])
    except Exception as error:  # noqa: BLE001 - whatever it is, the owner has committed
        caller.ports.incidents.note("library_behind", error)


def _version_conflict() -> ApiError:
    return ApiError(409, "version_conflict", "The asset was changed; read it again.")

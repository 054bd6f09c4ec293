"""Changing links: fields, state, deletion and its undoing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from http_api.errors import ApiError
from http_api.links.asset_targets import AssetTargets, assets_of
from http_api.links.creation import announce, held
from http_api.links.lookup import find_link, find_own_code, unknown_link
from http_api.links.validating import check_record, wire_fields
from sharelinks.changes import changed
from sharelinks.record import ACTIVE, DELETED, DISABLED
from sharelinks.store import StoredLink
from sharelinks.suspension import is_suspended, resumption

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from http_api.auth import Caller
    from http_api.schemas.links import LinkChange
    from http_api.services import Services
    from sharelinks.record import LinkRecord

MAX_CHANGE_TRIES = 5

_OWNERS_STATES = frozenset({ACTIVE, DISABLED})
_MODERATED = frozenset({"target", "title", "description", "tags", "rules", "split"})


async def change_link(
    caller: Caller, code: str, wanted: LinkChange, expected_version: int | None
) -> StoredLink:
    """Change the fields that were given; 409 if the link is not at the expected version."""
    fields = wire_fields(wanted)
    if "password" in wanted.model_fields_set:
        word = wanted.password
        fields["password"] = None if word is None else await caller.ports.passwords.hash(word)

    def choose(record: LinkRecord) -> dict[str, Any]:
        changes = _differing(record, fields)
        if "state" in changes and record.state not in _OWNERS_STATES:
            raise ApiError(409, "link_held", f"Moderation holds this link: it is {record.state}.")
        return changes | _wait(record, changes, caller.ports)

    stored = await find_link(caller, code)
    targets = AssetTargets(stored.record.account_id, caller.ports)
    await targets.check(fields, known=assets_of(stored.record.to_wire()))
    return await apply_changes(caller, stored, choose, expected_version)


async def delete_link(caller: Caller, code: str, expected_version: int | None) -> None:
    """Take a link away for good unless it is restored; its code is never given to anybody else."""
    stored = await find_own_code(caller, code)
    await apply_changes(
        caller, stored, lambda record: {"state": DELETED, "reason": _epitaph(record)}, expected_version
    )


async def restore_link(caller: Caller, code: str) -> StoredLink:
    """Bring a deleted link back in the state it had; 409 for one that moderation held.

    What was deleted along with an asset waits for the asset.
    """
    stored = await find_link(caller, code, deleted=True)
    if is_suspended(stored.record):
        await _check_asset(stored.record, caller.ports)

    def choose(record: LinkRecord) -> dict[str, Any]:
        if record.state != DELETED:
            raise unknown_link()
        if is_suspended(record):
            return resumption(record)
        if record.reason not in {"", DISABLED}:
            raise ApiError(409, "link_held", f"Moderation held this link: it was {record.reason}.")
        return {"state": record.reason or None, "reason": None}

    return await apply_changes(caller, stored, choose, None)


async def apply_changes(
    caller: Caller,
    stored: StoredLink,
    choose: Callable[[LinkRecord], Mapping[str, Any]],
    expected_version: int | None,
) -> StoredLink:
    """Make the changes that `choose` finds right for the newest record, and tell whoever must know.

    Somebody else's change in between is no conflict unless a version was expected: the choice is made again.
    """
    ports = caller.ports
    for _ in range(MAX_CHANGE_TRIES):
        record = stored.record
        if expected_version is not None and record.version != expected_version:
            raise _version_conflict(record.version)
        changes = dict(choose(record))
        if not changes:
            return stored
        check_record(changed(record, changes, ports.now()))
        answer = await ports.links.change(record.code, changes, record.version)
        if isinstance(answer, StoredLink):
            await announce([answer.record], ports)
            return answer
        newest = await ports.links.read(record.code)
        if newest is None:
            raise unknown_link()
        stored = newest
    raise _version_conflict(stored.record.version)


async def _check_asset(record: LinkRecord, ports: Services) -> None:
    asset = await ports.assets.read(record.asset_id or "")
    if asset is None or asset.held_by(record.account_id) is None:
        raise ApiError(409, "asset_deleted", "The asset that the link leads to is deleted; restore that.")


def _wait(record: LinkRecord, changes: Mapping[str, Any], ports: Services) -> dict[str, Any]:
    """Return what makes changed content wait, where the operator wants nothing shown before it was seen."""
    is_shown = ports.links_wait and record.state in _OWNERS_STATES
    return held(changes.get("state", record.state)) if is_shown and _MODERATED & changes.keys() else {}


def _differing(record: LinkRecord, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields whose value the record does not have yet: a change that changes nothing is none."""
    wire = record.to_wire()
    same = changed(record, fields, record.created_at).to_wire()
    return {name: value for name, value in fields.items() if wire.get(name) != same.get(name)}


def _epitaph(record: LinkRecord) -> str:
    """Return what a deleted record has to remember of its state: what moderation held must not come back."""
    if record.state == ACTIVE:
        return ""
    return f"{record.state}: {record.reason}" if record.reason else record.state


def _version_conflict(version: int) -> ApiError:
    return ApiError(409, "version_conflict", f"The link was changed; it is at version {version}.")

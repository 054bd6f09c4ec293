"""Links that are deleted along with the asset they lead to, and come back with it as they were.

A suspended link is a deleted one whose `reason` says so and remembers the state it had, so that neither
undoing brings back what its owner or moderation had stopped before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sharelinks.record import ACTIVE, DELETED

if TYPE_CHECKING:
    from sharelinks.record import LinkRecord

ASSET_DELETED = "asset_deleted"
_BETWEEN = ": "


def is_suspended(record: LinkRecord) -> bool:
    """Tell whether a link was deleted along with its asset."""
    return record.state == DELETED and record.reason.partition(_BETWEEN)[0] == ASSET_DELETED


def suspension(record: LinkRecord, asset_id: str) -> dict[str, Any]:
    """Return the changes that delete a link along with an asset; none for one that leads elsewhere."""
    if record.asset_id != asset_id or record.state == DELETED:
        return {}
    remembered = [ASSET_DELETED]
    if record.state != ACTIVE or record.reason:
        remembered += [record.state, *([record.reason] if record.reason else [])]
    return {"state": DELETED, "reason": _BETWEEN.join(remembered)}


def resumption(record: LinkRecord) -> dict[str, Any]:
    """Return the changes that bring a suspended link back; none for any other."""
    if not is_suspended(record):
        return {}
    _, _, before = record.reason.partition(_BETWEEN)
    state, _, reason = before.partition(_BETWEEN)
    return {"state": state or None, "reason": reason or None}

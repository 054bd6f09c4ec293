"""What moderation does to a link: it holds it, stops it, and gives it back as its owner left it.

A link that its owner had switched off or deleted remembers beside that what moderation says of it, so that
neither undoing brings back what the other stopped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sharelinks.record import ACTIVE, DELETED, DISABLED, PENDING, REJECTED, TAKEN_DOWN
from sharelinks.suspension import ASSET_DELETED, is_suspended

if TYPE_CHECKING:
    from sharelinks.record import LinkRecord

STANDINGS = {"approved": ACTIVE, "flagged": PENDING, "rejected": REJECTED, "taken_down": TAKEN_DOWN}
"""The state that a link is in while its case stands so, unless its owner stopped it."""

_BETWEEN = ": "
_HELD = (PENDING, REJECTED, TAKEN_DOWN)
_STATED = (REJECTED, TAKEN_DOWN)
"""States whose reason visitors read."""


def moderated(
    record: LinkRecord, standing: str, reason: str, decided_at: float | None = None
) -> dict[str, Any]:
    """Return the changes that bring a link to where its case stands; none for one that is there.

    Visitors read the reason and `decided_at` of what is refused.
    """
    wanted = STANDINGS[standing]
    stated_at = decided_at if wanted in _STATED else None
    if record.state == DELETED:
        return _differing(record, {**_remembered(record, wanted, reason), "decided_at": stated_at})
    if wanted == ACTIVE:
        return _released(record) if record.state in _HELD else {}
    held_from = DISABLED if DISABLED in (record.state, record.held_from) else ""
    stated = reason if wanted in _STATED else ""
    return _differing(
        record, {"state": wanted, "reason": stated, "held_from": held_from, "decided_at": stated_at}
    )


def _released(record: LinkRecord) -> dict[str, Any]:
    released = {"state": record.held_from or ACTIVE, "reason": "", "held_from": "", "decided_at": None}
    return _differing(record, released)


def _remembered(record: LinkRecord, wanted: str, reason: str) -> dict[str, Any]:
    """Return what a deleted link has to remember: whether its asset went, and the state it comes back in."""
    words = record.reason.split(_BETWEEN) if record.reason else []
    suspended = [ASSET_DELETED] if is_suspended(record) else []
    before = words[len(suspended) :]
    was_off = DISABLED in (record.held_from, *before[:1])
    if wanted != ACTIVE:
        stated = [reason] if reason and wanted in _STATED else []
        kept, held_from = [wanted, *stated], DISABLED if was_off else ""
    elif before and before[0] in _HELD:
        kept, held_from = [DISABLED] if was_off else [], ""
    else:
        kept, held_from = before, ""
    return {"reason": _BETWEEN.join([*suspended, *kept]), "held_from": held_from}


def _differing(record: LinkRecord, wanted: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if getattr(record, name) != value}

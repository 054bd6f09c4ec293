"""Whether an asset is delivered, and which bytes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.record import PRIVATE
from assets.states import APPROVED, REJECTED, TAKEN_DOWN
from delivery.problems import GONE, IN_REVIEW, NO_VARIANT, REFUSED, UNKNOWN_ASSET, withheld
from delivery.representations import choose

if TYPE_CHECKING:
    from assets.record import AssetRecord
    from delivery.problems import Problem
    from delivery.representations import Chosen

_REFUSALS = {REJECTED: REFUSED, TAKEN_DOWN: GONE}


def grant(record: AssetRecord, extension: str | None, *, is_signed: bool) -> Chosen | Problem:
    """Return what to deliver of an asset, or why not. `is_signed` says that a valid URL grants it.

    A private asset without such a URL looks like one that does not exist: its id follows from its content,
    so anybody who has the same file could otherwise learn that somebody else does. For the same reason it
    looks like a new one where another account has just uploaded it for others to see.
    """
    if not record.held:
        return UNKNOWN_ASSET
    if record.visibility == PRIVATE and not is_signed:
        return UNKNOWN_ASSET if record.awaited == PRIVATE else IN_REVIEW
    if record.state != APPROVED:
        refusal = _REFUSALS.get(record.state)
        return IN_REVIEW if refusal is None else withheld(refusal, record.reason, record.decided_at)
    return choose(record, extension) or NO_VARIANT

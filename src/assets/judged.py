"""Whose words for an asset were judged: what moderation has found fit is shown, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from assets import wire as read
from assets.errors import AssetWireError
from assets.references import Reference, Words


@dataclass(frozen=True, slots=True)
class Judged:
    """An account whose hold was judged, with the words that were found fit, None if none were; or, with
    `until`, all that was there at that moment, when a person decided."""

    account_id: str = ""
    words: Words | None = None
    until: float | None = None

    def settle(self, reference: Reference, *, is_approved: bool) -> Reference:
        """Return a reference as it is after that: confirmed, and with its words to be seen if they fit.

        Words are judged with content that may be seen: of an asset that is not approved only the hold is.
        """
        fits = self._covers(reference)
        only_hold = self.words is None and self.until is None and reference.account_id == self.account_id
        if not (fits or only_hold):
            return reference
        shown = reference.words if fits and is_approved else reference.shown
        return replace(reference, confirmed=True, shown=shown)

    def _covers(self, reference: Reference) -> bool:
        """Tell whether the words are those that were judged, not what came meanwhile."""
        if self.until is None:
            return (reference.account_id, reference.words) == (self.account_id, self.words)
        return reference.worded_at is None or reference.worded_at <= self.until

    def to_wire(self) -> dict[str, Any]:
        """Return this as a plain dict of JSON values."""
        words = None if self.words is None else self.words.to_wire()
        return {"account_id": self.account_id, "words": words, "until": self.until}

    @classmethod
    def from_wire(cls, wire: object) -> Judged:
        """Return what a plain dict says, or raise AssetWireError."""
        if not isinstance(wire, Mapping):
            raise AssetWireError("what was judged is a mapping")
        words = wire.get("words")
        return cls(
            read.text(wire.get("account_id", "")),
            None if words is None else Words.from_wire(words),
            read.optional(read.number)(wire.get("until")),
        )

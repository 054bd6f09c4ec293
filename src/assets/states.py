"""Where an asset stands with moderation, and which ways lead from there."""

from __future__ import annotations

PENDING = "pending"
APPROVED = "approved"
FLAGGED = "flagged"
REJECTED = "rejected"
TAKEN_DOWN = "taken_down"

MOVES: dict[str, frozenset[str]] = {
    PENDING: frozenset({APPROVED, FLAGGED, REJECTED, TAKEN_DOWN}),
    FLAGGED: frozenset({APPROVED, REJECTED, TAKEN_DOWN}),
    APPROVED: frozenset({FLAGGED, TAKEN_DOWN}),
    # An appeal may put a rejected asset up, and a takedown that was wrong is undone. What was doubted again
    # before the asset heard of that waits for a person: it is not put up in between.
    REJECTED: frozenset({APPROVED, FLAGGED}),
    TAKEN_DOWN: frozenset({APPROVED, FLAGGED}),
}
"""Every legal move. Nothing leads back to pending, and only an approved asset is delivered."""

STATES = tuple(MOVES)
REFUSED = frozenset({REJECTED, TAKEN_DOWN})
"""Verdicts that outlive the bytes: the same file does not come in again by being uploaded once more."""


def is_legal(old: str, new: str) -> bool:
    """Tell whether an asset may go from one state to another."""
    return new in MOVES.get(old, ())

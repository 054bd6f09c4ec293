"""The life of a case as one table. What is not in it is illegal, for people and for machines."""

from __future__ import annotations

from enum import StrEnum

from assets import states as assets


class State(StrEnum):
    """Where a case is."""

    PENDING = assets.PENDING
    FLAGGED = assets.FLAGGED
    APPROVED = assets.APPROVED
    REJECTED = assets.REJECTED
    TAKEN_DOWN = assets.TAKEN_DOWN
    APPEALED = "appealed"
    UPHELD = "upheld"


class Step(StrEnum):
    """What can happen to a case. A scan's steps are apart from a person's: it decides once and early."""

    SCAN_APPROVES = "scan_approves"
    SCAN_FLAGS = "scan_flags"
    SCAN_REJECTS = "scan_rejects"
    APPROVE = "approve"
    REJECT = "reject"
    TAKE_DOWN = "take_down"
    REOPEN = "reopen"
    APPEAL = "appeal"
    REINSTATE = "reinstate"
    UPHOLD = "uphold"


TRANSITIONS: dict[tuple[State, Step], State] = {
    (State.PENDING, Step.SCAN_APPROVES): State.APPROVED,
    (State.PENDING, Step.SCAN_FLAGS): State.FLAGGED,
    (State.PENDING, Step.SCAN_REJECTS): State.REJECTED,
    (State.PENDING, Step.APPROVE): State.APPROVED,
    (State.PENDING, Step.REJECT): State.REJECTED,
    (State.FLAGGED, Step.APPROVE): State.APPROVED,
    (State.FLAGGED, Step.REJECT): State.REJECTED,
    (State.APPROVED, Step.TAKE_DOWN): State.TAKEN_DOWN,
    (State.APPROVED, Step.REOPEN): State.FLAGGED,
    (State.REJECTED, Step.APPEAL): State.APPEALED,
    (State.TAKEN_DOWN, Step.APPEAL): State.APPEALED,
    (State.APPEALED, Step.REINSTATE): State.APPROVED,
    (State.APPEALED, Step.UPHOLD): State.UPHELD,
}

DECISIONS = (Step.APPROVE, Step.REJECT, Step.TAKE_DOWN, Step.REINSTATE, Step.UPHOLD)
"""The steps that a moderator takes."""
CLAIMABLE = (State.PENDING, State.FLAGGED, State.APPEALED)
"""States in which a case may wait for a person."""
REFUSED = (State.REJECTED, State.TAKEN_DOWN, State.APPEALED, State.UPHELD)
"""States in which the content is not to be seen because of a decision."""


def next_state(state: State, step: Step) -> State | None:
    """Return where a step leads, or None for an illegal one."""
    return TRANSITIONS.get((state, step))


def standing_after(state: State, standing: str) -> str:
    """Return the state that the content itself is in: an appeal and its refusal leave that as it was."""
    return standing if state in (State.APPEALED, State.UPHELD) else state.value

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
    DOUBTED = "doubted"
    """Approved and seen, but a person shall look: at the words of somebody else, or at what people report."""
    WITHDRAWN = "withdrawn"
    """The content is gone. It begins anew when it comes again."""


class Step(StrEnum):
    """What can happen to a case. A scan's steps are apart from a person's: it decides once and early."""

    SCAN_APPROVES = "scan_approves"
    SCAN_FLAGS = "scan_flags"
    SCAN_REJECTS = "scan_rejects"
    APPROVE = "approve"
    REJECT = "reject"
    TAKE_DOWN = "take_down"
    REOPEN = "reopen"
    DOUBT = "doubt"
    APPEAL = "appeal"
    REINSTATE = "reinstate"
    UPHOLD = "uphold"
    WITHDRAW = "withdraw"


TRANSITIONS: dict[tuple[State, Step], State] = {
    (State.PENDING, Step.SCAN_APPROVES): State.APPROVED,
    (State.PENDING, Step.SCAN_FLAGS): State.FLAGGED,
    (State.PENDING, Step.SCAN_REJECTS): State.REJECTED,
    (State.PENDING, Step.APPROVE): State.APPROVED,
    (State.PENDING, Step.REJECT): State.REJECTED,
    (State.PENDING, Step.REOPEN): State.FLAGGED,
    (State.PENDING, Step.TAKE_DOWN): State.TAKEN_DOWN,
    (State.FLAGGED, Step.APPROVE): State.APPROVED,
    (State.FLAGGED, Step.REJECT): State.REJECTED,
    (State.FLAGGED, Step.TAKE_DOWN): State.TAKEN_DOWN,
    (State.APPROVED, Step.TAKE_DOWN): State.TAKEN_DOWN,
    (State.APPROVED, Step.REOPEN): State.FLAGGED,
    (State.APPROVED, Step.DOUBT): State.DOUBTED,
    (State.DOUBTED, Step.APPROVE): State.APPROVED,
    # The doubt was right: what was doubted stays out of sight, the content does not.
    (State.DOUBTED, Step.UPHOLD): State.APPROVED,
    (State.DOUBTED, Step.TAKE_DOWN): State.TAKEN_DOWN,
    (State.DOUBTED, Step.REOPEN): State.FLAGGED,
    # A moderator who was wrong need not wait for an appeal.
    (State.REJECTED, Step.REINSTATE): State.APPROVED,
    (State.TAKEN_DOWN, Step.REINSTATE): State.APPROVED,
    (State.REJECTED, Step.APPEAL): State.APPEALED,
    (State.TAKEN_DOWN, Step.APPEAL): State.APPEALED,
    (State.APPEALED, Step.REINSTATE): State.APPROVED,
    (State.APPEALED, Step.UPHOLD): State.UPHELD,
    (State.PENDING, Step.WITHDRAW): State.WITHDRAWN,
    (State.FLAGGED, Step.WITHDRAW): State.WITHDRAWN,
    (State.DOUBTED, Step.WITHDRAW): State.WITHDRAWN,
}

DECISIONS = (Step.APPROVE, Step.REJECT, Step.TAKE_DOWN, Step.REOPEN, Step.REINSTATE, Step.UPHOLD)
"""The steps that a moderator takes."""
CLAIMABLE = (State.PENDING, State.FLAGGED, State.DOUBTED, State.APPEALED)
"""States in which a case may wait for a person."""
WAITING = (State.FLAGGED, State.DOUBTED, State.APPEALED)
"""States in which it does."""
SEEN = (State.APPROVED, State.DOUBTED)
"""States in which the content is to be seen."""
REFUSED = (State.REJECTED, State.TAKEN_DOWN, State.APPEALED, State.UPHELD)
"""States in which the content is not to be seen because of a decision."""

_NO_STANDING = (State.DOUBTED, State.APPEALED, State.UPHELD, State.WITHDRAWN)


def next_state(state: State, step: Step) -> State | None:
    """Return where a step leads, or None for an illegal one."""
    return TRANSITIONS.get((state, step))


def standing_after(state: State, standing: str) -> str:
    """Return the state of the content itself: doubts, appeals and withdrawals leave that as it was."""
    return standing if state in _NO_STANDING else state.value

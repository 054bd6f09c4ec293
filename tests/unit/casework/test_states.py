from __future__ import annotations

import itertools

import pytest

from assets.states import MOVES, STATES
from casework.states import (
    CLAIMABLE,
    DECISIONS,
    REFUSED,
    SEEN,
    TRANSITIONS,
    WAITING,
    State,
    Step,
    next_state,
    standing_after,
)

SCANS = (Step.SCAN_APPROVES, Step.SCAN_FLAGS, Step.SCAN_REJECTS)


@pytest.mark.parametrize(
    ("before", "step", "after"),
    [
        ("pending", "scan_approves", "approved"),
        ("pending", "scan_flags", "flagged"),
        ("pending", "scan_rejects", "rejected"),
        ("pending", "approve", "approved"),
        ("pending", "reject", "rejected"),
        ("pending", "reopen", "flagged"),
        ("pending", "take_down", "taken_down"),
        ("flagged", "approve", "approved"),
        ("flagged", "reject", "rejected"),
        ("flagged", "take_down", "taken_down"),
        ("approved", "take_down", "taken_down"),
        ("approved", "reopen", "flagged"),
        ("approved", "doubt", "doubted"),
        ("doubted", "approve", "approved"),
        ("doubted", "uphold", "approved"),
        ("doubted", "take_down", "taken_down"),
        ("doubted", "reopen", "flagged"),
        ("doubted", "withdraw", "withdrawn"),
        ("rejected", "reinstate", "approved"),
        ("taken_down", "reinstate", "approved"),
        ("rejected", "appeal", "appealed"),
        ("taken_down", "appeal", "appealed"),
        ("appealed", "reinstate", "approved"),
        ("appealed", "uphold", "upheld"),
    ],
)
def test_every_allowed_step_leads_where_the_table_says(before: str, step: str, after: str) -> None:
    assert next_state(State(before), Step(step)) is State(after)


def test_there_are_twenty_six_steps_and_every_other_is_illegal() -> None:
    assert len(TRANSITIONS) == 26
    others = [pair for pair in itertools.product(State, Step) if pair not in TRANSITIONS]
    assert {next_state(*pair) for pair in others} == {None}


def test_nothing_leads_back_to_pending_and_nothing_away_from_upheld() -> None:
    assert State.PENDING not in TRANSITIONS.values()
    assert not [pair for pair in TRANSITIONS if pair[0] in (State.UPHELD, State.WITHDRAWN)]
    assert {State.PENDING, *TRANSITIONS.values()} == set(State)


def test_a_machine_decides_pending_cases_alone() -> None:
    assert {state for state, step in TRANSITIONS if step in SCANS} == {State.PENDING}


def test_what_can_be_claimed_can_be_decided_and_what_is_refused_is_not_delivered() -> None:
    assert {state for state, step in TRANSITIONS if step in DECISIONS} == set(State) - {
        State.UPHELD,
        State.WITHDRAWN,
    }
    assert set(CLAIMABLE) < {state for state, step in TRANSITIONS if step in DECISIONS}
    assert set(REFUSED) == set(State) - {State.PENDING, State.FLAGGED, *SEEN, State.WITHDRAWN}
    assert set(WAITING) < set(CLAIMABLE)


def test_the_content_stands_as_an_asset_can_and_moves_as_an_asset_may() -> None:
    for (before, _), after in TRANSITIONS.items():
        standings = STATES if before in (State.APPEALED, State.UPHELD) else (before.value,)
        for standing in ("approved",) if before is State.DOUBTED else standings:
            if before is State.APPEALED and standing not in ("rejected", "taken_down"):
                continue
            moved = standing_after(after, standing)
            assert moved == standing or moved in MOVES[standing], (before, after, standing)

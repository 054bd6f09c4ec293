"""Messages, decisions and sweeps in any order, cut off anywhere: owners obey, nothing is published twice."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from casework import prove
from moderating.enforcing import enforce
from moderating.flow import moderate
from tests.unit.moderating.world import ASSET_ID, SUBJECT, LostError, World

VERDICTS = ("approved", "flagged", "rejected", "pending")
STEPS = ("approve", "reject", "take_down", "reopen", "reinstate")
CALLS = ("open", "look", "scan", "due", "decide_asset", "purge", "submit", "notify", "enforced", "confirm")

EVENTS = st.one_of(
    st.tuples(st.just("message"), st.integers(1, 3), st.sampled_from(VERDICTS)),
    st.tuples(st.just("decide"), st.sampled_from(STEPS), st.integers(1, 6)),
    st.just(("sweep",)),
)
CUTS = st.none() | st.sampled_from(CALLS)
DOUBTED_BEFORE_ITS_RETURN = [
    (("message", 1, "approved"), None),
    (("decide", "take_down", 1), None),
    (("decide", "reinstate", 1), "due"),
    (("message", 1, "flagged"), None),
]
"""The owner never heard that it was reinstated, and then that it waits for a person."""


async def lost() -> None:
    raise LostError


def play(world: World, name: str, *details: Any) -> None:
    match name:
        case "message":
            number, verdict = details
            message = {"kind": "asset", "event_id": f"a:{number}", "asset_id": ASSET_ID, "account_id": "ann"}
            world.verdicts = [verdict]
            asyncio.run(moderate(message, world.moderation))
        case "decide":
            step, number = details
            wanted = {"step": step, "moderator": "mo"}
            world.ledger.decide(f"d:{step}:{number}", SUBJECT, wanted)
            asyncio.run(enforce(SUBJECT, world.enforcement))
        case _:
            asyncio.run(enforce(SUBJECT, world.enforcement))


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(EVENTS, CUTS), min_size=5, max_size=25))
@example(DOUBTED_BEFORE_ITS_RETURN)
def test_owners_end_where_the_case_stands_and_each_round_is_published_once(
    events: list[tuple[tuple[Any, ...], str | None]],
) -> None:
    world = World()
    world.file(title="A cat")
    for event, cut in events:
        world.interruptions = {cut: lost} if cut else {}
        try:
            play(world, *event)
        except LostError:
            continue
    world.interruptions = {}
    play(world, "sweep")
    case = world.ledger.read(SUBJECT)
    if case is None:
        assert world.state() == "pending"
        return
    assert world.due() == 0
    refused = {"rejected", "taken_down"}
    assert world.state() == case["standing"] or {world.state(), case["standing"]} == refused
    published = [(one["subject"], one["round"]) for one in world.books.page()]
    assert len(published) == len(set(published))
    was_approved = any(event["payload"]["to"] == "approved" for event in world.ledger.history(SUBJECT, 1_000))
    assert was_approved or not published
    assert prove(world.ledger.trail, {}).ok

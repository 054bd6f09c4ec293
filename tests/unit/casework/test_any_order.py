"""Events in any order, twice, replayed and with ids that lie: the ledger keeps its word through all of it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from casework import Answer, Complaints, EventConflictError, LedgerStore, Outcome, ReviewQueue, prove
from sql_port.sqlite import SqliteDatabase

SHA = "5a" * 32
LEGAL = {
    "pending": {"approved", "flagged", "rejected", "taken_down", "withdrawn"},
    "flagged": {"approved", "rejected", "taken_down", "withdrawn"},
    "withdrawn": {"pending"},
    "approved": {"taken_down", "flagged", "doubted"},
    "doubted": {"approved", "taken_down", "flagged", "withdrawn"},
    "rejected": {"appealed", "approved"},
    "taken_down": {"appealed", "approved"},
    "appealed": {"approved", "upheld"},
    "upheld": set(),
}
"""The moves that the issue allows, written down apart from the table that is tested."""
SCAN_DECISIONS = ("approved", "flagged", "rejected", "pending")
STEPS = ("approve", "reject", "take_down", "reopen", "reinstate", "uphold")


def kinds_of_event() -> st.SearchStrategy[tuple[Any, ...]]:
    return st.one_of(
        st.just(("open",)),
        st.just(("withdraw",)),
        st.tuples(st.just("doubt"), st.sampled_from(SCAN_DECISIONS)),
        st.tuples(st.just("scan"), st.sampled_from(SCAN_DECISIONS)),
        st.tuples(st.just("decide"), st.sampled_from(STEPS), st.sampled_from(("mo", "jo"))),
        st.tuples(st.just("report"), st.sampled_from(("x", "y", "z"))),
        st.just(("appeal",)),
        st.tuples(st.just("claim"), st.sampled_from(("mo", "jo"))),
        st.just(("wait",)),
    )


EVENTS = st.lists(st.tuples(st.integers(1, 30), kinds_of_event()), min_size=25, max_size=60)


class Machine:
    def __init__(self) -> None:
        self.now = 1_767_225_600.0
        self.ledger = LedgerStore(SqliteDatabase(), clock=lambda: self.now)
        self.complaints = Complaints(self.ledger, reporters_to_reopen=2)
        self.queue = ReviewQueue(self.ledger)

    def apply(self, number: int, event: tuple[Any, ...]) -> Outcome | None:
        name, *details = event
        if name == "wait":
            self.now += 61
            return None
        try:
            answer: Answer = getattr(self, f"_{name}")(f"event-{number}", *details)
        except EventConflictError:
            return None
        return answer.outcome

    def _open(self, event_id: str) -> Answer:
        return self.ledger.open(event_id, "asset:a", "ann", SHA)

    def _scan(self, event_id: str, decision: str) -> Answer:
        return self.ledger.scan(event_id, "asset:a", {"sha256": SHA, "decision": decision})

    def _doubt(self, event_id: str, decision: str) -> Answer:
        verdict = {"sha256": SHA, "decision": decision, "account_id": "bob"}
        return self.ledger.doubt(event_id, "asset:a", verdict)

    def _withdraw(self, event_id: str) -> Answer:
        return self.ledger.withdraw(event_id, "asset:a")

    def _decide(self, event_id: str, step: str, moderator: str) -> Answer:
        return self.ledger.decide(event_id, "asset:a", {"step": step, "moderator": moderator})

    def _report(self, event_id: str, reporter: str) -> Answer:
        return self.complaints.report(event_id, "asset:a", {"reporter": reporter, "category": "spam"})

    def _appeal(self, event_id: str) -> Answer:
        return self.complaints.appeal(event_id, "asset:a", "ann", "")

    def _claim(self, _event_id: str, moderator: str) -> Answer:
        return self.queue.claim("asset:a", moderator, 60)

    def moves(self) -> list[tuple[str | None, str]]:
        events = reversed(self.ledger.history("asset:a", 1_000))
        pairs = ((event["payload"]["from"], event["payload"]["to"]) for event in events)
        return [(before, after) for before, after in pairs if before != after]


@settings(max_examples=150, deadline=None)
@given(EVENTS)
def test_no_order_of_events_makes_an_illegal_move(events: list[tuple[int, tuple[Any, ...]]]) -> None:
    machine = Machine()
    # Without a case nothing can happen, and most lists would be spent on that.
    machine.apply(0, ("open",))
    for number, event in events:
        machine.apply(number, event)
    moves = machine.moves()
    assert moves[0] == (None, "pending")
    for (_, before), (start, after) in pairwise(moves):
        assert start == before
        assert after in LEGAL[start]
    assert [after for _, after in moves].count("upheld") <= 1
    case = machine.ledger.read("asset:a")
    assert case is not None
    assert case["state"] == moves[-1][1]
    no_standing = ("doubted", "appealed", "upheld", "withdrawn")
    stands = next(after for _, after in reversed(moves) if after not in no_standing)
    assert case["standing"] == stands
    assert prove(machine.ledger.trail, {}).ok


@settings(max_examples=75, deadline=None)
@given(EVENTS, st.randoms(use_true_random=False))
def test_what_is_recorded_does_not_happen_again(
    events: list[tuple[int, tuple[Any, ...]]], random: Any
) -> None:
    machine = Machine()
    machine.apply(0, ("open",))
    recorded: list[tuple[int, tuple[Any, ...]]] = []
    for number, event in events:
        if machine.apply(number, event) is Outcome.CHANGED and event[0] != "claim":
            recorded.append((number, event))
    before, head = machine.ledger.read("asset:a"), machine.ledger.trail.audit.head()
    random.shuffle(recorded)
    assert [machine.apply(*one) for one in recorded * 2] == [Outcome.REPEATED] * 2 * len(recorded)
    assert (machine.ledger.read("asset:a"), machine.ledger.trail.audit.head()) == (before, head)

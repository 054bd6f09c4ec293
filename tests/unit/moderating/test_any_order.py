"""Messages, decisions, reports and sweeps in any order, cut off anywhere: what comes out is what was decided.

Queues deliver at least once and owners ask again until they are heard, so every history ends with the message
of each account and a sweep. Two accounts hold an asset, the second also with words that no scan finds fit; a
link has a case of its own.
"""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from assets.references import Reference
from casework import Complaints, prove
from moderating.enforcing import enforce
from moderating.flow import moderate
from tests.unit.moderating.world import ASSET_ID, LINK, RECORD, SUBJECT, LostError, World

VERDICTS = ("approved", "flagged", "rejected", "pending")
STEPS = ("approve", "reject", "take_down", "reopen", "reinstate", "uphold")
CALLS = (
    "open",
    "look",
    "scan",
    "doubt",
    "due",
    "read_asset",
    "decide_asset",
    "change_link",
    "purge",
    "submit",
    "notify",
    "enforced",
    "confirm",
)
LINK_SUBJECT = "link:code"
SUBJECTS = st.sampled_from((SUBJECT, LINK_SUBJECT))
ANN, EVE = "ann", "eve"
BAD, NICE = "a slur", "nice"

EVENTS = st.one_of(
    st.tuples(st.just("message"), st.sampled_from((ANN, EVE)), st.integers(1, 2), st.sampled_from(VERDICTS)),
    st.tuples(st.just("link"), st.integers(1, 2), st.sampled_from(VERDICTS)),
    st.tuples(st.just("decide"), SUBJECTS, st.sampled_from(STEPS), st.integers(1, 6)),
    st.tuples(st.just("report"), SUBJECTS, st.sampled_from("xy"), st.integers(1, 6)),
    st.tuples(st.just("appeal"), SUBJECTS, st.integers(1, 2)),
    st.tuples(st.just("sweep"), SUBJECTS),
    st.tuples(st.just("bring"), st.sampled_from((BAD, NICE))),
    st.tuples(st.just("erase"), st.sampled_from((ANN, EVE))),
)
CUTS = st.none() | st.sampled_from(CALLS)
DOUBTED_BEFORE_ITS_RETURN = [
    (("message", ANN, 1, "approved"), None),
    (("decide", SUBJECT, "take_down", 1), None),
    (("decide", SUBJECT, "reinstate", 1), "due"),
    (("bring", BAD), None),
    (("message", EVE, 1, "flagged"), None),
]
"""The owner never heard that it was reinstated, and then that a person shall look again."""
ERASED_AND_BROUGHT_AGAIN = [
    (("message", ANN, 1, "approved"), None),
    (("erase", ANN), None),
    (("bring", NICE), None),
    (("message", EVE, 1, "approved"), "decide_asset"),
]
HISTORIES = st.lists(st.tuples(EVENTS, CUTS), min_size=5, max_size=25)


class History:
    """A world to which things happen."""

    def __init__(self) -> None:
        self.world = World()
        self.world.words = {BAD: "flagged"}
        self.world.links.store.claim(LINK)
        self.complaints = Complaints(self.world.ledger, reporters_to_reopen=2)
        self.filings = 0
        self.bring(ANN, "A cat", "private")

    def play(self, name: str, *details: Any) -> None:
        match name:
            case "message":
                account_id, number, verdict = details
                self.message(account_id, f"{number}:{self.filings}", verdict)
            case "link":
                number, verdict = details
                self.message(None, f"{number}", verdict)
            case "decide":
                subject, step, number = details
                wanted = {"step": step, "moderator": "mo"}
                self.world.ledger.decide(f"d:{subject}:{step}:{number}", subject, wanted)
                self.sweep(subject)
            case "report":
                subject, reporter, number = details
                complaint = {"reporter": reporter, "category": "spam"}
                self.complaints.report(f"r:{subject}:{reporter}:{number}", subject, complaint)
                self.sweep(subject)
            case "appeal":
                subject, number = details
                self.complaints.appeal(f"p:{subject}:{number}", subject, ANN, "")
            case "bring":
                self.bring(EVE, details[0], "public")
            case "erase":
                self.world.assets.store.release(ASSET_ID, details[0], 3.0, 0)
                self.world.assets.store.expire(4.0)
            case _:
                self.sweep(*details)

    def message(self, account_id: str | None, number: str, verdict: str | None = None) -> None:
        """Work a message off, one about the link if no account says it."""
        about = {"kind": "link", "code": "code"}
        if account_id is not None:
            about = {"kind": "asset", "asset_id": ASSET_ID, "account_id": account_id}
        self.world.verdicts = [verdict] if verdict else []
        asyncio.run(moderate({**about, "event_id": f"m:{account_id}:{number}"}, self.world.moderation))

    def sweep(self, subject: str) -> None:
        asyncio.run(enforce(subject, self.world.enforcement))

    def bring(self, account_id: str, title: str, visibility: str) -> None:
        """File the asset for an account, unless a verdict keeps it out."""
        self.filings += 1
        self.world.assets.store.file(RECORD, Reference(account_id, 2.0, visibility, title))

    def end(self) -> None:
        """Let everything that is guaranteed happen."""
        self.world.interruptions = {}
        stored = self.world.assets.store.read(ASSET_ID)
        for reference in stored.references if stored else ():
            self.message(reference.account_id, "last")
        if stored is None or not stored.references:
            self.message(ANN, "last")
        self.message(None, "last")
        for subject in (SUBJECT, LINK_SUBJECT):
            self.sweep(subject)

    def events(self, subject: str) -> list[dict[str, Any]]:
        return [event["payload"] for event in self.world.ledger.history(subject, 1_000)]


def check_case(history: History, subject: str) -> dict[str, Any]:
    """Check what holds of every case, and return it."""
    world = history.world
    case = world.case(subject)
    assert world.due(subject) == 0
    published = [one["round"] for one in world.books.page() if one["subject"] == subject]
    assert len(published) == len(set(published))
    was_approved = any(payload["to"] == "approved" for payload in history.events(subject))
    assert was_approved or not published
    if case["state"] in {"flagged", "doubted"}:
        told = f"notice:{subject}:{case['round']}:{case['standing_seq']}"
        assert told in [one["event_id"] for one in world.notices.sent]
    return case


@settings(max_examples=150, deadline=None)
@given(HISTORIES)
@example(DOUBTED_BEFORE_ITS_RETURN)
@example(ERASED_AND_BROUGHT_AGAIN)
def test_owners_end_where_the_case_stands_and_each_round_is_published_once(
    events: list[tuple[tuple[Any, ...], str | None]],
) -> None:
    async def lost() -> None:
        raise LostError

    history = History()
    world = history.world
    for event, cut in events:
        world.interruptions = {cut: lost} if cut else {}
        try:
            history.play(*event)
        except LostError:
            continue
    history.end()

    link = check_case(history, LINK_SUBJECT)
    states = {"approved": "active", "flagged": "pending"}
    assert world.link().state == states.get(link["standing"], link["standing"])
    assert link["standing"] != "approved" or link["round"] in rounds(world, LINK_SUBJECT)

    stored = world.assets.store.read(ASSET_ID)
    if stored is not None and stored.references:
        check_asset(history)
    assert prove(world.ledger.trail, {}).ok


def check_asset(history: History) -> None:
    """Check what becomes of an asset that somebody holds."""
    world = history.world
    case = check_case(history, SUBJECT)
    refused = {"rejected", "taken_down"}
    assert world.state() == case["standing"] or {world.state(), case["standing"]} <= refused
    if case["standing"] == "approved":
        assert case["round"] in rounds(world, SUBJECT)
    else:
        last = max(place for place, move in enumerate(world.moves) if move != "purged")
        assert "purged" in world.moves[last:]
    people = [one for one in history.events(SUBJECT) if one["moderator"] == "mo" and one["to"] == "approved"]
    if not people:
        assert BAD not in world.shown()


def rounds(world: World, subject: str) -> list[int]:
    return [int(one["round"]) for one in world.books.page() if one["subject"] == subject]

"""The ledger of moderation: cases, the queue, complaints, blocked hashes, budgets, proof and forgetting."""

from __future__ import annotations

import json
from typing import Any

from casework import (
    BlockList,
    BrokenLedgerError,
    CallBudget,
    CaseworkInputError,
    Complaints,
    EventConflictError,
    LedgerStore,
    Offenders,
    Outcome,
    Proof,
    ReviewQueue,
    csv_lines,
    export_page,
    json_lines,
    prove,
    records,
    retain,
    sign_head,
)
from casework.retention import MOST_RECORDS
from link_transfer.csv_text import records as csv_records
from moderation import AuditStore
from sql_port import Database
from tests.contract.cases import raises

DAY = 86_400.0
KEY = {"k1": "a secret of the tests"}
SHA = "5a" * 32
OTHER_SHA = "6b" * 32
PICTURE = "00ff00ff00ff00ff"


class Desk:
    """A ledger and all that stands around it, on a clock that a case moves by hand."""

    def __init__(self, database: Database, now: float = 1_767_225_600.0) -> None:
        self.now = now
        self.database = database
        self.ledger = LedgerStore(database, clock=lambda: self.now)
        self.trail = self.ledger.trail
        self.queue = ReviewQueue(self.ledger)
        self.complaints = Complaints(self.ledger, reporters_to_reopen=2)
        self.blocked = BlockList(self.trail)
        self.offenders = Offenders(self.trail)
        self.budget = CallBudget(self.trail)
        self._events = 0

    def event(self) -> str:
        self._events += 1
        return f"event-{self._events}"

    def open(self, subject: str = "asset:a", account_id: str = "ann", sha256: str = SHA) -> str:
        return self.ledger.open(self.event(), subject, account_id, sha256).outcome.value

    def scan(self, decision: str, subject: str = "asset:a", **more: Any) -> str:
        return self.ledger.scan(self.event(), subject, verdict(decision, **more)).outcome.value

    def decide(self, step: str, subject: str = "asset:a", moderator: str = "mo", **more: Any) -> str:
        wanted = {"step": step, "moderator": moderator, **more}
        return self.ledger.decide(self.event(), subject, wanted).outcome.value

    def report(self, reporter: str, subject: str = "asset:a") -> str:
        complaint = {"reporter": reporter, "category": "nsfw", "text": "bare"}
        return self.complaints.report(self.event(), subject, complaint).outcome.value

    def appeal(self, subject: str = "asset:a", account_id: str = "ann") -> str:
        return self.complaints.appeal(self.event(), subject, account_id, "it is a cat").outcome.value

    def bring(self, state: str, subject: str = "asset:a", account_id: str = "ann", sha256: str = SHA) -> None:
        self.open(subject, account_id, sha256)
        assert self.scan(state, subject, sha256=sha256) == "changed"

    def case(self, subject: str = "asset:a") -> dict[str, Any]:
        found = self.ledger.read(subject)
        assert found is not None
        return found

    def state(self, subject: str = "asset:a") -> tuple[str, str]:
        case = self.case(subject)
        return case["state"], case["standing"]

    def prove(self, **more: Any) -> Proof:
        return prove(self.trail, KEY, **more)


def verdict(decision: str, **more: Any) -> dict[str, Any]:
    return {
        "sha256": SHA,
        "decision": decision,
        "reason": "nudity",
        "categories": ["nsfw"],
        "scores": {"nsfw": 0.75},
        "model": "omni-1",
        "thresholds": {"approve": 0.95, "reject": 0.8},
        **more,
    }


def case_an_empty_ledger_is_proved_and_knows_nothing(database: Database) -> None:
    desk = Desk(database)
    assert desk.ledger.read("asset:a") is None
    assert desk.prove().ok
    assert desk.queue.page({}) == {"cases": [], "next": None}
    assert desk.offenders.account("ann")["refused"] == 0
    assert sign_head(desk.trail, "k1", KEY["k1"]) is None
    assert desk.scan("approved") == desk.decide("approve") == desk.report("x") == desk.appeal() == "unknown"
    assert desk.queue.claim("asset:a", "mo", 60).outcome is Outcome.UNKNOWN


def case_a_scan_decides_a_pending_case_once_and_says_with_what(database: Database) -> None:
    desk = Desk(database)
    assert desk.open() == "changed"
    assert desk.state() == ("pending", "pending")
    assert desk.scan("pending") == "changed"
    assert desk.state() == ("pending", "pending")
    assert desk.scan("rejected") == "changed"
    assert desk.scan("approved") == "illegal"
    case = desk.case()
    assert (case["state"], case["reason"], case["categories"], case["scores"]) == (
        "rejected",
        "nudity",
        ["nsfw"],
        {"nsfw": 0.75},
    )
    assert (case["model"], case["thresholds"]) == ("omni-1", {"approve": 0.95, "reject": 0.8})
    assert case["decided_by"] == "automatic"
    newest = desk.ledger.history("asset:a")[0]["payload"]
    assert (newest["from"], newest["to"], newest["model"]) == ("pending", "rejected", "omni-1")
    assert newest["thresholds"] == {"approve": 0.95, "reject": 0.8}
    assert desk.prove().ok


def case_a_scan_cannot_overrule_what_waits_for_a_person(database: Database) -> None:
    desk = Desk(database)
    desk.bring("flagged")
    assert desk.scan("approved") == desk.scan("pending", reason="no answer") == "illegal"
    assert desk.case()["reason"] == "nudity"
    assert desk.decide("approve") == "changed"
    assert desk.state() == ("approved", "approved")
    assert desk.ledger.history("asset:a")[0]["payload"]["model"] == "omni-1"


def case_a_scan_of_other_content_is_stale(database: Database) -> None:
    desk = Desk(database)
    desk.open()
    assert desk.scan("approved", sha256=OTHER_SHA) == "stale"
    assert desk.state()[0] == "pending"


def case_an_event_counts_once_and_cannot_mean_two_things(database: Database) -> None:
    desk = Desk(database)
    assert desk.ledger.open("o", "asset:a", "ann", SHA).outcome is Outcome.CHANGED
    assert desk.ledger.open("o", "asset:a", "ann", SHA).outcome is Outcome.REPEATED
    desk.ledger.scan("s", "asset:a", verdict("flagged"))
    again = desk.ledger.scan("s", "asset:a", verdict("flagged"))
    assert (again.outcome, again.case == desk.case()) == (Outcome.REPEATED, True)
    with raises(EventConflictError):
        desk.ledger.scan("s", "asset:a", verdict("approved"))
    with raises(EventConflictError):
        desk.ledger.decide("s", "asset:a", {"step": "approve", "moderator": "mo"})
    assert desk.state()[0] == "flagged"
    assert desk.ledger.statistics()["total_scans"] == 1
    assert desk.trail.audit.head().seq == 2


def case_an_appeal_leaves_the_content_out_of_sight_until_it_is_won(database: Database) -> None:
    desk = Desk(database)
    desk.bring("rejected")
    assert desk.appeal(account_id="bob") == "unknown"
    assert desk.appeal() == "changed"
    assert desk.appeal() == "illegal"
    assert desk.state() == ("appealed", "rejected")
    assert (desk.case()["appeal"], desk.case()["appeals"]) == ("it is a cat", 1)
    assert desk.decide("reinstate", reason="it is a cat indeed") == "changed"
    assert desk.state() == ("approved", "approved")
    assert desk.case()["appeal"] is None
    assert desk.decide("take_down") == "changed"
    desk.appeal()
    assert desk.decide("uphold", reason="no cat") == "changed"
    assert desk.state() == ("upheld", "taken_down")
    assert [desk.decide(step) for step in ("approve", "reinstate", "uphold")] == ["illegal"] * 3
    assert desk.appeal() == "illegal"
    assert desk.case()["appeals"] == 2
    assert desk.prove().ok


def case_a_reason_holds_while_a_decision_confirms_it(database: Database) -> None:
    desk = Desk(database)
    desk.bring("flagged")
    desk.decide("reject")
    assert desk.case()["reason"] == "nudity"
    desk.appeal()
    desk.decide("reinstate")
    assert desk.case()["reason"] == ""
    desk.decide("take_down", reason="a complaint")
    assert desk.case()["reason"] == "a complaint"


def case_replaced_content_is_looked_at_anew_unless_it_was_refused(database: Database) -> None:
    desk = Desk(database)
    desk.bring("approved", "link:x")
    assert desk.open("link:x", sha256=OTHER_SHA) == "changed"
    case = desk.case("link:x")
    assert (case["state"], case["round"], case["sha256"], case["decided_by"]) == (
        "pending",
        2,
        OTHER_SHA,
        None,
    )
    assert desk.scan("approved", "link:x") == "stale"
    assert desk.scan("rejected", "link:x", sha256=OTHER_SHA) == "changed"
    assert desk.open("link:x", sha256=SHA) == "illegal"
    assert desk.state("link:x")[0] == "rejected"
    assert desk.prove().ok


def case_bulk_decisions_stand_each_for_itself(database: Database) -> None:
    desk = Desk(database)
    desk.bring("flagged", "asset:a")
    desk.bring("approved", "asset:b")
    desk.bring("flagged", "asset:c")
    wanted = {"step": "approve", "moderator": "mo"}
    answers = desk.ledger.decide_many(
        [
            {"event_id": "1", "subject": "asset:a", **wanted},
            {"event_id": "2", "subject": "asset:b", **wanted},
            {"event_id": "1", "subject": "asset:c", **wanted},
            {"event_id": "3", "subject": "nonsense", **wanted},
            {"event_id": "4", "subject": "asset:c", **wanted},
        ]
    )
    told = [getattr(one, "outcome", None) or getattr(one, "code", None) for one in answers]
    assert told == ["changed", "illegal", "event_conflict", "invalid_casework_input", "changed"]
    with raises(CaseworkInputError):
        desk.ledger.decide_many([wanted] * 101)


def case_one_of_two_moderators_gets_a_case_until_the_claim_ends(database: Database) -> None:
    desk = Desk(database)
    desk.bring("flagged")
    assert desk.queue.claim("asset:a", "mo", 60).outcome is Outcome.CHANGED
    assert desk.queue.claim("asset:a", "jo", 60).outcome is Outcome.CLAIMED
    assert desk.decide("approve", moderator="jo") == "claimed"
    assert desk.queue.release("asset:a", "jo").outcome is Outcome.ILLEGAL
    desk.now += 30
    assert desk.queue.claim("asset:a", "mo", 60).outcome is Outcome.CHANGED
    desk.now += 59
    assert desk.case()["claimed_by"] == "mo"
    assert desk.queue.claim("asset:a", "jo", 60).outcome is Outcome.CLAIMED
    desk.now += 1
    assert desk.case()["claimed_by"] is None
    assert desk.queue.claim("asset:a", "jo", 60).outcome is Outcome.CHANGED
    assert desk.queue.release("asset:a", "jo").outcome is Outcome.CHANGED
    desk.queue.claim("asset:a", "mo", 60)
    assert desk.decide("approve") == "changed"
    assert desk.case()["claimed_by"] is None
    assert desk.queue.claim("asset:a", "mo", 60).outcome is Outcome.ILLEGAL
    assert desk.prove().ok


def case_the_queue_shows_who_waits_longest_and_filters(database: Database) -> None:
    desk = Desk(database)
    for number in range(5):
        desk.bring("flagged", f"asset:{number}", account_id=f"account-{number % 2}")
        desk.now += 1
    desk.bring("rejected", "link:r", account_id="ann")
    desk.appeal("link:r")
    desk.queue.claim("asset:1", "mo", 60)
    desk.report("x", "asset:4")

    def found(**query: Any) -> list[str]:
        return [case["subject"].partition(":")[2] for case in desk.queue.page(query)["cases"]]

    assert found() == ["0", "1", "2", "3", "4", "r"]
    assert found(states=["appealed"]) == found(kind="link") == ["r"]
    assert found(account_id="account-1") == ["1", "3"]
    assert found(claimed_by="mo") == ["1"]
    assert found(unclaimed=True) == ["0", "2", "3", "4", "r"]
    assert found(least_reports=1) == ["4"]
    assert found(category="nsfw", kind="asset", limit=2) == ["0", "1"]
    assert found(category="nsf") == found(states=["approved"]) == []
    first = desk.queue.page({"limit": 4})
    desk.decide("approve", "asset:0")
    rest = desk.queue.page({"limit": 4, "cursor": first["next"]})
    assert ([case["subject"] for case in rest["cases"]], rest["next"]) == (["asset:4", "link:r"], None)
    with raises(CaseworkInputError):
        desk.queue.page({"states": ["gone"]})


def case_enough_different_reporters_send_a_case_back_to_a_person(database: Database) -> None:
    desk = Desk(database)
    desk.bring("approved")
    assert [desk.report("x"), desk.report("x")] == ["changed", "repeated"]
    assert desk.state()[0] == "approved"
    assert desk.report("y") == "changed"
    assert desk.state() == ("flagged", "flagged")
    assert [one["is_open"] for one in desk.complaints.reports("asset:a")] == [True, True]
    assert desk.decide("approve") == "changed"
    assert (desk.case()["reports"], desk.case()["reports_in_all"]) == (0, 2)
    assert [one["is_open"] for one in desk.complaints.reports("asset:a")] == [False, False]
    assert desk.report("x") == "changed"
    assert desk.state()[0] == "approved"
    assert desk.prove().ok


def case_reports_of_one_case_are_bounded(database: Database) -> None:
    desk = Desk(database)
    desk.bring("flagged")
    outcomes = [desk.report(f"reporter-{number}") for number in range(201)]
    assert outcomes[-2:] == ["changed", "full"]
    assert len(desk.complaints.reports("asset:a")) == 200


def case_hashes_are_blocked_exactly_and_by_likeness(database: Database) -> None:
    desk = Desk(database)
    assert desk.blocked.match(SHA) is None
    assert desk.blocked.block(SHA, "known", "mo", "asset:a")
    assert not desk.blocked.block(SHA, "again", "jo")
    assert desk.blocked.block(PICTURE, "looks like it", "mo")
    assert desk.blocked.match(SHA) == {"hash": SHA, "kind": "exact", "distance": 0, "reason": "known"}
    for bits in range(9):
        # One bit in each of so many bytes: what is left in common shrinks to a single byte, then to none.
        spread = int(PICTURE, 16) ^ sum(1 << (8 * place) for place in range(bits))
        match = desk.blocked.match(OTHER_SHA, f"{spread:016x}", 7)
        assert (match and match["distance"]) == (bits if bits <= 7 else None), bits
        assert bool(desk.blocked.match(OTHER_SHA, f"{spread:016x}")) is (bits <= 6)
    assert desk.blocked.block("00ff00ff00ff00fe", "nearer", "mo")
    nearest = desk.blocked.match(OTHER_SHA, "00ff00ff00ff00fc")
    assert nearest is not None
    assert nearest["reason"] == "nearer"
    assert [row["hash"] for row in desk.blocked.page("", 2)] == ["00ff00ff00ff00fe", PICTURE]
    assert [row["hash"] for row in desk.blocked.page(PICTURE)] == [SHA]
    assert (desk.blocked.files(9), desk.blocked.files(0)) == ([SHA], [])
    assert desk.blocked.unblock(SHA, "a mistake", "mo")
    assert not desk.blocked.unblock(SHA, "a mistake", "mo")
    assert desk.blocked.match(SHA) is None
    assert desk.blocked.files(9) == []
    assert desk.blocked.block(SHA, "no mistake", "mo")
    assert desk.prove().ok
    for wrong in ("", "FF" * 32, "ff" * 9):
        with raises(CaseworkInputError):
            desk.blocked.block(wrong, "", "mo")
    with raises(CaseworkInputError):
        desk.blocked.match(OTHER_SHA, SHA)
    with raises(CaseworkInputError):
        desk.blocked.match(OTHER_SHA, PICTURE, 8)


def case_who_brings_refused_content_again_is_seen(database: Database) -> None:
    desk = Desk(database)
    desk.bring("rejected", "asset:a")
    desk.bring("rejected", "asset:b", sha256=OTHER_SHA)
    desk.bring("approved", "asset:c", sha256="7c" * 32)
    desk.open("asset:a")
    desk.open("asset:a", "bob")
    again = (desk.event(), "asset:a", "ann", SHA)
    assert desk.offenders.turned_away(*again).value == "changed"
    assert desk.offenders.turned_away(*again).value == "repeated"
    (worst,) = desk.offenders.accounts()
    assert {name: worst[name] for name in ("account_id", "held", "refused", "returns", "uploads")} == {
        "account_id": "ann",
        "held": 3,
        "refused": 2,
        "returns": 1,
        "uploads": 4,
    }
    assert [one["account_id"] for one in desk.offenders.accounts(1)] == ["ann", "bob"]
    assert (desk.offenders.account("bob")["refused"], desk.offenders.account("eve")["uploads"]) == (1, 0)
    (spread,) = desk.offenders.hashes()
    assert (spread["sha256"], spread["accounts"], spread["uploads"]) == (SHA, 2, 3)
    assert {(one["account_id"], one["standing"], one["uploads"]) for one in desk.offenders.hash(SHA)} == {
        ("ann", "rejected", 1),
        ("ann", "turned_away", 1),
        ("bob", "rejected", 1),
    }
    desk.appeal("asset:a")
    assert desk.offenders.account("ann")["refused"] == 2, "an appeal is not won yet"
    desk.decide("reinstate", "asset:a")
    ann = desk.offenders.account("ann")
    assert (ann["refused"], ann["returns"], desk.offenders.hashes()) == (1, 0, [])
    assert desk.prove().ok


def case_who_was_turned_away_is_an_offender_without_a_case(database: Database) -> None:
    desk = Desk(database)
    desk.bring("rejected", "asset:a")
    desk.blocked.block(OTHER_SHA, "known", "mo")
    for subject, sha256 in (("asset:a", SHA), ("asset:b", OTHER_SHA), ("asset:c", "7c" * 32)):
        for _ in range(2):
            desk.offenders.turned_away(desk.event(), subject, "eve", sha256)
    eve = desk.offenders.account("eve")
    # The third content is refused no longer: nothing blocks it.
    assert (eve["held"], eve["refused"], eve["returns"], eve["uploads"]) == (0, 2, 4, 4)
    assert desk.offenders.accounts()[0] == eve
    assert [one["accounts"] for one in desk.offenders.hashes()] == [2]
    assert desk.prove().ok
    database.execute("UPDATE refused_uploads SET uploads = 1 WHERE subject = 'asset:b'")
    assert not desk.prove().ok


def case_an_account_is_noted_so_often_and_no_more(database: Database) -> None:
    desk = Desk(database)
    outcomes = [desk.offenders.turned_away(desk.event(), "asset:a", "eve", SHA).value for _ in range(102)]
    assert outcomes == ["changed"] * 100 + ["full"] * 2
    assert database.execute("SELECT seq FROM moderation_audit_head") == [{"seq": 100}]


def case_what_is_not_brought_anew_is_no_upload(database: Database) -> None:
    desk = Desk(database)
    desk.bring("approved")
    for _ in range(3):
        desk.open()
    assert desk.offenders.account("ann")["uploads"] == 1
    desk.open("link:c", "bob")
    desk.open("link:c", "bob", OTHER_SHA)
    assert desk.offenders.account("bob")["uploads"] == 2
    (held,) = desk.queue.page({"holder": "bob", "states": ["pending"]})["cases"]
    assert (held["subject"], held["account_id"]) == ("link:c", "bob")


def case_a_day_has_so_many_calls_and_no_more(database: Database) -> None:
    desk = Desk(database)
    assert desk.budget.spend(3, 5) == {"granted": True, "day": "2026-01-01", "spent": 3, "left": 2}
    assert desk.budget.spend(3, 5) == {"granted": False, "day": "2026-01-01", "spent": 3, "left": 2}
    assert desk.budget.spend(2, 5)["granted"]
    assert not desk.budget.spend(1, 5)["granted"]
    assert desk.budget.spend(1, 4) == {"granted": False, "day": "2026-01-01", "spent": 5, "left": 0}
    desk.now += DAY
    assert desk.budget.spend(1, 5)["left"] == 4
    assert desk.budget.days() == {"2026-01-02": 1, "2026-01-01": 5}
    # What was not sent comes back to the day it was taken from, tries that were not foreseen are added.
    desk.budget.settle("2026-01-01", 3, 1)
    desk.budget.settle("2026-01-02", 1, 3)
    assert not desk.budget.settle("2025-01-01", 1, 3)
    assert desk.budget.days() == {"2026-01-02": 3, "2026-01-01": 3}
    desk.budget.settle("2026-01-02", 9, 0)
    desk.budget.settle("2026-01-01", 0, 2)
    assert desk.budget.days() == {"2026-01-02": 0, "2026-01-01": 5}
    assert desk.budget.spend(1, 5)["granted"]
    for _ in range(31):
        desk.now += DAY
        desk.budget.spend(1, 5)
    assert len(desk.budget.days()) == 31
    with raises(CaseworkInputError):
        desk.budget.spend(-1, 5)


def case_statistics_are_the_documented_ones_and_cases_by_state(database: Database) -> None:
    desk = Desk(database)
    desk.bring("approved", "asset:a")
    desk.bring("flagged", "asset:b")
    desk.decide("reject", "asset:b")
    found = desk.ledger.statistics()
    cases = found.pop("cases")
    assert found == {
        "total_scans": 2,
        "approved": 1,
        "rejected": 0,
        "flagged": 1,
        "approval_rate": 50.0,
        "rejection_rate": 0.0,
        "flag_rate": 50.0,
    }
    assert {state: n for state, n in cases.items() if n} == {"approved": 1, "rejected": 1}


def case_a_checkpoint_is_a_signed_record_of_the_chain(database: Database) -> None:
    desk = Desk(database)
    desk.bring("approved")
    made = sign_head(desk.trail, "k1", KEY["k1"])
    assert made is not None
    assert made["seq"] == 2
    assert sign_head(desk.trail, "k1", KEY["k1"]) == made, "nothing came since"
    proof = desk.prove(kept=dict(made))
    assert (proof.ok, proof.records, proof.checkpoints, proof.signed_seq) == (True, 3, 1, 2)
    assert prove(desk.trail, {}).signed_seq == 0
    desk.decide("take_down")
    other = sign_head(desk.trail, "k2", "another secret of the tests")
    assert other is not None
    unproved = desk.prove()
    assert (unproved.ok, unproved.broken_seq) == (False, 5)
    both = {**KEY, "k2": "another secret of the tests"}
    assert prove(desk.trail, both).signed_seq == other["seq"] == 4
    forged = prove(desk.trail, {**both, "k1": "not the secret of them"})
    assert (forged.ok, forged.broken_seq) == (False, 3)
    with raises(CaseworkInputError):
        sign_head(desk.trail, "k1", "short")
    unreadable: list[Any] = [
        {**made, "signature": "0" * 64},
        {**made, "at": None},
        {"seq": 2},
        [2, made["hash"]],
    ]
    del unreadable[1]["at"]
    for kept in unreadable:
        with raises(CaseworkInputError):
            prove(desk.trail, KEY, kept)
    assert prove(desk.trail, both, {"seq": 2, "hash": made["hash"]}).to_wire()["ok"]


def case_a_ledger_written_anew_is_found_by_its_checkpoints(database: Database) -> None:
    desk = Desk(database)
    desk.bring("rejected")
    kept = sign_head(desk.trail, "k1", KEY["k1"])
    assert kept is not None
    tables = ("moderation_audit", "moderation_audit_head", "case_witnesses", "cases", "case_holders")
    for table in (*tables, "moderation_scans"):
        database.execute(f"DELETE FROM {table}")  # noqa: S608 - ours
    forger = Desk(database)
    forger.bring("approved")
    # The copy's whole: only what was kept elsewhere, or the missing signature, tells.
    assert forger.prove().ok
    assert forger.prove().signed_seq == 0
    assert not forger.prove(kept=dict(kept)).ok
    sign_head(forger.trail, "k1", "not the secret of them")
    assert forger.prove().broken_seq == 3


def case_a_true_checkpoint_of_another_chain_does_not_help_a_forger(database: Database) -> None:
    desk = Desk(database)
    desk.bring("rejected")
    kept = sign_head(desk.trail, "k1", KEY["k1"])
    assert kept is not None
    desk.trail.add("checkpoint", kept)
    proof = desk.prove()
    assert (proof.ok, proof.broken_seq) == (False, 4)


def case_a_table_can_grow_a_column(database: Database) -> None:
    desk = Desk(database)
    desk.bring("approved")
    database.execute("ALTER TABLE cases ADD COLUMN remark TEXT")
    assert desk.prove().ok
    database.execute("UPDATE cases SET remark = 'mine'")
    assert desk.prove().broken_seq == 2


def case_each_kind_of_row_is_proved(database: Database) -> None:
    desk = Desk(database)
    desk.bring("approved")
    desk.report("x")
    desk.blocked.block(SHA, "known", "mo")
    tampering = {
        "cases": [
            "state = 'pending'",
            "reason = ''",
            "account_id = 'eve'",
            "reports = 0",
            "claimed_by = 'me'",
        ],
        "case_holders": ["uploads = 9", "account_id = 'eve'", "first_at = 0"],
        "case_reports": ["text = ''", "reporter = 'z'", "number = 99"],
        "blocked_hashes": [f"hash = '{OTHER_SHA}'", "reason = ''", "kind = 'alike'"],
        "moderation_scans": ["scans = 9", "decision = 'flagged'"],
        "case_witnesses": ["seq = 99", "seq = seq - 1", "row_key = row_key || ' '"],
    }
    speaking = {"cases": 3, "case_holders": 1, "case_reports": 3, "blocked_hashes": 4, "moderation_scans": 2}
    for table, changes in tampering.items():
        for change in [*changes, None]:
            before = database.execute(f"SELECT * FROM {table}")  # noqa: S608 - ours
            database.execute(f"UPDATE {table} SET {change}" if change else f"DELETE FROM {table}")  # noqa: S608 - ours
            proof = desk.prove()
            assert not proof.ok, (table, change)
            if table in speaking:
                assert (proof.broken_seq, table in proof.row) == (speaking[table], True), (table, change)
            database.execute(f"DELETE FROM {table}")  # noqa: S608 - ours
            for row in before:
                marks = ", ".join("?" * len(row))
                database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", *row.values())  # noqa: S608 - ours
            assert desk.prove().ok, (table, change)


def case_a_row_that_is_put_back_to_what_it_was_is_found(database: Database) -> None:
    desk = Desk(database)
    desk.bring("approved")
    before = database.execute("SELECT * FROM cases")[0]
    witness = database.execute("SELECT * FROM case_witnesses WHERE row_key LIKE '%\"cases\"%'")[0]
    desk.decide("take_down")
    for name, value in before.items():
        database.execute(f"UPDATE cases SET {name} = ?", value)  # noqa: S608 - ours
    assert desk.prove().broken_seq == 3
    database.execute(
        "UPDATE case_witnesses SET seq = CAST(? AS INTEGER) WHERE row_key = ?",
        witness["seq"],
        witness["row_key"],
    )
    assert desk.prove().broken_seq == 3


def case_a_table_that_is_gone_is_found(database: Database) -> None:
    desk = Desk(database)
    desk.bring("approved")
    desk.report("x")
    database.execute("DROP TABLE case_reports")
    proof = desk.prove()
    assert (proof.ok, proof.broken_seq, "case_reports" in proof.row) == (False, 3, True)


def case_a_ledger_without_reports_and_blocked_hashes_is_proved(database: Database) -> None:
    ledger = LedgerStore(database, clock=lambda: 0.0)
    ledger.open("o", "asset:a", "ann", SHA)
    assert prove(ledger.trail, {}).ok


def case_a_row_that_nobody_recorded_is_found(database: Database) -> None:
    desk = Desk(database)
    desk.bring("approved")
    database.execute(
        "INSERT INTO blocked_hashes (hash, kind, reason, moderator, at) VALUES (?, 'exact', '', 'me', 0)",
        OTHER_SHA,
    )
    proof = desk.prove()
    assert (proof.ok, proof.broken_seq, OTHER_SHA in proof.row) == (False, None, True)


def case_a_row_with_a_name_that_is_no_text_is_found(database: Database) -> None:
    desk = Desk(database)
    desk.bring("approved")
    database.execute("INSERT INTO moderation_scans (decision, scans) VALUES (?, 1)", b"\x00")
    assert "moderation_scans" in desk.prove().row
    database.execute("UPDATE moderation_scans SET decision = NULL WHERE scans = 1 AND decision = ?", b"\x00")
    assert "moderation_scans" in desk.prove().row


def case_old_payloads_go_and_everything_is_still_proved(database: Database) -> None:
    desk = Desk(database)
    desk.bring("approved")
    desk.bring("rejected", "asset:b", "bob", OTHER_SHA)
    desk.report("x")
    desk.decide("take_down", reason="bare indeed")
    desk.blocked.block(SHA, "known", "mo")
    desk.blocked.unblock(SHA, "forgiven", "mo")
    sign_head(desk.trail, "k1", KEY["k1"])
    desk.now += 10 * DAY
    desk.open("asset:c", sha256="7c" * 32)
    assert retain(desk.trail, "keep", 10) == {"redacted": 0, "carried": 0, "reports": 0, "more": False}
    desk.now += DAY
    done = retain(desk.trail, "forget", 10)
    assert (done["redacted"], done["reports"], done["more"]) == (8, 1, False)
    assert retain(desk.trail, "forget", 1) == {"redacted": 0, "carried": 0, "reports": 0, "more": False}
    with raises(EventConflictError):
        retain(desk.trail, "event-1", 10)
    assert desk.prove().ok
    assert desk.prove().signed_seq == 8
    assert desk.complaints.reports("asset:a") == []
    left = database.execute("SELECT count(*) AS n FROM moderation_audit WHERE payload LIKE '%bare indeed%'")
    assert left == [{"n": 0}]
    assert [record["kind"] for record in records(desk.trail.audit)][:4] == [
        "opened",
        "scan",
        "opened",
        "scan",
    ]
    assert desk.ledger.open("event-1", "asset:a", "ann", SHA).outcome is Outcome.REPEATED
    assert desk.case("asset:b")["state"] == "rejected"
    assert desk.appeal("asset:b", "bob") == "changed"
    assert desk.prove().ok
    desk.now += 11 * DAY
    retain(desk.trail, "again", 10)
    assert desk.prove().ok
    database.execute("UPDATE cases SET state = 'approved' WHERE subject = 'asset:b'")
    assert "asset:b" in desk.prove().row


def case_a_report_that_nobody_settled_is_not_forgotten(database: Database) -> None:
    desk = Desk(database)
    desk.bring("approved")
    desk.report("x")
    desk.now += 11 * DAY
    assert retain(desk.trail, "one", 10)["reports"] == 0
    assert desk.prove().ok
    desk.decide("take_down")
    assert retain(desk.trail, "two", 10)["reports"] == 1
    assert desk.complaints.reports("asset:a") == []
    assert desk.prove().ok


def case_forgetting_does_not_launder_a_row_that_was_changed(database: Database) -> None:
    desk = Desk(database)
    desk.bring("rejected")
    desk.now += 11 * DAY
    database.execute("UPDATE cases SET state = 'approved'")
    with raises(BrokenLedgerError):
        retain(desk.trail, "forget", 10)
    assert desk.trail.audit.head().seq == 2
    assert desk.prove().broken_seq == 2


def case_forgetting_is_done_in_portions(database: Database) -> None:
    desk = Desk(database)
    audit: AuditStore = desk.trail.audit
    desk.bring("approved")

    def fill() -> None:
        for number in range(MOST_RECORDS):
            audit.append("note", f"note-{number}", {"asset_id": "asset:a", "decision": None})

    database.transaction(fill)
    desk.now += 11 * DAY
    first = retain(desk.trail, "one", 10)
    assert (first["redacted"], first["more"]) == (MOST_RECORDS, True)
    second = retain(desk.trail, "two", 10)
    assert (second["redacted"], second["more"]) == (2, False)
    assert retain(desk.trail, "three", 10)["redacted"] == 0
    assert desk.prove().ok


def case_the_trail_is_exported_whole_and_harmless(database: Database) -> None:
    desk = Desk(database)
    desk.bring("flagged")
    desk.now += DAY
    desk.decide("reject", moderator="=cmd()", reason='-1+1, "quoted"\nnext', notes="@SUM(A1)")
    rows = [json.loads(line) for line in json_lines(records(desk.trail.audit))]
    assert [row["seq"] for row in rows] == [1, 2, 3]
    assert rows[2]["payload"]["reason"] == '-1+1, "quoted"\nnext'
    text = "".join(csv_lines(records(desk.trail.audit)))
    parsed = [cells for _, cells in csv_records(text)]
    last = dict(zip(parsed[0], parsed[3], strict=True))  # type: ignore[arg-type]
    assert (last["moderator"], last["reason"], last["notes"]) == (
        "'=cmd()",
        '\'-1+1, "quoted"\nnext',
        "'@SUM(A1)",
    )
    assert (last["subject"], last["decision"]) == ("asset:a", "rejected")
    only = list(records(desk.trail.audit, "2026-01-02", "2026-01-02"))
    assert [record["seq"] for record in only] == [3]
    desk.trail.audit.redact("clear", "asset:a")
    assert [record["payload"] for record in records(desk.trail.audit)][:3] == [None] * 3
    assert ",yes," in "".join(csv_lines(records(desk.trail.audit)))
    for wrong in ({"format": "xml"}, {"start": "soon"}, {"start": "2026-02-01", "end": "2026-01-01"}):
        with raises(CaseworkInputError):
            export_page(desk.trail.audit, wrong)


def case_pages_of_an_export_are_its_parts(database: Database) -> None:
    desk = Desk(database)
    database.transaction(lambda: [desk.open(f"asset:{number}") for number in range(1_001)])
    whole = {"jsonl": json_lines, "csv": csv_lines}
    for name, write in whole.items():
        parts, after = [], None
        while True:
            page = export_page(desk.trail.audit, {"format": name, "after": after})
            parts.append(page["text"])
            after = page["next"]
            if after is None:
                break
        assert len(parts) == 3
        assert "".join(parts) == "".join(write(records(desk.trail.audit)))


def case_what_makes_no_sense_is_refused_and_changes_nothing(database: Database) -> None:
    desk = Desk(database)
    desk.open()
    head = desk.trail.audit.head()
    for subject in ("", "asset:", "page:x", "asset:a b", "asset:" + "x" * 181):
        with raises(CaseworkInputError):
            desk.open(subject)
    for more in (
        {"decision": "fine"},
        {"sha256": "x"},
        {"scores": {"nsfw": 2}},
        {"scores": {"nsfw": float("nan")}},
        {"categories": ["x"] * 33},
        {"thresholds": {"x": "y" * 20_000}},
        {"reason": "\ud800"},
        {"model": "m" * 201},
    ):
        with raises(CaseworkInputError):
            desk.ledger.scan("e", "asset:a", verdict("approved") | more)
    for wanted in ({"step": "scan_approves", "moderator": "mo"}, {"step": "approve"}, {"moderator": "mo"}):
        with raises(CaseworkInputError):
            desk.ledger.decide("e", "asset:a", wanted)
    with raises(CaseworkInputError):
        desk.ledger.open("#1", "asset:a", "ann", SHA)
    with raises(CaseworkInputError):
        desk.queue.claim("asset:a", "mo", 0)
    assert desk.trail.audit.head() == head

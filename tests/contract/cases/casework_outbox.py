"""The ledger's outbox: what owners have not heard, what nobody looks at, and cases whose content is gone."""

from __future__ import annotations

from casework import CaseworkInputError, LedgerStore, prove
from casework.cases import CaseStore
from casework.trail import Trail
from sql_port import Database, migrate
from tests.contract.cases import raises
from tests.contract.cases.casework import KEY, OTHER_SHA, SHA, Desk, verdict


def due(desk: Desk, subject: str = "asset:a") -> int:
    return desk.ledger.due(subject)["seq"]


def listed(desk: Desk, limit: int = 10) -> list[str]:
    return [one["subject"] for one in desk.ledger.cases.outbox.unenforced(limit)]


def settle(desk: Desk, subject: str = "asset:a") -> bool:
    return desk.ledger.cases.outbox.enforced(subject, due(desk, subject))


def case_every_change_of_standing_is_due_until_its_owner_has_heard(database: Database) -> None:
    desk = Desk(database)
    desk.open()
    assert desk.scan("pending") == "changed"
    assert (due(desk), listed(desk)) == (0, [])
    desk.scan("approved")
    seq = due(desk)
    assert (seq, desk.case()["standing_seq"], listed(desk)) == (3, 3, ["asset:a"])
    assert not desk.ledger.cases.outbox.enforced("asset:a", seq - 1)
    assert settle(desk)
    assert not desk.ledger.cases.outbox.enforced("asset:a", seq)
    assert (due(desk), listed(desk), desk.case()["standing_seq"]) == (0, [], seq)
    assert database.execute("SELECT kind FROM moderation_audit WHERE seq = 4") == [{"kind": "enforced"}]
    desk.decide("take_down", reason="a wound")
    assert due(desk) == 5
    assert desk.prove().ok


def case_a_later_decision_is_not_settled_by_having_heard_of_an_earlier_one(database: Database) -> None:
    desk = Desk(database)
    desk.bring("approved")
    first = due(desk)
    desk.decide("take_down")
    assert not desk.ledger.cases.outbox.enforced("asset:a", first)
    assert due(desk) > first
    assert settle(desk)


def case_what_leaves_standing_and_reason_alone_is_not_due(database: Database) -> None:
    desk = Desk(database)
    desk.bring("rejected")
    settle(desk)
    assert desk.appeal() == "changed"
    assert due(desk) == 0
    assert desk.decide("uphold") == "changed"
    assert due(desk) == 0


def case_another_reason_for_the_same_standing_is_due(database: Database) -> None:
    desk = Desk(database)
    desk.bring("rejected")
    settle(desk)
    desk.appeal()
    desk.decide("uphold", reason="still nudity")
    assert due(desk) == 5


def case_reports_that_reopen_a_case_are_due(database: Database) -> None:
    desk = Desk(database)
    desk.bring("approved")
    settle(desk)
    desk.report("x")
    assert due(desk) == 0
    desk.report("y")
    assert desk.state() == ("flagged", "flagged")
    assert due(desk) == 5


def case_the_list_rotates_so_that_what_fails_lets_others_pass(database: Database) -> None:
    desk = Desk(database)
    for name in "abc":
        desk.bring("flagged", f"asset:{name}")
    assert listed(desk, 2) == ["asset:a", "asset:b"]
    desk.now += 1
    assert listed(desk, 2) == ["asset:c", "asset:a"]
    desk.now += 1
    desk.decide("approve", "asset:b")
    assert listed(desk, 1) == ["asset:b"]
    with raises(CaseworkInputError):
        listed(desk, 0)


def case_cases_that_wait_too_long_are_listed_once_a_span(database: Database) -> None:
    desk = Desk(database)

    def waiting(seconds: float, limit: int = 10) -> list[str]:
        found = desk.ledger.cases.outbox.waiting(desk.now - seconds, limit)
        assert all(one["account_id"] == "ann" and one["round"] == 1 for one in found)
        return [one["subject"] for one in found]

    desk.open("asset:a")
    desk.now += 60
    desk.open("link:b")
    desk.bring("flagged", "asset:c")
    assert waiting(60) == []
    desk.now += 700
    assert waiting(600, 1) == ["asset:a"]
    assert waiting(600) == ["link:b"]
    assert waiting(600) == []
    desk.now += 601
    desk.scan("approved")
    assert waiting(600) == ["link:b"]
    assert [row["subject"] for row in database.execute("SELECT subject FROM case_reminders")] == ["link:b"]


def doubt(desk: Desk, decision: str = "rejected", **more: str) -> str:
    told = verdict(decision, reason="slurs", account_id="bob", **more)
    return desk.ledger.doubt(desk.event(), "asset:a", told).outcome.value


def case_words_have_a_person_look_at_an_approved_case_and_hide_nothing(database: Database) -> None:
    desk = Desk(database)
    desk.open()

    assert doubt(desk) == "illegal"
    desk.scan("approved")
    settle(desk)
    decided = {name: desk.case()[name] for name in ("decided_by", "decided_at")}
    desk.now += 60
    assert doubt(desk, sha256=OTHER_SHA) == "stale"
    assert doubt(desk, "pending") == "changed"
    assert (desk.state(), desk.case()["reason"], due(desk)) == (("approved", "approved"), "nudity", 0)
    assert doubt(desk) == "changed"
    assert desk.state() == ("doubted", "approved")
    assert (desk.case()["reason"], due(desk)) == ("slurs", 5)
    payload = desk.ledger.history("asset:a")[0]["payload"]
    assert (payload["decision"], payload["account_id"]) == ("flagged", "bob")
    assert [one["subject"] for one in desk.queue.page({})["cases"]] == ["asset:a"]
    # Another doubt is recorded, and takes neither the turn in the queue nor the claim from anybody.
    assert desk.queue.claim("asset:a", "mo", 600).outcome == "changed"
    since = desk.case()["waiting_since"]
    desk.now += 60
    assert doubt(desk) == "changed"
    assert (desk.case()["waiting_since"], desk.case()["claimed_by"]) == (since, "mo")
    assert {name: desk.case()[name] for name in decided} == decided
    assert desk.ledger.doubt("other", "asset:b", verdict("flagged", account_id="bob")).outcome == "unknown"
    assert desk.prove().ok


def case_a_doubt_is_dismissed_or_found_right_and_the_approval_stays(database: Database) -> None:
    desk = Desk(database)
    desk.bring("approved")
    settle(desk)
    doubt(desk)
    settle(desk)
    desk.now += 60
    # Who approves looked at the words as well: their owner has to hear of that.
    assert desk.decide("approve") == "changed"
    assert (desk.state(), desk.case()["decided_by"], due(desk)) == (("approved", "approved"), "mo", 6)
    settle(desk)
    decided_at = desk.case()["decided_at"]
    doubt(desk)
    settle(desk)
    desk.now += 60
    assert desk.decide("uphold") == "changed"
    assert (desk.state(), desk.case()["decided_at"], due(desk)) == (("approved", "approved"), decided_at, 0)
    assert desk.prove().ok


def case_reports_hide_what_a_machine_approved_and_not_what_a_person_did(database: Database) -> None:
    desk = Desk(database)
    desk.bring("approved")
    doubt(desk)
    for reporter in "xy":
        desk.report(reporter)
    assert desk.state() == ("flagged", "flagged")
    desk.decide("approve")
    settle(desk)
    for reporter in "xyzuvw":
        desk.report(reporter)
    assert desk.state() == ("doubted", "approved")
    assert (desk.case()["reports"], due(desk) > 0) == (6, True)
    desk.decide("approve")
    assert (desk.state(), desk.case()["reports"]) == (("approved", "approved"), 0)
    assert desk.prove().ok


def case_a_case_whose_content_is_gone_waits_no_longer_and_begins_anew_with_it(database: Database) -> None:
    desk = Desk(database)

    def withdraw(subject: str = "asset:a") -> str:
        return desk.ledger.withdraw(desk.event(), subject).outcome.value

    assert withdraw() == "unknown"
    desk.open()
    assert withdraw() == "changed"
    assert desk.state() == ("withdrawn", "pending")
    assert (due(desk), withdraw(), desk.scan("approved")) == (0, "illegal", "illegal")
    assert desk.ledger.cases.outbox.waiting(desk.now + 1, 10) == []
    assert desk.open() == "changed"
    assert (desk.state(), desk.case()["round"]) == (("pending", "pending"), 2)
    desk.scan("flagged")
    assert (withdraw(), desk.state()) == ("changed", ("withdrawn", "flagged"))
    desk.bring("rejected", "asset:b")
    assert withdraw("asset:b") == "illegal"
    assert desk.prove().ok


def case_rows_from_before_the_outbox_are_still_proved(database: Database) -> None:
    trail = Trail(database, lambda: 1_767_225_600.0)
    migrate(database, "cases", CaseStore.MIGRATIONS[:-2])
    before = CaseStore.__new__(CaseStore)
    before._trail, before._database = trail, database
    before.begin("asset:a", "ann", SHA)
    held = before.hold("asset:a", "ann", is_new=True)
    before.record("opened", {"subject": "asset:a", "state": None}, {}, more_rows=[held], event_id="event-1")
    assert "standing_seq" not in database.execute("SELECT * FROM cases")[0]

    now = LedgerStore(database, clock=lambda: 1_767_225_601.0)
    assert prove(now.trail, KEY).ok
    assert now.due("asset:a")["seq"] == 0
    assert now.scan("event-2", "asset:a", verdict("approved")).outcome == "changed"
    assert prove(now.trail, KEY).ok

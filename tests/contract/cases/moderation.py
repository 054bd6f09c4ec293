"""The audit trail and the scan counts, wherever they are kept."""

from __future__ import annotations

from typing import Any

from moderation import AuditConflictError, AuditStore, Head, ModerationDecision, ScanCounts
from moderation.audit_chain import REDACTION, REVIEW, SCAN
from sql_port import Database
from tests.contract.cases import raises

NOW = 1_767_225_600.25


def _payload(asset_id: str, decision: str = "flagged", **more: Any) -> dict[str, Any]:
    return {"asset_id": asset_id, "decision": decision, "confidence": 0.5, "reasons": ["grüße 🎬"], **more}


def _store(database: Database, records: int = 0) -> AuditStore:
    store = AuditStore(database, clock=lambda: NOW)
    for number in range(1, records + 1):
        store.append(SCAN, f"event-{number}", _payload("even" if number % 2 == 0 else "odd"))
    return store


def case_an_empty_trail_is_proved_and_has_seq_zero(database: Database) -> None:
    store = _store(database)
    assert store.head().seq == 0
    assert store.verify().ok
    assert store.verify(store.head()).ok
    assert store.latest() == []
    assert store.find("nothing") is None


def case_records_are_chained_and_come_back_as_they_were(database: Database) -> None:
    store = _store(database)
    first = store.append(SCAN, "a", _payload("x", confidence=0.1))
    second = store.append(REVIEW, "b", _payload("x", "approved"))
    assert first["seq"] == 1
    assert isinstance(first["seq"], int)
    assert first["at"] == "2026-01-01T00:00:00.250000Z"
    assert second["previous_hash"] == first["hash"]
    assert store.find("a") == first
    assert store.latest() == [second, first]
    assert store.head() == Head(2, second["hash"])
    proof = store.verify()
    assert proof.ok
    assert proof.records == 2


def case_the_same_event_again_is_recorded_once(database: Database) -> None:
    store = _store(database)
    first = store.append(SCAN, "a", _payload("x"))
    assert store.append(SCAN, "a", _payload("x")) == first
    assert store.head().seq == 1
    with raises(AuditConflictError):
        store.append(SCAN, "a", _payload("y"))
    with raises(AuditConflictError):
        store.append(REVIEW, "a", _payload("x"))
    assert store.head().seq == 1


def case_the_trail_is_filtered_and_limited(database: Database) -> None:
    store = _store(database, 6)
    store.append(REVIEW, "review", _payload("odd", "approved"))
    assert [record["seq"] for record in store.latest("odd")] == [7, 5, 3, 1]
    assert [record["seq"] for record in store.latest("odd", "flagged", 2)] == [5, 3]
    assert [record["seq"] for record in store.latest(decision="approved")] == [7]
    assert store.latest(limit=0) == []


def case_a_span_of_time_includes_both_ends(database: Database) -> None:
    moments = iter([10.0, 20.0, 30.0])
    store = AuditStore(database, clock=lambda: next(moments))
    for number in range(3):
        store.append(SCAN, f"{number}", _payload("x"))
    start, end = "1970-01-01T00:00:20.000000Z", "1970-01-01T00:00:30.000000Z"
    assert [record["seq"] for record in store.between(start, end)] == [2, 3]
    assert [record["seq"] for record in store.between(None, start)] == [1, 2]
    assert len(store.between()) == 3


def case_redaction_erases_the_content_and_keeps_the_proof(database: Database) -> None:
    store = _store(database, 5)
    before = store.find("event-2")
    assert store.redact("clear", "even", actor="jane") == 2
    assert [record["seq"] for record in store.latest()] == [5, 3, 1]
    after = store.find("event-2")
    assert before is not None
    assert after == {**before, "payload": None}
    rows = database.execute("SELECT count(*) AS n FROM moderation_audit WHERE payload LIKE '%\"even\"%'")
    assert rows == [{"n": 1}], "only the redaction record may still name the asset"
    tombstone = store.find("clear")
    assert tombstone is not None
    assert tombstone["kind"] == REDACTION
    assert tombstone["payload"] == {
        "asset_id": "even",
        "decision": None,
        "moderator": "jane",
        "redacted": [[2, 2], [4, 4]],
    }
    assert store.verify().ok


def case_redaction_of_everything_leaves_redactions_and_can_be_followed_by_more(database: Database) -> None:
    store = _store(database, 3)
    assert store.redact("one", "even") == 1
    assert store.redact("two") == 2
    assert store.redact("three") == 0
    assert store.head().seq == 5, "nothing to erase is nothing to record"
    store.append(SCAN, "later", _payload("odd"))
    assert [record["seq"] for record in store.latest()] == [6]
    assert [record["seq"] for record in store.between()] == [4, 5, 6]
    assert store.verify().ok


def case_every_changed_column_breaks_the_record_it_is_in(database: Database) -> None:
    store = _store(database, 4)
    columns = {
        "at": "2020-01-01T00:00:00.000000Z",
        "kind": REVIEW,
        "event_id": "other",
        "asset_id": "somebody else's",
        "decision": "approved",
        "payload": '{"asset_id":"odd","decision":"flagged"}',
        "payload_hash": "0" * 64,
        "previous_hash": "0" * 64,
        "hash": "0" * 64,
    }
    for column, value in columns.items():
        (old,) = database.execute(f"SELECT {column} AS value FROM moderation_audit WHERE seq = 3")  # noqa: S608 - ours
        database.execute(f"UPDATE moderation_audit SET {column} = ? WHERE seq = 3", value)  # noqa: S608 - ours
        proof = store.verify()
        assert not proof.ok, column
        assert proof.broken_seq == 3, (column, proof)
        assert proof.records == 2, (column, proof)
        database.execute(f"UPDATE moderation_audit SET {column} = ? WHERE seq = 3", old["value"])  # noqa: S608 - ours
        assert store.verify().ok


def case_a_value_of_another_kind_breaks_its_record(database: Database) -> None:
    store = _store(database, 3)
    for column in ("at", "event_id", "payload", "hash"):
        (old,) = database.execute(f"SELECT {column} AS value FROM moderation_audit WHERE seq = 2")  # noqa: S608 - ours
        database.execute(f"UPDATE moderation_audit SET {column} = ? WHERE seq = 2", b"\x00\xff")  # noqa: S608 - ours
        assert store.verify().broken_seq == 2, column
        database.execute(f"UPDATE moderation_audit SET {column} = ? WHERE seq = 2", old["value"])  # noqa: S608 - ours


def case_removed_and_moved_records_are_found(database: Database) -> None:
    store = _store(database, 4)
    database.execute("DELETE FROM moderation_audit WHERE seq = 2")
    assert store.verify().broken_seq == 2
    database.execute("UPDATE moderation_audit SET seq = 2 WHERE seq = 3")
    database.execute("UPDATE moderation_audit SET seq = 3 WHERE seq = 4")
    assert store.verify().broken_seq == 2


def case_swapped_records_are_found(database: Database) -> None:
    store = _store(database, 4)
    for old, new in ((2, 99), (3, 2), (99, 3)):
        database.execute("UPDATE moderation_audit SET seq = CAST(? AS INTEGER) WHERE seq = ?", new, old)
    assert store.verify().broken_seq == 2


def case_the_first_record_cannot_go(database: Database) -> None:
    store = _store(database, 2)
    database.execute("DELETE FROM moderation_audit WHERE seq = 1")
    assert store.verify().broken_seq == 1


def case_a_cut_tail_is_found_by_the_head(database: Database) -> None:
    store = _store(database, 4)
    database.execute("DELETE FROM moderation_audit WHERE seq > 2")
    proof = store.verify()
    assert not proof.ok
    assert proof.broken_seq == 3


def case_a_cut_tail_with_a_forged_head_needs_a_checkpoint(database: Database) -> None:
    store = _store(database, 4)
    kept_elsewhere = store.head()
    earlier = store.find("event-2")
    assert earlier is not None
    database.execute("DELETE FROM moderation_audit WHERE seq > 2")
    database.execute("UPDATE moderation_audit_head SET seq = 2, hash = ?", earlier["hash"])
    assert store.verify().ok, "a consistent forgery can only be seen from outside"
    proof = store.verify(kept_elsewhere)
    assert not proof.ok
    assert proof.broken_seq == 3
    assert store.verify(Head(2, earlier["hash"])).ok


def case_a_rewritten_chain_does_not_hold_the_checkpoint(database: Database) -> None:
    store = _store(database, 3)
    assert store.verify(Head(2, "0" * 64)).broken_seq == 2
    assert store.verify(Head(0, "f" * 64)).ok is False


def case_a_tampered_head_is_found(database: Database) -> None:
    store = _store(database, 2)
    database.execute("UPDATE moderation_audit_head SET hash = ?", "0" * 64)
    assert store.verify().broken_seq == 2
    database.execute("DELETE FROM moderation_audit_head")
    assert not store.verify().ok


def case_a_payload_erased_behind_the_chains_back_is_found(database: Database) -> None:
    store = _store(database, 3)
    database.execute("UPDATE moderation_audit SET payload = NULL WHERE seq = 2")
    assert store.verify().broken_seq == 2, "still indexed"
    database.execute("UPDATE moderation_audit SET asset_id = NULL, decision = NULL WHERE seq = 2")
    proof = store.verify()
    assert proof.broken_seq == 2
    assert "redaction" in proof.problem


def case_a_payload_put_back_after_its_redaction_is_found(database: Database) -> None:
    store = _store(database, 3)
    (row,) = database.execute("SELECT payload, asset_id, decision FROM moderation_audit WHERE seq = 2")
    store.redact("clear", "even")
    database.execute(
        "UPDATE moderation_audit SET payload = ?, asset_id = ?, decision = ? WHERE seq = 2",
        row["payload"],
        row["asset_id"],
        row["decision"],
    )
    proof = store.verify()
    assert not proof.ok
    assert "record 2" in proof.problem


def case_a_long_chain_is_proved_page_by_page(database: Database) -> None:
    store = _store(database, 1_010)
    proof = store.verify(store.head())
    assert proof.ok
    assert proof.records == 1_010
    database.execute("UPDATE moderation_audit SET decision = 'approved' WHERE seq = 700")
    assert store.verify().broken_seq == 700


def case_a_failed_append_leaves_no_trace(database: Database) -> None:
    store = _store(database, 1)

    def work() -> None:
        store.append(SCAN, "undone", _payload("x"))
        raise KeyError("changed my mind")

    with raises(KeyError):
        database.transaction(work)
    assert store.head().seq == 1
    assert store.verify().ok
    with raises(ValueError):
        store.append(SCAN, "nan", {"asset_id": "x", "decision": "flagged", "confidence": float("nan")})
    assert store.head().seq == 1


def case_a_reopened_trail_goes_on(database: Database) -> None:
    _store(database, 2)
    store = AuditStore(database, clock=lambda: NOW)
    store.append(SCAN, "third", _payload("x"))
    assert store.verify().records == 3


def case_scans_are_counted_by_decision(database: Database) -> None:
    counts = ScanCounts(database)
    assert counts.statistics()["approval_rate"] == 0.0
    for decision in (
        ModerationDecision.APPROVED,
        ModerationDecision.FLAGGED,
        ModerationDecision.FLAGGED,
        ModerationDecision.REJECTED,
        ModerationDecision.PENDING,
        ModerationDecision.PENDING,
    ):
        counts.add(decision)
    assert ScanCounts(database).statistics() == {
        "total_scans": 6,
        "approved": 1,
        "rejected": 1,
        "flagged": 2,
        "approval_rate": 16.67,
        "rejection_rate": 16.67,
        "flag_rate": 33.33,
    }

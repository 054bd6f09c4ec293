"""The `ModerationLedger` object: exact under contention, and proved down to the last column."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.harness.local_edge import LocalEdge

SHA = "5a" * 32
KEYS = {"k1": "a secret of the tests"}
RECORD_COLUMNS = (
    "at",
    "kind",
    "event_id",
    "asset_id",
    "decision",
    "payload",
    "payload_hash",
    "previous_hash",
    "hash",
)


def call(product: LocalEdge, method: str, *arguments: Any) -> dict[str, Any]:
    return dict(product.object("ModerationLedger", "ledger", method, *arguments))


def tamper(product: LocalEdge, statement: str, *parameters: Any) -> None:
    product.sql("ModerationLedger", "ledger", statement, *parameters)


def verdict(decision: str) -> dict[str, Any]:
    return {"sha256": SHA, "decision": decision, "model": "omni-1", "thresholds": {"reject": 0.8}}


def bring(product: LocalEdge, decision: str, subject: str = "asset:a") -> None:
    call(product, "open", f"open {subject}", subject, "ann", SHA)
    assert call(product, "scan", f"scan {subject}", subject, verdict(decision))["outcome"] == "changed"


def verify(product: LocalEdge, kept: dict[str, Any] | None = None) -> dict[str, Any]:
    return call(product, "verify", KEYS, kept)


@pytest.fixture
def busy(product: LocalEdge) -> LocalEdge:
    """A ledger with a record of most kinds."""
    bring(product, "approved")
    call(product, "report", "r", "asset:a", {"reporter": "x", "category": "nsfw", "text": "bare"})
    call(product, "block", SHA, "known", "mo", None)
    assert call(product, "checkpoint", "k1", KEYS["k1"])["checkpoint"]["seq"] == 4
    taken_down = {"step": "take_down", "moderator": "mo", "reason": "bare", "notes": ""}
    assert call(product, "decide", "d", "asset:a", taken_down)["outcome"] == "changed"
    proof = verify(product)
    assert (proof["ok"], proof["records"], proof["signed_seq"]) == (True, 6, 4), proof
    return product


def test_a_case_goes_its_way_in_plain_dicts(product: LocalEdge) -> None:
    assert call(product, "read", "asset:a") == {"case": None}
    bring(product, "flagged")
    (waiting,) = call(product, "page", {"kind": "asset"})["cases"]
    assert (waiting["subject"], waiting["model"], waiting["thresholds"]) == (
        "asset:a",
        "omni-1",
        {"reject": 0.8},
    )
    many = [
        {"event_id": "d", "subject": "asset:a", "step": "reject", "moderator": "mo"},
        {"event_id": "e", "subject": "asset:b", "step": "reject", "moderator": "mo"},
        {"event_id": "f", "subject": "asset:b", "step": "dither", "moderator": "mo"},
    ]
    answers = call(product, "decide_many", many)["answers"]
    assert [one.get("outcome") or one["error"] for one in answers] == [
        "changed",
        "unknown",
        "invalid_casework_input",
    ]
    assert call(product, "appeal", "p", "asset:a", "ann", "it is a cat")["case"]["state"] == "appealed"
    assert call(product, "account", "ann")["refused"] == 1
    assert call(product, "offenders", 1, 10)["accounts"][0]["account_id"] == "ann"
    assert call(product, "brought", SHA)["uploads"][0]["standing"] == "rejected"
    assert call(product, "spread", 1, 10)["hashes"][0]["sha256"] == SHA
    assert call(product, "statistics")["cases"]["appealed"] == 1
    assert [event["kind"] for event in call(product, "history", "asset:a", 10)["events"]] == [
        "appeal",
        "review",
        "scan",
        "opened",
    ]
    assert verify(product)["ok"]


def test_what_goes_wrong_comes_back_as_a_value(product: LocalEdge) -> None:
    assert call(product, "open", "o", "page:x", "ann", SHA)["error"] == "invalid_casework_input"
    assert call(product, "page", {"cursor": "%%%"})["error"] == "invalid_cursor"
    bring(product, "flagged")
    again = call(product, "scan", "scan asset:a", "asset:a", verdict("approved"))
    assert again["error"] == "event_conflict"
    assert verify(product, {"seq": 1})["error"] == "invalid_casework_input"


def test_one_of_fifty_moderators_gets_a_case(product: LocalEdge) -> None:
    bring(product, "flagged")

    def claim(number: int) -> str:
        return str(call(product, "claim", "asset:a", f"moderator-{number}", 600)["outcome"])

    with ThreadPoolExecutor(50) as crowd:
        outcomes = list(crowd.map(claim, range(50)))
    assert sorted(outcomes) == ["changed"] + ["claimed"] * 49
    winner = f"moderator-{outcomes.index('changed')}"
    assert call(product, "read", "asset:a")["case"]["claimed_by"] == winner
    assert call(product, "release", "asset:a", winner)["outcome"] == "changed"


def test_one_of_many_decisions_on_a_case_counts(product: LocalEdge) -> None:
    bring(product, "flagged")

    def decide(number: int) -> str:
        wanted = {"step": ("approve", "reject")[number % 2], "moderator": "mo"}
        return str(call(product, "decide", f"decision-{number}", "asset:a", wanted)["outcome"])

    with ThreadPoolExecutor(20) as crowd:
        outcomes = list(crowd.map(decide, range(20)))
    assert sorted(outcomes) == ["changed"] + ["illegal"] * 19
    assert verify(product)["records"] == 3


def test_a_budget_is_not_exceeded_by_calls_at_once(product: LocalEdge) -> None:
    with ThreadPoolExecutor(20) as crowd:
        spent = list(crowd.map(lambda _: call(product, "spend", 2, 15)["granted"], range(20)))
    assert spent.count(True) == 7


@pytest.mark.parametrize("column", RECORD_COLUMNS)
@pytest.mark.parametrize("seq", [1, 3, 6])
def test_a_changed_record_is_named(busy: LocalEdge, column: str, seq: int) -> None:
    tamper(busy, f"UPDATE moderation_audit SET {column} = 'x' WHERE seq = CAST(? AS INTEGER)", seq)  # noqa: S608 - ours
    proof = verify(busy)
    assert (proof["ok"], proof["broken_seq"], proof["records"]) == (False, seq, seq - 1)


@pytest.mark.parametrize(
    ("statement", "broken_seq"),
    [
        ("DELETE FROM moderation_audit WHERE seq = 2", 2),
        ("DELETE FROM moderation_audit WHERE seq = 6", 6),
        ("UPDATE moderation_audit SET seq = 9 WHERE seq = 6", 6),
        ("UPDATE moderation_audit_head SET hash = 'x'", 6),
        ("UPDATE moderation_audit_head SET seq = 5", 6),
        ("DELETE FROM moderation_audit_head", 1),
        ("UPDATE cases SET state = 'approved'", 6),
        ("UPDATE cases SET standing = 'approved'", 6),
        ("UPDATE cases SET reason = ''", 6),
        ("DELETE FROM cases", 6),
        ("UPDATE case_holders SET account_id = 'eve'", 1),
        ("UPDATE case_reports SET text = ''", 3),
        ("DELETE FROM case_reports", 3),
        ("DELETE FROM blocked_hashes", 4),
        ("UPDATE moderation_scans SET scans = 0", 2),
        ("DELETE FROM case_witnesses WHERE seq = 4", 4),
    ],
)
def test_whatever_else_is_changed_is_named_too(busy: LocalEdge, statement: str, broken_seq: int) -> None:
    tamper(busy, statement)
    proof = verify(busy)
    assert (proof["ok"], proof["broken_seq"]) == (False, broken_seq), proof


def test_a_checkpoint_that_was_kept_shows_a_cut_ledger(busy: LocalEdge) -> None:
    kept = call(busy, "checkpoint", "k1", KEYS["k1"])["checkpoint"]
    assert verify(busy, kept)["ok"]
    product = busy
    product.reset()
    bring(product, "approved")
    assert verify(product)["ok"], "a new ledger is whole"
    assert not verify(product, kept)["ok"]


def test_the_trail_comes_out_page_by_page_and_old_payloads_stay_until_their_time(busy: LocalEdge) -> None:
    page = call(busy, "export", {"format": "jsonl"})
    assert [json.loads(line)["seq"] for line in page["text"].splitlines()] == [1, 2, 3, 4, 5, 6]
    assert page["next"] is None
    assert call(busy, "export", {"format": "csv", "after": 5})["text"].startswith("6,")
    assert call(busy, "retain", "retention", 30)["redacted"] == 0
    assert call(busy, "export", {"format": "pdf"})["error"] == "invalid_casework_input"


def test_a_blocked_hash_stops_content_and_its_likeness(product: LocalEdge) -> None:
    assert call(product, "match", SHA, None, 6) == {"match": None}
    assert call(product, "block", "00ff00ff00ff00ff", "known", "mo", "asset:a") == {"changed": True}
    near = call(product, "match", SHA, "00ff00ff00ff00fc", 6)["match"]
    assert (near["kind"], near["distance"]) == ("alike", 2)
    assert [row["hash"] for row in call(product, "blocked", "", 10)["hashes"]] == ["00ff00ff00ff00ff"]
    assert call(product, "unblock", "00ff00ff00ff00ff", "mistake", "mo") == {"changed": True}
    assert call(product, "match", SHA, "00ff00ff00ff00fc", 6) == {"match": None}
    assert call(product, "blocked_files", 10) == {"hashes": "[]"}
    assert call(product, "block", SHA, "known", "mo", "asset:a") == {"changed": True}
    assert call(product, "blocked_files", 10) == {"hashes": json.dumps([SHA])}
    assert verify(product)["ok"]

"""Reviews, the audit trail, statistics and exports of the documented pipeline."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from moderation import ModerationInputError, UnknownScanError
from tests.stubs.visual_scanner import Seen
from tests.unit.moderation.helpers import APPROVED, FLAGGED, PENDING, Make, moderate


def test_a_review_is_an_entry_of_its_own(make: Make) -> None:
    pipeline = make()
    result = moderate(pipeline, title="Funny cat")
    entry = pipeline.manual_review("asset", result.scan_id, APPROVED, "moderator_jane", "False positive")
    assert (entry.decision, entry.moderator, entry.notes, entry.event) == (
        APPROVED,
        "moderator_jane",
        "False positive",
        "review",
    )
    trail = pipeline.get_audit_trail("asset")
    assert trail[0] == entry
    assert (trail[1].decision, trail[1].moderator, trail[1].scan_id) == (FLAGGED, "automatic", result.scan_id)
    assert trail[1].reasons == result.reasons
    assert pipeline.get_statistics()["approved"] == 0, "reviews are no scans"
    assert pipeline.audit.verify().ok


def test_a_review_of_an_unknown_foreign_reviewed_or_cleared_scan_is_refused(make: Make) -> None:
    pipeline = make()
    result = moderate(pipeline, title="Funny cat")
    review = pipeline.manual_review("asset", result.scan_id, FLAGGED, "jane")
    event_id = pipeline.export_audit_trail()[-1]["event_id"]
    assert review.seq == 2
    for asset_id, scan_id in (("asset", "nothing"), ("other", result.scan_id), ("asset", event_id)):
        with pytest.raises(UnknownScanError) as caught:
            pipeline.manual_review(asset_id, scan_id, APPROVED, "jane")
        assert caught.value.code == "unknown_scan"
    pipeline.clear_audit_trail("asset")
    with pytest.raises(UnknownScanError):
        pipeline.manual_review("asset", result.scan_id, APPROVED, "jane")


@pytest.mark.parametrize(
    "wrong",
    [
        {"decision": PENDING},
        {"decision": "maybe"},
        {"decision": None},
        {"reviewer_id": " "},
        {"notes": None},
        {"notes": "x" * 10_001},
        {"scan_id": ""},
        {"asset_id": 7},
    ],
)
def test_a_malformed_review_is_refused(make: Make, wrong: dict[str, Any]) -> None:
    pipeline = make()
    scan_id = moderate(pipeline).scan_id
    review = {"asset_id": "asset", "scan_id": scan_id, "decision": APPROVED, "reviewer_id": "jane", **wrong}
    with pytest.raises(ModerationInputError):
        pipeline.manual_review(**review)
    assert len(pipeline.get_audit_trail()) == 1


def test_the_trail_is_filtered_limited_and_newest_first(make: Make) -> None:
    pipeline = make(Seen())
    for number in range(5):
        moderate(pipeline, asset_id=f"asset-{number % 2}", title="porn" if number == 4 else "cat")
    assert [entry.seq for entry in pipeline.get_audit_trail()] == [5, 4, 3, 2, 1]
    assert [entry.seq for entry in pipeline.get_audit_trail(limit=2)] == [5, 4]
    assert [entry.seq for entry in pipeline.get_audit_trail("asset-0", APPROVED)] == [3, 1]
    assert pipeline.get_audit_trail(limit=0) == []
    assert len(pipeline.get_audit_trail(limit=10**30)) == 5
    for wrong in ({"limit": -1}, {"limit": True}, {"limit": "5"}, {"decision": "maybe"}, {"asset_id": 1}):
        with pytest.raises(ModerationInputError):
            pipeline.get_audit_trail(**wrong)  # type: ignore[arg-type]


def test_statistics_are_exact_percentages_and_survive_a_clearing(make: Make) -> None:
    pipeline = make(Seen())
    assert pipeline.get_statistics()["flag_rate"] == 0.0
    for title in ("cat", "cat", "porn", "naked", "cat", "cat"):
        moderate(pipeline, title=title)
    expected = {
        "total_scans": 6,
        "approved": 4,
        "rejected": 1,
        "flagged": 1,
        "approval_rate": 66.67,
        "rejection_rate": 16.67,
        "flag_rate": 16.67,
    }
    assert pipeline.get_statistics() == expected
    pipeline.clear_audit_trail()
    assert pipeline.get_statistics() == expected


def test_clearing_one_asset_leaves_the_others_and_a_tombstone(make: Make) -> None:
    pipeline = make(Seen())
    moderate(pipeline, "kept", title="cat")
    moderate(pipeline, "gone", title="cat")
    pipeline.clear_audit_trail("gone", cleared_by="jane")
    assert [entry.asset_id for entry in pipeline.get_audit_trail()] == ["kept"]
    assert pipeline.get_audit_trail("gone") == []
    exported = pipeline.export_audit_trail()
    assert [entry["event"] for entry in exported] == ["scan", "redaction"]
    assert (exported[1]["moderator"], exported[1]["redacted"]) == ("jane", [[2, 2]])
    assert pipeline.audit.verify().ok
    pipeline.clear_audit_trail()
    assert pipeline.get_audit_trail() == []
    assert pipeline.audit.verify().ok
    with pytest.raises(ModerationInputError):
        pipeline.clear_audit_trail("")


def test_the_export_is_json_stable_and_enough_to_check_the_payload_hashes(make: Make) -> None:
    pipeline = make(Seen())
    moderate(pipeline, title="cat", metadata={"z": 1, "a": [True, None, "ü"]})
    moderate(pipeline, title="porn")
    exported = pipeline.export_audit_trail()
    assert exported == pipeline.export_audit_trail()
    assert json.loads(json.dumps(exported)) == exported
    assert [entry["seq"] for entry in exported] == [1, 2]
    chain = {"event", "event_id", "timestamp", "seq", "payload_hash", "previous_hash", "hash"}
    for entry in exported:
        payload = {name: value for name, value in entry.items() if name not in chain}
        text = json.dumps(payload, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == entry["payload_hash"]


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (None, None, [1, 2, 3]),
        ("2025-01-01T00:00:00", "2025-12-31T23:59:59", [1, 2]),
        ("2025-12-31T23:59:59", None, [2, 3]),
        (None, "2025-12-31", [1, 2]),
        ("2026-01-01", "2026-01-01", [3]),
        ("2025-06-01T02:00:00+02:00", "2025-06-01T00:00:00Z", [1]),
        ("2025-06-01T00:00:00.000001", "2025-12-31T23:59:59.4", []),
        ("2025-06-01T00:00:00.000001", "2025-12-31T23:59:59.5", [2]),
        ("0001-01-01", "9999-12-31", [1, 2, 3]),
        (None, "20251231", [1, 2]),
        (None, "20251231T23", [1]),
        ("0001-01-01", "9999-12-31T23:59:59.999999", [1, 2, 3]),
    ],
)
def test_an_export_spans_what_a_reader_would_expect(
    make: Make, start: str | None, end: str | None, found: list[int]
) -> None:
    moments = iter([1_748_736_000.0, 1_767_225_599.5, 1_767_225_600.0])
    pipeline = make(Seen(), clock=lambda: next(moments))
    for _ in range(3):
        moderate(pipeline, title="cat")
    assert [entry["seq"] for entry in pipeline.export_audit_trail(start, end)] == found


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("yesterday", None),
        (None, ""),
        (20_250_101, None),
        ("0001-01-01T00:00:00+23:00", None),
        ("2026-01-02", "2026-01-01"),
    ],
)
def test_a_span_that_makes_no_sense_is_refused(make: Make, start: Any, end: Any) -> None:
    with pytest.raises(ModerationInputError):
        make().export_audit_trail(start, end)

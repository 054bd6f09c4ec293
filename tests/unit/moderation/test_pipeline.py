"""The documented pipeline, end to end on a real database."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from moderation import (
    AuditStore,
    ContentCategory,
    ContentScanner,
    ModerationDecision,
    ModerationInputError,
    ModerationPipeline,
)
from sql_port import SqlError
from sql_port.sqlite import SqliteDatabase
from tests.stubs.visual_scanner import Eyes, Seen
from tests.unit.moderation.helpers import APPROVED, FLAGGED, PENDING, REJECTED, Make, moderate


def test_the_documented_parameters_come_first_with_their_defaults() -> None:
    def documented(method: Callable[..., object]) -> list[tuple[str, object]]:
        return [
            (name, parameter.default)
            for name, parameter in inspect.signature(method).parameters.items()
            if name != "self" and parameter.kind is not parameter.KEYWORD_ONLY
        ]

    empty = inspect.Parameter.empty
    assert documented(ModerationPipeline) == [
        ("strict_mode", True),
        ("auto_approve_threshold", 0.95),
        ("auto_reject_threshold", 0.80),
        ("enable_audit", True),
    ]
    assert documented(ModerationPipeline.moderate_content) == [
        ("asset_id", empty),
        ("file_path", empty),
        ("file_hash", empty),
        ("title", ""),
        ("tags", None),
        ("description", ""),
        ("metadata", None),
    ]
    assert documented(ModerationPipeline.manual_review) == [
        ("asset_id", empty),
        ("scan_id", empty),
        ("decision", empty),
        ("reviewer_id", empty),
        ("notes", ""),
    ]
    assert documented(ModerationPipeline.get_audit_trail) == [
        ("asset_id", None),
        ("decision", None),
        ("limit", 100),
    ]
    assert documented(ModerationPipeline.clear_audit_trail) == [("asset_id", None)]
    assert documented(ModerationPipeline.export_audit_trail) == [("start_time", None), ("end_time", None)]
    assert documented(ContentScanner.scan_metadata) == [("title", ""), ("tags", None), ("description", "")]
    assert documented(ContentScanner.scan_visual_content) == [("file_path", empty), ("file_hash", empty)]


def test_the_readme_example_is_flagged_because_nobody_looked(database: SqliteDatabase) -> None:
    result = ModerationPipeline(database=database).moderate_content(
        asset_id="abc123def456",
        file_path="uploads/funny_cat.gif",
        file_hash="a1b2c3d4...",
        title="Funny Cat GIF",
        tags=["cat", "funny", "pets"],
        description="A hilarious cat doing backflips",
    )
    assert result.decision is FLAGGED
    assert result.category is ContentCategory.UNKNOWN
    assert result.reasons == ["visual: no visual scanner is configured, so nobody has looked at the picture"]
    assert result.errors == []
    assert len(result.scan_id) == 32


def test_a_clean_asset_that_was_seen_is_approved(make: Make) -> None:
    result = moderate(make(Seen()), title="Funny cat", metadata={"source": "web"})
    assert result.decision is APPROVED
    assert result.confidence == 0.97
    assert result.category is ContentCategory.SAFE
    assert result.timestamp == "2026-01-01T00:00:00.500000Z"
    assert result.metadata == {"file_hash": "hash", "source": "web"}


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(
    ("seen", "decision"),
    [
        (RuntimeError("boom"), FLAGGED),
        (Seen(confidence=float("nan")), FLAGGED),
        (Seen(confidence=7), FLAGGED),
        (Seen(False, 0.0, ["down"], metadata={"error": "service_unreachable"}), PENDING),
        (Seen(False, 0.0, ["bad"], metadata={"error": "bad_image"}), FLAGGED),
        (Seen(True, 0.90), FLAGGED),
        (Seen(False, 0.95, ["nudity"], {"sexual": 0.95}), REJECTED),
        (Seen(False, 0.60, ["nudity"], {"sexual": 0.60}), FLAGGED),
    ],
)
def test_what_the_eyes_say_decides_and_an_error_never_approves(
    make: Make, seen: Seen | Exception, decision: ModerationDecision, strict: bool
) -> None:
    pipeline = make(seen, strict_mode=strict)
    result = moderate(pipeline, title="Funny cat")
    assert result.decision is decision
    failed = isinstance(seen, Exception) or "error" in seen.metadata or not 0 <= seen.confidence <= 1
    assert bool(result.errors) is failed
    (exported,) = pipeline.export_audit_trail()
    assert exported["errors"] == result.errors
    assert exported["verdicts"][1]["error"] == (result.errors[0].removeprefix("visual: ") if failed else "")


def test_a_text_scanner_that_breaks_flags(make: Make) -> None:
    class Broken(ContentScanner):
        def scan_metadata(self, *arguments: Any, **options: Any) -> Any:
            raise RuntimeError("no rules")

    result = moderate(make(scanner=Broken(visual_scanner=Eyes(Seen()))), title="cat")
    assert result.decision is FLAGGED
    assert result.errors == ["text: RuntimeError: no rules"]


def test_lenient_goes_by_the_text_when_nothing_can_look_but_not_by_nothing(make: Make) -> None:
    pipeline = make(strict_mode=False)
    assert moderate(pipeline, title="Funny cat").decision is APPROVED
    assert moderate(pipeline).decision is FLAGGED
    assert moderate(pipeline, title="porn").decision is REJECTED
    assert moderate(pipeline, title="naked").decision is FLAGGED
    assert moderate(make(Seen())).decision is APPROVED, "a picture without a title was seen"


def test_thresholds_and_mode_are_used_and_recorded(make: Make) -> None:
    pipeline = make(Seen(confidence=0.7), auto_approve_threshold=0.6, auto_reject_threshold=0.95)
    assert moderate(pipeline, title="cat").decision is APPROVED
    assert moderate(pipeline, title="porn").decision is FLAGGED
    assert pipeline.export_audit_trail()[0]["thresholds"] == {"approve": 0.6, "reject": 0.95, "strict": True}
    with pytest.raises(ModerationInputError, match="auto_reject_threshold"):
        make(auto_reject_threshold=80)


@pytest.mark.parametrize(
    "wrong",
    [
        {"asset_id": ""},
        {"asset_id": None},
        {"asset_id": "x" * 513},
        {"asset_id": "\ud800"},
        {"file_path": None},
        {"file_path": "x" * 4_097},
        {"file_hash": 7},
        {"title": None},
        {"tags": "cat"},
        {"description": []},
        {"metadata": []},
        {"metadata": {"x": float("nan")}},
        {"metadata": {"x": object()}},
        {"metadata": {"x": "y" * 20_000}},
    ],
)
def test_malformed_arguments_are_refused_and_leave_no_trace(make: Make, wrong: dict[str, Any]) -> None:
    pipeline = make(Seen())
    with pytest.raises(ModerationInputError):
        pipeline.moderate_content(**{"asset_id": "a", "file_path": "f", "file_hash": "h", **wrong})
    assert pipeline.get_statistics()["total_scans"] == 0
    assert pipeline.get_audit_trail() == []


def test_half_a_surrogate_in_the_title_is_scanned_and_recorded(make: Make) -> None:
    pipeline = make(Seen())
    assert moderate(pipeline, title="cat \ud83d").decision is APPROVED
    assert moderate(pipeline, title="po\ud83drn").decision is REJECTED
    assert pipeline.audit.verify().ok


def test_without_audit_scans_are_counted_and_reviews_returned_but_nothing_is_kept(make: Make) -> None:
    pipeline = make(Seen(), enable_audit=False)
    result = moderate(pipeline, title="cat")
    assert result.timestamp == "2026-01-01T00:00:00.500000Z"
    entry = pipeline.manual_review("asset", result.scan_id, REJECTED, "jane")
    assert (entry.decision, entry.seq, entry.timestamp) == (REJECTED, 0, result.timestamp)
    assert pipeline.get_audit_trail() == []
    assert pipeline.get_statistics()["total_scans"] == 1


def test_nothing_is_approved_when_it_cannot_be_recorded(make: Make, database: SqliteDatabase) -> None:
    pipeline = make(Seen())
    database.execute("DROP TABLE moderation_audit_head")
    with pytest.raises(SqlError):
        moderate(pipeline, title="cat")
    assert pipeline.get_statistics()["total_scans"] == 0


def test_many_threads_keep_one_exact_chain(make: Make, database: SqliteDatabase) -> None:
    lock = threading.Lock()
    ids = count(1)

    def token(size: int) -> str:
        with lock:
            return f"{next(ids):0{2 * size}x}"

    pipeline = ModerationPipeline(
        scanner=ContentScanner(visual_scanner=Eyes(Seen())), database=database, token_hex=token
    )

    def work(name: str) -> None:
        for _ in range(25):
            scan = moderate(pipeline, name, title="cat")
            pipeline.manual_review(name, scan.scan_id, REJECTED, name)
        pipeline.clear_audit_trail(name)

    threads = [threading.Thread(target=work, args=(f"asset-{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pipeline.get_statistics()["approved"] == 150
    proof = AuditStore(database).verify()
    assert proof.ok, proof
    assert proof.records == 6 * 51
    assert pipeline.get_audit_trail() == []

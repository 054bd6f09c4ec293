"""The documented pipeline: scan, decide, record, review."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from moderation.audit_chain import REVIEW, SCAN, canonical_json
from moderation.audit_store import AuditRecord, AuditStore
from moderation.counts import ScanCounts, Statistics
from moderation.decisions import Assessment, Verdict, assess, verdict_of
from moderation.model import (
    AuditEntry,
    ContentCategory,
    ModerationDecision,
    ModerationInputError,
    ModerationResult,
    Thresholds,
    UnknownScanError,
)
from moderation.scanner import ContentScanner, text_fields
from moderation.timestamps import range_end, range_start, timestamp
from sql_port import MAX_INTEGER, in_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sql_port import Database

AUTOMATIC = "automatic"
"""The moderator of entries that a scan made."""
MAX_ID_CHARACTERS = 512
MAX_PATH_CHARACTERS = 4_096
MAX_NOTES_CHARACTERS = 10_000
MAX_METADATA_CHARACTERS = 16_384


def _token_hex(size: int) -> str:
    import secrets  # noqa: PLC0415 - a Worker has no entropy while it imports modules

    return secrets.token_hex(size)


class ModerationPipeline:
    """Decides about content and keeps the record; safe to share between threads.

    Strict, the default, sends to a person whatever was not positively found clean, a picture that nobody
    looked at included. Lenient goes by the text alone when no visual scanner is configured. In both an error
    never approves: it flags, or leaves pending what a retry may settle. A record that cannot be written
    raises, so that nothing is approved without one.
    """

    def __init__(
        self,
        strict_mode: bool = True,
        auto_approve_threshold: float = 0.95,
        auto_reject_threshold: float = 0.80,
        enable_audit: bool = True,
        *,
        scanner: ContentScanner | None = None,
        database: Database | None = None,
        clock: Callable[[], float] = time.time,
        token_hex: Callable[[int], str] = _token_hex,
    ) -> None:
        self.strict_mode = strict_mode
        self.thresholds = Thresholds(auto_approve_threshold, auto_reject_threshold)
        self.enable_audit = enable_audit
        self.scanner = scanner or ContentScanner()
        self._database = database or in_process()
        self._clock = clock
        self._token_hex = token_hex
        self.audit = AuditStore(self._database, clock=clock)
        self._counts = ScanCounts(self._database)

    def moderate_content(
        self,
        asset_id: str,
        file_path: str,
        file_hash: str,
        title: str = "",
        tags: Iterable[str] | None = None,
        description: str = "",
        metadata: Mapping[str, Any] | None = None,
    ) -> ModerationResult:
        """Scan one asset, decide, record it; raise ModerationInputError for arguments of the wrong kind.

        `metadata` is recorded, not scanned: publish none of it unscanned.
        """
        _check_text("asset_id", asset_id, required=True)
        _check_text("file_path", file_path, required=False, longest=MAX_PATH_CHARACTERS)
        _check_text("file_hash", file_hash, required=False)
        extra = _check_metadata(metadata)
        tag_list = None if tags is None else [text for _, text in text_fields(tags=tags)]
        has_text = bool(text_fields(title, tag_list, description))
        text = verdict_of("text", lambda: self.scanner.scan_metadata(title, tag_list, description))
        visual = verdict_of("visual", lambda: self.scanner.scan_visual_content(file_path, file_hash))
        found = assess(text if has_text else None, self._seen(visual), self.thresholds, self.strict_mode)
        scan_id = self._token_hex(16)
        payload = _scan_payload(asset_id, scan_id, file_hash, found, extra)
        payload["verdicts"] = [_verdict_data(verdict) for verdict in (text, visual)]
        payload["thresholds"] = {
            "approve": self.thresholds.approve,
            "reject": self.thresholds.reject,
            "strict": bool(self.strict_mode),
        }

        def record() -> str:
            self._counts.add(found.decision)
            if not self.enable_audit:
                return timestamp(self._clock())
            return self.audit.append(SCAN, scan_id, payload)["at"]

        at = self._database.transaction(record)
        return ModerationResult(
            asset_id=asset_id,
            decision=found.decision,
            confidence=found.confidence,
            reasons=list(found.reasons),
            scan_id=scan_id,
            category=found.category,
            timestamp=at,
            errors=list(found.errors),
            metadata={"file_hash": file_hash, **extra},
        )

    def manual_review(
        self, asset_id: str, scan_id: str, decision: ModerationDecision, reviewer_id: str, notes: str = ""
    ) -> AuditEntry:
        """Record a person's decision on a scan and return the entry.

        The decision is APPROVED, REJECTED, or FLAGGED for a second opinion. Raises UnknownScanError when the
        trail has no such scan of that asset, or its record was cleared; with `enable_audit=False` there is no
        trail to ask, and the entry is returned without being kept.
        """
        _check_text("asset_id", asset_id, required=True)
        _check_text("scan_id", scan_id, required=True)
        _check_text("reviewer_id", reviewer_id, required=True)
        _check_text("notes", notes, required=False, longest=MAX_NOTES_CHARACTERS)
        chosen = _check_decision(decision)
        if chosen is ModerationDecision.PENDING:
            raise ModerationInputError("a review approves, rejects or flags; it cannot leave content pending")
        payload: dict[str, Any] = {
            "asset_id": asset_id,
            "scan_id": scan_id,
            "decision": chosen.value,
            "moderator": reviewer_id,
            "notes": notes,
            "category": ContentCategory.UNKNOWN.value,
            "confidence": 1.0,
            "reasons": [],
        }
        if not self.enable_audit:
            return _entry(payload, timestamp(self._clock()), REVIEW)

        def record() -> AuditEntry:
            scan = self.audit.find(scan_id)
            fields = scan["payload"] if scan and scan["kind"] == SCAN else None
            if fields is None or fields["asset_id"] != asset_id:
                raise UnknownScanError(f"the audit trail has no scan {scan_id!r} of asset {asset_id!r}")
            payload["category"] = fields["category"]
            return entry_of(self.audit.append(REVIEW, self._token_hex(16), payload))

        return self._database.transaction(record)

    def get_audit_trail(
        self, asset_id: str | None = None, decision: ModerationDecision | None = None, limit: int = 100
    ) -> list[AuditEntry]:
        """Return the newest entries, newest first, at most `limit`; cleared ones are not shown."""
        most = _check_limit(limit)
        chosen = None if decision is None else _check_decision(decision).value
        if asset_id is not None:
            _check_text("asset_id", asset_id, required=False)
        records = self.audit.latest(asset_id, chosen, most)
        return [entry_of(record) for record in records]

    def get_statistics(self) -> Statistics:
        """Return the counts of scans by decision and their rates; clearing the trail leaves them."""
        return self._counts.statistics()

    def clear_audit_trail(self, asset_id: str | None = None, *, cleared_by: str = "system") -> None:
        """Erase what the trail says about one asset, or all of it, and record that this was done."""
        if asset_id is not None:
            _check_text("asset_id", asset_id, required=True)
        _check_text("cleared_by", cleared_by, required=True)
        self.audit.redact(self._token_hex(16), asset_id, actor=cleared_by)

    def export_audit_trail(
        self, start_time: str | None = None, end_time: str | None = None
    ) -> list[dict[str, Any]]:
        """Return the trail as a list of JSON-ready dicts, oldest first, the same for the same trail.

        Both ends are included; a time without an offset is UTC, an end without time of day means the whole
        day. Besides scans and reviews it lists redactions, so that a gap in `seq` explains itself.
        """
        start = None if start_time is None else range_start(start_time)
        end = None if end_time is None else range_end(end_time)
        if start and end and start > end:
            raise ModerationInputError("start_time lies after end_time")
        return [_export(record) for record in self.audit.between(start, end)]

    def _seen(self, visual: Verdict) -> Verdict | None:
        unseen = visual.category is ContentCategory.UNKNOWN and not visual.error and not self.scanner.can_see
        return None if unseen else visual


def entry_of(record: AuditRecord) -> AuditEntry:
    """Return a scan or review record, not redacted, as the documented entry."""
    return _entry(record["payload"] or {}, record["at"], record["kind"], record["seq"], record["hash"])


def _entry(payload: Mapping[str, Any], at: str, kind: str, seq: int = 0, record_hash: str = "") -> AuditEntry:
    return AuditEntry(
        timestamp=at,
        decision=ModerationDecision(payload["decision"]),
        moderator=payload["moderator"],
        notes=payload["notes"],
        asset_id=payload["asset_id"],
        scan_id=payload["scan_id"],
        event=kind,
        category=ContentCategory(payload["category"]),
        confidence=payload["confidence"],
        reasons=list(payload["reasons"]),
        seq=seq,
        record_hash=record_hash,
    )


def _scan_payload(
    asset_id: str, scan_id: str, file_hash: str, found: Assessment, extra: dict[str, Any]
) -> dict[str, Any]:
    return {
        "asset_id": asset_id,
        "scan_id": scan_id,
        "file_hash": file_hash,
        "decision": found.decision.value,
        "moderator": AUTOMATIC,
        "notes": "",
        "category": found.category.value,
        "confidence": found.confidence,
        "reasons": list(found.reasons),
        "errors": list(found.errors),
        "metadata": extra,
    }


def _verdict_data(verdict: Verdict) -> dict[str, Any]:
    return {
        "source": verdict.source,
        "category": verdict.category.value,
        "confidence": verdict.confidence,
        "error": verdict.error,
    }


def _export(record: AuditRecord) -> dict[str, Any]:
    chain = {name: record[name] for name in ("seq", "payload_hash", "previous_hash", "hash")}
    event = {"event": record["kind"], "event_id": record["event_id"], "timestamp": record["at"]}
    return {**(record["payload"] or {}), **event, **chain}


def _check_text(name: str, value: object, *, required: bool, longest: int = MAX_ID_CHARACTERS) -> None:
    if not isinstance(value, str) or (required and not value.strip()):
        raise ModerationInputError(f"{name} must be a text" + (" that is not empty" if required else ""))
    if len(value) > longest:
        raise ModerationInputError(f"{name} has more than {longest} characters")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ModerationInputError(f"{name} holds half a surrogate pair, which is no text") from error


def _check_limit(limit: object) -> int:
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 0:
        raise ModerationInputError("limit must be a number of entries, 0 or more")
    return min(limit, MAX_INTEGER)


def _check_decision(decision: object) -> ModerationDecision:
    try:
        return ModerationDecision(str(decision))
    except ValueError as error:
        raise ModerationInputError(f"{decision!r} is not a ModerationDecision") from error


def _check_metadata(metadata: object) -> dict[str, Any]:
    if metadata is None:
        return {}
    if not isinstance(metadata, dict):
        raise ModerationInputError("metadata must be a dict of JSON values")
    try:
        text = canonical_json(metadata)
    except (TypeError, ValueError, RecursionError) as error:
        raise ModerationInputError(f"metadata must be a dict of JSON values: {error}") from error
    if len(text) > MAX_METADATA_CHARACTERS:
        raise ModerationInputError(f"metadata has more than {MAX_METADATA_CHARACTERS} characters as JSON")
    return dict(metadata)

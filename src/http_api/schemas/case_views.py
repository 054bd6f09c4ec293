"""Cases as moderators and owners see them. Moments are ISO 8601 in UTC with milliseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from casework.ledger import AUTOMATIC
from casework.states import State, Step, next_state
from http_api.moderation.refusals import steps_from
from http_api.moments import write_moment
from moderating.grounds import ground_of

if TYPE_CHECKING:
    from collections.abc import Mapping

PENDING = State.PENDING.value
_WITHHELD = (State.FLAGGED, State.REJECTED, State.TAKEN_DOWN)


class CaseView(TypedDict):
    """A case. `state` is where it is, `standing` where its content is; `steps` a moderator may take now."""

    subject: str
    account_id: str
    sha256: str
    round: int
    state: str
    standing: str
    reason: str
    categories: list[str]
    scores: dict[str, float]
    model: str
    thresholds: dict[str, Any]
    decided_by: str | None
    decided_at: str | None
    created_at: str | None
    waiting_since: str | None
    claimed_by: str | None
    claim_expires_at: str | None
    reports: int
    reports_in_all: int
    appeals: int
    appeal: str | None
    steps: list[str]


class CasePage(TypedDict):
    """Cases, those first that wait longest; `next_cursor` asks for what follows."""

    items: list[CaseView]
    next_cursor: str | None


class EventView(TypedDict):
    """A record of a case. What is redacted has its number, time and kind alone."""

    seq: int
    at: str
    kind: str
    event_id: str
    by: str | None
    before: str | None
    after: str | None
    details: dict[str, Any]
    redacted: bool


class ReportView(TypedDict):
    """A report of the public; `is_open` until a decision settles it. The reporter is a keyed hash."""

    number: int
    reporter: str
    category: str
    text: str
    at: str | None
    is_open: bool


class MediaView(TypedDict):
    """Where a moderator sees the file, with the token of moderators."""

    url: str
    content_type: str
    bytes: int


class CaseFile(TypedDict):
    """All that a review page shows. Of `asset` and `link` one is there, unless the content is gone."""

    case: CaseView
    history: list[EventView]
    reports: list[ReportView]
    uploads: list[dict[str, Any]]
    account: dict[str, Any]
    asset: dict[str, Any] | None
    link: dict[str, Any] | None
    media: MediaView | None


class DecidedView(TypedDict):
    """What became of a decision: `outcome` is changed or repeated. If not `enforced`, that follows within
    minutes."""

    case: CaseView
    outcome: str
    enforced: bool


class BulkResult(TypedDict, total=False):
    """What became of one decision: what `DecidedView` has with 200 or 202, `problem` where it failed."""

    index: int
    subject: str
    status: int
    case: CaseView
    outcome: str
    enforced: bool
    problem: dict[str, Any]


class BulkResults(TypedDict):
    """What became of many decisions, in their order."""

    decided: int
    failed: int
    results: list[BulkResult]


class StatementView(TypedDict):
    """Where content stands, for its owner: a statement of reasons where it is withheld.

    `explanation` is what visitors read of the reason. `automated` tells that no person decided; `appeal` that
    one is under way. `can_appeal` is true until one was refused.
    """

    subject: str
    status: str
    withheld: bool
    reason: str
    explanation: str
    categories: list[str]
    automated: bool
    decided_at: str | None
    appeal: str | None
    can_appeal: bool
    appeal_url: str | None


class ProofView(TypedDict):
    """The proof of the ledger, or the first record that breaks it and how."""

    ok: bool
    records: int
    broken_seq: int | None
    problem: str
    row: str
    checkpoints: int
    signed_seq: int


class ReportReceived(TypedDict):
    """The answer to every report, whatever it was about."""

    report_id: str
    status: str


def case_view(case: Mapping[str, Any]) -> CaseView:
    """Return a case as moderators see it."""
    return {
        "subject": case["subject"],
        "account_id": case["account_id"],
        "sha256": case["sha256"],
        "round": case["round"],
        "state": case["state"],
        "standing": case["standing"],
        "reason": case["reason"],
        "categories": case["categories"],
        "scores": case["scores"],
        "model": case["model"],
        "thresholds": case["thresholds"],
        "decided_by": case["decided_by"],
        "decided_at": write_moment(case["decided_at"]),
        "created_at": write_moment(case["created_at"]),
        "waiting_since": write_moment(case["waiting_since"]),
        "claimed_by": case["claimed_by"],
        "claim_expires_at": write_moment(case["claim_expires_at"]),
        "reports": case["reports"],
        "reports_in_all": case["reports_in_all"],
        "appeals": case["appeals"],
        "appeal": case["appeal"],
        "steps": steps_from(case["state"]),
    }


def event_view(record: Mapping[str, Any]) -> EventView:
    """Return a record of the trail without what only its proof needs."""
    payload = dict(record["payload"] or {})
    known = {name: payload.pop(name, None) for name in ("moderator", "from", "to", *_ONLY_FOR_PROOF)}
    return {
        "seq": record["seq"],
        "at": record["at"],
        "kind": record["kind"],
        "event_id": record["event_id"],
        "by": known["moderator"],
        "before": known["from"],
        "after": known["to"],
        "details": {name: value for name, value in payload.items() if value not in (None, "")},
        "redacted": record["payload"] is None,
    }


def report_view(report: Mapping[str, Any]) -> ReportView:
    """Return a report as moderators see it."""
    return {
        "number": report["number"],
        "reporter": report["reporter"],
        "category": report["category"],
        "text": report["text"],
        "at": write_moment(report["at"]),
        "is_open": report["is_open"],
    }


def statement_view(subject: str, case: Mapping[str, Any] | None, appeal_url: str) -> StatementView:
    """Return a case as the owner of its content sees it; without one, the content waits."""
    if case is None:
        return _waiting(subject)
    standing, can_appeal = case["standing"], next_state(State(case["state"]), Step.APPEAL) is not None
    is_refused = standing in (State.REJECTED, State.TAKEN_DOWN)
    return {
        "subject": subject,
        "status": standing,
        "withheld": standing in _WITHHELD,
        "reason": case["reason"] if is_refused else "",
        "explanation": ground_of(case["reason"]).text if is_refused else "",
        "categories": list(case["categories"]) if is_refused else [],
        "automated": case["decided_by"] == AUTOMATIC,
        "decided_at": write_moment(case["decided_at"]),
        "appeal": case["appeal"] if case["state"] == State.APPEALED else None,
        "can_appeal": can_appeal,
        "appeal_url": appeal_url if can_appeal else None,
    }


def _waiting(subject: str) -> StatementView:
    return {
        "subject": subject,
        "status": PENDING,
        "withheld": False,
        "reason": "",
        "explanation": "",
        "categories": [],
        "automated": False,
        "decided_at": None,
        "appeal": None,
        "can_appeal": False,
        "appeal_url": None,
    }


_ONLY_FOR_PROOF = ("rows", "request", "asset_id", "subject")

"""`LedgerStore`: what is decided about content, by whom and why."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from casework import inputs
from casework.cases import Answer, CaseStore, Outcome, claimant
from casework.errors import CaseworkError, CaseworkInputError
from casework.states import DECISIONS, REFUSED, SEEN, State, Step
from casework.trail import Trail, row_key
from moderation.audit_chain import REVIEW, SCAN, canonical_json
from moderation.counts import ScanCounts
from moderation.model import ModerationDecision

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from casework.outbox import Due
    from sql_port import Database, Row, SqlValue

AUTOMATIC = "automatic"
"""Who decides when a scan does."""
ADOPTED = "adopted"
"""Who decided what was decided before there was a ledger."""
OPENED = "opened"
WITHDRAWN = "withdrawn"
MAX_BULK = 100
MAX_HISTORY = 1_000

_CONFIRMING = (Step.REJECT, Step.UPHOLD)
"""Decisions for which the reason that is there holds, unless another is given."""
_SCAN_STEPS = {
    ModerationDecision.APPROVED: Step.SCAN_APPROVES,
    ModerationDecision.FLAGGED: Step.SCAN_FLAGS,
    ModerationDecision.REJECTED: Step.SCAN_REJECTS,
}


class LedgerStore:
    """The cases of a distributor and every step they took.

    Each event carries an id and is recorded once. An event that is refused is not recorded, so it may come
    again. `Outcome` says what became of it; wrong arguments raise CaseworkInputError, and an id that comes
    with two meanings EventConflictError.
    """

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.trail = Trail(database, clock)
        self.cases = CaseStore(self.trail)
        self.scans = ScanCounts(database)

    def open(self, event_id: str, subject: str, account_id: str, sha256: str) -> Answer:
        """Begin a case, or note that one more account brought the content, or the same one again.

        A link that leads to other content (`sha256`) than before begins a new round, pending again, unless
        what it led to was refused: then it stays so, and the outcome is ILLEGAL.
        """
        request = {
            "subject": inputs.subject(subject),
            "account_id": inputs.identifier("account_id", account_id),
            "sha256": inputs.sha256(sha256),
        }
        return self.cases.once(event_id, OPENED, request, lambda known: self._open(known, request))

    def scan(self, event_id: str, subject: str, verdict: Mapping[str, Any]) -> Answer:
        """Record what a scan says of a pending case, and decide so.

        `verdict` has `sha256`, `decision`, `reason`, `categories`, `scores`, `model` and `thresholds`. A
        decision of `pending` is recorded and counted and leaves the case to the next scan.
        """
        request = _verdict(subject, verdict)
        decision = ModerationDecision(request["decision"])
        step = _SCAN_STEPS.get(decision)
        return self.cases.once(
            event_id, SCAN, request, lambda known: self._scan(known, decision, request, step)
        )

    def doubt(self, event_id: str, subject: str, verdict: Mapping[str, Any]) -> Answer:
        """Have a person look at an approved case, because of what a later scan says of an account's words.

        `verdict` is as for `scan`, with the `account_id`; it hides nothing, for the content itself was
        approved. One that is pending is recorded and counted.
        """
        is_pending = verdict.get("decision") == ModerationDecision.PENDING.value
        decision = ModerationDecision.PENDING if is_pending else ModerationDecision.FLAGGED
        request = {
            **_verdict(subject, {**verdict, "decision": decision.value}),
            "account_id": inputs.identifier("account_id", verdict.get("account_id")),
        }
        return self.cases.once(event_id, SCAN, request, lambda known: self._doubt(known, decision, request))

    def withdraw(self, event_id: str, subject: str) -> Answer:
        """End a case that waits and whose content is gone; it begins anew when the content comes again."""
        request = {"subject": inputs.subject(subject)}
        return self.cases.once(event_id, WITHDRAWN, request, lambda known: self._withdraw(known, request))

    def due(self, subject: str) -> Due:
        """Return a case and the event that its owner has not heard of, 0 for none."""
        case = self.read(subject)
        return {"case": case, "seq": self.cases.outbox.due(subject)}

    def decide(self, event_id: str, subject: str, wanted: Mapping[str, Any]) -> Answer:
        """Record a moderator's decision: `step`, `moderator`, `reason` for the owner, `notes` for colleagues.

        Reports that came before it are settled by it. A case that another moderator has is left alone.
        """
        step = inputs.word("step", wanted.get("step"), DECISIONS)
        reason, notes = inputs.optional(wanted, "reason", ""), inputs.optional(wanted, "notes", "")
        request = {
            "subject": inputs.subject(subject),
            "step": step.value,
            "moderator": inputs.identifier("moderator", wanted.get("moderator")),
            "reason": inputs.text("reason", reason, inputs.MAX_REASON_CHARACTERS),
            "notes": inputs.text("notes", notes, inputs.MAX_NOTES_CHARACTERS),
        }
        return self.cases.once(event_id, REVIEW, request, lambda known: self._decide(known, step, request))

    def decide_many(self, decisions: list[dict[str, Any]]) -> list[Answer | CaseworkError]:
        """Decide one by one, each with its own `event_id` and `subject`: one that fails stops no other."""
        if len(decisions) > MAX_BULK:
            raise CaseworkInputError(f"at most {MAX_BULK} decisions are taken at once")
        answers: list[Answer | CaseworkError] = []
        for one in decisions:
            try:
                answers.append(self.decide(one.get("event_id", ""), one.get("subject", ""), one))
            except CaseworkError as error:
                answers.append(error)
        return answers

    def read(self, subject: str) -> dict[str, Any] | None:
        """Return a case as it is, or None."""
        return self.cases.answer(Outcome.UNKNOWN, inputs.subject(subject)).case

    def history(self, subject: str, limit: int = 100) -> list[dict[str, Any]]:
        """Return the latest events of a case that are not redacted, newest first."""
        most = inputs.whole("limit", limit, 1, MAX_HISTORY)
        return [dict(record) for record in self.trail.audit.latest(inputs.subject(subject), None, most)]

    def statistics(self) -> dict[str, Any]:
        """Return the documented counts of scans and their rates, and how many cases are in each state."""
        rows = self.database.execute("SELECT state, count(*) AS cases FROM cases GROUP BY state")
        cases = dict.fromkeys((state.value for state in State), 0)
        return {**self.scans.statistics(), "cases": cases | {row["state"]: int(row["cases"]) for row in rows}}

    def _open(self, event_id: str, request: Mapping[str, Any]) -> Outcome:
        subject, account_id, sha256 = request["subject"], request["account_id"], request["sha256"]
        known = self.cases.row(subject)
        is_new = known is None or known["sha256"] != sha256 or known["state"] == State.WITHDRAWN
        if known and is_new and known["state"] in REFUSED:
            return Outcome.ILLEGAL
        if is_new:
            self.cases.begin(subject, account_id, sha256)
        before = known or {"subject": subject, "state": None}
        held = self.cases.hold(subject, account_id, is_new=is_new)
        fields = {"moderator": account_id, "sha256": sha256, "began": is_new}
        self.cases.record(OPENED, before, fields, more_rows=[held], event_id=event_id, request=request)
        return Outcome.CHANGED

    def _scan(
        self, event_id: str, decision: ModerationDecision, request: Mapping[str, Any], step: Step | None
    ) -> Outcome:
        row = self.cases.row(request["subject"])
        if row is None:
            return Outcome.UNKNOWN
        if row["sha256"] != request["sha256"]:
            return Outcome.STALE
        verdict = _columns(request)
        if step is None:
            if row["state"] != State.PENDING:
                return Outcome.ILLEGAL
            self.cases.change(row["subject"], verdict)
        elif not self.cases.step(
            row, step, {**verdict, "decided_by": AUTOMATIC, "decided_at": self.trail.clock()}
        ):
            return Outcome.ILLEGAL
        return self._scanned(event_id, row, decision, request)

    def _doubt(self, event_id: str, decision: ModerationDecision, request: Mapping[str, Any]) -> Outcome:
        """Record a doubt. The decision in force stays, so who took it and when stays too."""
        row = self.cases.row(request["subject"])
        if row is None:
            return Outcome.UNKNOWN
        if row["sha256"] != request["sha256"]:
            return Outcome.STALE
        if row["state"] not in SEEN:
            return Outcome.ILLEGAL
        if decision is ModerationDecision.FLAGGED:
            if row["state"] == State.APPROVED:
                self.cases.step(row, Step.DOUBT, _columns(request))
            else:
                # No step: its turn in the queue and its claim are not for everybody to change.
                self.cases.change(row["subject"], _columns(request))
        return self._scanned(event_id, row, decision, request)

    def _scanned(
        self, event_id: str, row: Row, decision: ModerationDecision, request: Mapping[str, Any]
    ) -> Outcome:
        self.scans.add(decision)
        self.cases.record(
            SCAN,
            row,
            {**request, "moderator": AUTOMATIC},
            more_rows=[row_key("moderation_scans", decision.value)],
            event_id=event_id,
            decision=decision.value,
            request=request,
        )
        return Outcome.CHANGED

    def _withdraw(self, event_id: str, request: Mapping[str, Any]) -> Outcome:
        row = self.cases.row(request["subject"])
        if row is None:
            return Outcome.UNKNOWN
        if not self.cases.step(row, Step.WITHDRAW):
            return Outcome.ILLEGAL
        fields = {"moderator": AUTOMATIC}
        self.cases.record(WITHDRAWN, row, fields, event_id=event_id, request=request)
        return Outcome.CHANGED

    def _decide(self, event_id: str, step: Step, request: Mapping[str, Any]) -> Outcome:
        row = self.cases.row(request["subject"])
        if row is None:
            return Outcome.UNKNOWN
        now = self.trail.clock()
        if claimant(row, now) not in (None, request["moderator"]):
            return Outcome.CLAIMED
        changes: dict[str, SqlValue] = {
            "reason": request["reason"] or (row["reason"] if step in _CONFIRMING else ""),
            "settled_seq": self.trail.next_seq(),
            "reports": 0,
            "appeal": None,
        }
        if not (step is Step.UPHOLD and row["state"] == State.DOUBTED):
            # Who finds a doubt right approves nothing: the approval in force is the earlier one.
            changes |= {"decided_by": request["moderator"], "decided_at": now}
        after = self.cases.step(row, step, changes)
        if after is None:
            return Outcome.ILLEGAL
        judged = {"model": row["model"], "thresholds": json.loads(row["thresholds"])}
        self.cases.record(
            REVIEW, row, {**request, **judged}, event_id=event_id, decision=after.value, request=request
        )
        return Outcome.CHANGED


def by_person(decided_by: SqlValue) -> bool:
    """Tell whether a person took the decision that is in force."""
    return decided_by not in (None, AUTOMATIC, ADOPTED)


def _columns(request: Mapping[str, Any]) -> dict[str, SqlValue]:
    return {
        "reason": request["reason"],
        "categories": canonical_json(request["categories"]),
        "scores": canonical_json(request["scores"]),
        "model": request["model"],
        "thresholds": canonical_json(request["thresholds"]),
    }


def _verdict(subject: str, verdict: Mapping[str, Any]) -> dict[str, Any]:
    reason = inputs.optional(verdict, "reason", "")
    return {
        "subject": inputs.subject(subject),
        "sha256": inputs.sha256(verdict.get("sha256")),
        "decision": inputs.word("decision", verdict.get("decision"), ModerationDecision).value,
        "reason": inputs.text("reason", reason, inputs.MAX_REASON_CHARACTERS),
        "categories": inputs.categories(inputs.optional(verdict, "categories", [])),
        "scores": inputs.scores(inputs.optional(verdict, "scores", {})),
        "model": inputs.text("model", inputs.optional(verdict, "model", ""), inputs.MAX_ID_CHARACTERS),
        "thresholds": inputs.detail("thresholds", inputs.optional(verdict, "thresholds", {})),
    }

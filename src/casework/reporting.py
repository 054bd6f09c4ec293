"""What the public reports and what owners appeal against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from casework import inputs
from casework.cases import Answer, Outcome
from casework.ledger import by_person
from casework.states import SEEN, Step
from casework.trail import row_key
from sql_port import migrate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from casework.ledger import LedgerStore

DISTINCT_REPORTERS_TO_REOPEN = 3
"""So many different reporters since the last decision send an approved case back to a person. If a person
approved it, it stays to be seen meanwhile."""
MAX_OPEN_REPORTS = 200
"""Of one case. More would tell a moderator nothing new."""
MAX_TEXT_CHARACTERS = 4_000
REPORTED = "report"
APPEALED = "appeal"


class Complaints:
    """Reports and appeals. A reporter is named by the caller, best by a hash, and counts once until the case
    is decided."""

    MIGRATIONS = (
        """CREATE TABLE case_reports (
            number INTEGER PRIMARY KEY, subject TEXT NOT NULL, reporter TEXT NOT NULL,
            category TEXT NOT NULL, text TEXT NOT NULL, at REAL NOT NULL
        )""",
        "CREATE INDEX case_reports_by_subject ON case_reports (subject, number)",
    )

    def __init__(
        self, ledger: LedgerStore, *, reporters_to_reopen: int = DISTINCT_REPORTERS_TO_REOPEN
    ) -> None:
        self._ledger = ledger
        self._reporters_to_reopen = reporters_to_reopen
        migrate(ledger.database, "case_reports", self.MIGRATIONS)

    def report(self, event_id: str, subject: str, complaint: Mapping[str, Any]) -> Answer:
        """Keep a report: `reporter`, `category`, `text`. Enough reporters flag an approved case.

        REPEATED if this reporter has said so since the last decision, FULL if very many have.
        """
        request = {
            "subject": inputs.subject(subject),
            "reporter": inputs.identifier("reporter", complaint.get("reporter")),
            "category": inputs.identifier("category", complaint.get("category")),
            "text": inputs.text("text", inputs.optional(complaint, "text", ""), MAX_TEXT_CHARACTERS),
        }
        cases = self._ledger.cases
        return cases.once(event_id, REPORTED, request, lambda known: self._report(known, request))

    def appeal(self, event_id: str, subject: str, account_id: str, text: str) -> Answer:
        """Let an account that brought the content ask for another look; UNKNOWN for any other account."""
        request = {
            "subject": inputs.subject(subject),
            "account_id": inputs.identifier("account_id", account_id),
            "text": inputs.text("text", text, MAX_TEXT_CHARACTERS),
        }
        cases = self._ledger.cases
        return cases.once(event_id, APPEALED, request, lambda known: self._appeal(known, request))

    def reports(self, subject: str, limit: int = MAX_OPEN_REPORTS) -> list[dict[str, Any]]:
        """Return reports of a case, newest first; `is_open` tells those that no decision has settled."""
        rows = self._ledger.database.execute(
            "SELECT case_reports.*, number > settled_seq AS is_open FROM case_reports JOIN cases"
            " USING (subject) WHERE subject = ? ORDER BY number DESC LIMIT CAST(? AS INTEGER)",
            inputs.subject(subject),
            inputs.whole("limit", limit, 1, MAX_OPEN_REPORTS),
        )
        return [{**row, "number": int(row["number"]), "is_open": bool(row["is_open"])} for row in rows]

    def _report(self, event_id: str, request: Mapping[str, Any]) -> Outcome:
        ledger, subject = self._ledger, request["subject"]
        row = ledger.cases.row(subject)
        if row is None:
            return Outcome.UNKNOWN
        said = ledger.database.execute(
            "SELECT 1 FROM case_reports WHERE subject = ? AND number > CAST(? AS INTEGER) AND reporter = ?",
            subject,
            int(row["settled_seq"]),
            request["reporter"],
        )
        if said:
            return Outcome.REPEATED
        if row["reports"] >= MAX_OPEN_REPORTS:
            return Outcome.FULL
        number = ledger.trail.next_seq()
        ledger.database.execute(
            "INSERT INTO case_reports (number, subject, reporter, category, text, at)"
            " VALUES (CAST(? AS INTEGER), ?, ?, ?, ?, ?)",
            number,
            subject,
            request["reporter"],
            request["category"],
            request["text"],
            ledger.trail.clock(),
        )
        counts = {"reports": int(row["reports"]) + 1, "reports_in_all": int(row["reports_in_all"]) + 1}
        ledger.cases.change(subject, counts)
        if counts["reports"] >= self._reporters_to_reopen and row["state"] in SEEN:
            # What a person approved stays to be seen: it waits for a person once more.
            ledger.cases.step(row, Step.DOUBT if by_person(row["decided_by"]) else Step.REOPEN)
        ledger.cases.record(
            REPORTED,
            row,
            {**request, "moderator": "public"},
            more_rows=[row_key("case_reports", number)],
            event_id=event_id,
            request=request,
        )
        return Outcome.CHANGED

    def _appeal(self, event_id: str, request: Mapping[str, Any]) -> Outcome:
        ledger, subject = self._ledger, request["subject"]
        row = ledger.cases.row(subject)
        if row is None or not ledger.cases.is_holder(subject, request["account_id"]):
            return Outcome.UNKNOWN
        changes = {"appeals": int(row["appeals"]) + 1, "appeal": request["text"]}
        if not ledger.cases.step(row, Step.APPEAL, changes):
            return Outcome.ILLEGAL
        ledger.cases.record(
            APPEALED,
            row,
            {**request, "moderator": request["account_id"]},
            event_id=event_id,
            request=request,
        )
        return Outcome.CHANGED

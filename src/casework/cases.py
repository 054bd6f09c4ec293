"""Cases in SQL: one row a subject, changed only together with the event that says so."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from casework import inputs
from casework.outbox import CaseOutbox
from casework.states import State, Step, next_state, standing_after
from casework.trail import row_key
from sql_port import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from casework.trail import Trail
    from sql_port import Row, SqlValue


class Outcome(StrEnum):
    """What became of an event."""

    CHANGED = "changed"
    REPEATED = "repeated"
    """It was recorded before: messages come more than once."""
    UNKNOWN = "unknown"
    ILLEGAL = "illegal"
    CLAIMED = "claimed"
    """Another moderator has the case."""
    STALE = "stale"
    """It speaks of content that the subject no longer has."""
    FULL = "full"
    """There is as much of it already as is kept."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An outcome and the case as it is now, if there is one."""

    outcome: Outcome
    case: dict[str, Any] | None = None

    def to_wire(self) -> dict[str, Any]:
        """Return a plain dict, as it goes over RPC."""
        return {"outcome": self.outcome.value, "case": self.case}


class CaseStore:
    """The cases of one ledger."""

    MIGRATIONS = (
        """CREATE TABLE cases (
            subject TEXT PRIMARY KEY, round INTEGER NOT NULL, account_id TEXT NOT NULL, sha256 TEXT NOT NULL,
            state TEXT NOT NULL, standing TEXT NOT NULL, reason TEXT NOT NULL,
            categories TEXT NOT NULL, scores TEXT NOT NULL, model TEXT NOT NULL, thresholds TEXT NOT NULL,
            decided_by TEXT, decided_at REAL, created_at REAL NOT NULL, waiting_since REAL NOT NULL,
            claimed_by TEXT, claim_expires_at REAL,
            reports INTEGER NOT NULL, reports_in_all INTEGER NOT NULL, settled_seq INTEGER NOT NULL,
            appeals INTEGER NOT NULL, appeal TEXT
        ) WITHOUT ROWID""",
        "CREATE INDEX cases_by_wait ON cases (state, waiting_since, subject)",
        "CREATE INDEX cases_by_hash ON cases (sha256)",
        """CREATE TABLE case_holders (
            subject TEXT NOT NULL, account_id TEXT NOT NULL, uploads INTEGER NOT NULL,
            first_at REAL NOT NULL, last_at REAL NOT NULL, PRIMARY KEY (subject, account_id)
        ) WITHOUT ROWID""",
        "CREATE INDEX case_holders_by_account ON case_holders (account_id)",
        "ALTER TABLE cases ADD COLUMN standing_seq INTEGER",
        "ALTER TABLE cases ADD COLUMN enforced_seq INTEGER",
    )

    def __init__(self, trail: Trail) -> None:
        self._trail = trail
        self._database = trail.database
        migrate(self._database, "cases", self.MIGRATIONS)
        self.outbox = CaseOutbox(trail)

    def row(self, subject: str) -> Row | None:
        """Return the row of a subject."""
        rows = self._database.execute("SELECT * FROM cases WHERE subject = ?", subject)
        return rows[0] if rows else None

    def answer(self, outcome: Outcome, subject: str) -> Answer:
        """Return an outcome with the case as it is now."""
        row = self.row(subject)
        return Answer(outcome, shown(row, self._trail.clock()) if row else None)

    def once(
        self, event_id: str, kind: str, request: Mapping[str, Any], work: Callable[[str], Outcome]
    ) -> Answer:
        """Do the work, given the checked id, unless that event is recorded; answer with the case.

        Raises EventConflictError for an event that was another one before.
        """
        known = inputs.event_id(event_id)

        def run() -> Answer:
            repeated = self._trail.is_repeated(known, kind, request)
            return self.answer(Outcome.REPEATED if repeated else work(known), request["subject"])

        return self._database.transaction(run)

    def begin(self, subject: str, account_id: str, sha256: str) -> None:
        """Make a case, or the next round of one whose content was replaced."""
        now = self._trail.clock()
        self._database.execute(
            "INSERT INTO cases (subject, round, account_id, sha256, state, standing, reason, categories,"
            " scores, model, thresholds, created_at, waiting_since, reports, reports_in_all, settled_seq,"
            " appeals) VALUES (?, 1, ?, ?, ?, ?, '', '[]', '{}', '', '{}', ?, ?, 0, 0, 0, 0)"
            " ON CONFLICT (subject) DO UPDATE SET round = round + 1, account_id = excluded.account_id,"
            " sha256 = excluded.sha256, state = excluded.state, standing = excluded.standing,"
            " reason = '', categories = '[]', scores = '{}', model = '', thresholds = '{}',"
            " decided_by = NULL, decided_at = NULL, waiting_since = excluded.waiting_since,"
            " claimed_by = NULL, claim_expires_at = NULL, reports = 0,"
            " settled_seq = CAST(? AS INTEGER), appeal = NULL",
            subject,
            account_id,
            sha256,
            State.PENDING.value,
            State.PENDING.value,
            now,
            now,
            self._trail.next_seq(),
        )

    def hold(self, subject: str, account_id: str, *, is_new: bool) -> str:
        """Note that an account brought the content; return the row's key.

        `is_new` says that it is other content than before, or comes again after it was gone: only that is one
        more upload of an account that has it. Whoever changes its words asks for another look, too.
        """
        now = self._trail.clock()
        again = "DO UPDATE SET uploads = uploads + 1, last_at = excluded.last_at"
        self._database.execute(
            "INSERT INTO case_holders (subject, account_id, uploads, first_at, last_at)"  # noqa: S608 - constants
            f" VALUES (?, ?, 1, ?, ?) ON CONFLICT (subject, account_id) {again if is_new else 'DO NOTHING'}",
            subject,
            account_id,
            now,
            now,
        )
        return row_key("case_holders", subject, account_id)

    def is_holder(self, subject: str, account_id: str) -> bool:
        """Tell whether an account brought the content."""
        rows = self._database.execute(
            "SELECT 1 FROM case_holders WHERE subject = ? AND account_id = ?", subject, account_id
        )
        return bool(rows)

    def step(self, row: Row, step: Step, changes: Mapping[str, SqlValue] | None = None) -> State | None:
        """Move a case one step along the table, claims dropped; None, and nothing done, if it is illegal.

        A step that its owner has to hear of goes into the outbox.
        """
        after = next_state(State(row["state"]), step)
        if after is None:
            return None
        moved: dict[str, SqlValue] = {
            "state": after.value,
            "standing": standing_after(after, row["standing"]),
            "waiting_since": self._trail.clock(),
            "claimed_by": None,
            "claim_expires_at": None,
        }
        written = {**moved, **(changes or {})}
        told = (written["standing"], written.get("reason", row["reason"]))
        # Somebody's approval covers the words that are there now, and of a doubt moderators are told.
        if told != (row["standing"], row["reason"]) or step in (Step.APPROVE, Step.DOUBT):
            written["standing_seq"] = self._trail.next_seq()
            self.outbox.put(row["subject"], self._trail.next_seq())
        self.change(row["subject"], written)
        return after

    def change(self, subject: str, changes: Mapping[str, SqlValue]) -> None:
        """Write columns; names are this package's own."""
        columns = ", ".join(
            f"{name} = CAST(? AS INTEGER)" if name in _WHOLE else f"{name} = ?" for name in changes
        )
        self._database.execute(
            f"UPDATE cases SET {columns} WHERE subject = ?",  # noqa: S608 - our own columns
            *changes.values(),
            subject,
        )

    def record(
        self,
        kind: str,
        row: Row,
        fields: Mapping[str, Any],
        *,
        more_rows: Iterable[str] = (),
        **event: Any,  # noqa: ANN401 - as `Trail.add` takes them
    ) -> int:
        """Record an event of a case whose row is written, from which state to which; return its number."""
        subject = row["subject"]
        after = self.row(subject)
        states = {"from": row["state"], "to": after["state"]} if after else {}
        rows = [row_key("cases", subject), *more_rows]
        return self._trail.add(kind, {**fields, **states}, rows, subject=subject, **event)


_WHOLE = frozenset({"reports", "reports_in_all", "settled_seq", "appeals", "standing_seq"})


def claimant(row: Row, now: float) -> str | None:
    """Return who has a case at a moment."""
    expires_at = row["claim_expires_at"]
    return row["claimed_by"] if expires_at is not None and now < expires_at else None


def shown(row: Row, now: float) -> dict[str, Any]:
    """Return a row as a plain dict; a claim that ran out is none."""
    taken = claimant(row, now)
    whole = ("round", "reports", "reports_in_all", "appeals", "standing_seq")
    numbers = {name: int(row[name] or 0) for name in whole}
    lists = {name: json.loads(row[name]) for name in ("categories", "scores", "thresholds")}
    claim = {"claimed_by": taken, "claim_expires_at": row["claim_expires_at"] if taken else None}
    hidden = ("settled_seq", "enforced_seq")
    return {name: value for name, value in row.items() if name not in hidden} | numbers | lists | claim

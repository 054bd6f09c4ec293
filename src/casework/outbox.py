"""What the owners of content have not heard yet, and what nobody has looked at for long.

That something is due is proved. When it was tried, and what was looked at, is not: that decides nothing, can
be lost or repeated, and is made up for by asking again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from casework import inputs
from casework.states import State
from casework.trail import row_key
from sql_port import migrate

if TYPE_CHECKING:
    from casework.trail import Trail

MAX_LISTED = 500
ENFORCED = "enforced"
"""The kind of a record that an owner has heard of an event."""


class Due(TypedDict):
    """A case, and the event that led to a standing its owner has not heard of, 0 for none."""

    case: dict[str, Any] | None
    seq: int


class Unenforced(TypedDict):
    """A subject whose owner has not heard of the event `seq`."""

    subject: str
    seq: int


class CaseOutbox:
    """The changes of standing that owners are to be told of. Lists rotate: what fails lets others pass."""

    MIGRATIONS = (
        """CREATE TABLE case_outbox (
            subject TEXT PRIMARY KEY, seq INTEGER NOT NULL, tried_at REAL NOT NULL
        ) WITHOUT ROWID""",
        "CREATE INDEX case_outbox_by_trial ON case_outbox (tried_at, seq)",
        "CREATE TABLE case_reminders (subject TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID",
    )

    def __init__(self, trail: Trail) -> None:
        self._trail = trail
        self._database = trail.database
        migrate(self._database, "case_outbox", self.MIGRATIONS)

    def put(self, subject: str, seq: int) -> None:
        """Note that an event changes what a subject's owner should know."""
        self._database.execute(
            "INSERT INTO case_outbox (subject, seq, tried_at) VALUES (?, CAST(? AS INTEGER), 0)"
            " ON CONFLICT (subject) DO UPDATE SET seq = excluded.seq, tried_at = 0",
            subject,
            seq,
        )

    def due(self, subject: str) -> int:
        """Return the event that a subject's owner has not heard of, 0 for none."""
        rows = self._database.execute("SELECT seq FROM case_outbox WHERE subject = ?", subject)
        return int(rows[0]["seq"]) if rows else 0

    def enforced(self, subject: str, seq: int) -> bool:
        """Note that the owner has heard of an event; False if another one came since.

        The case says so too, and a record of its own that it does: what is due can be proved.
        """
        named, heard = inputs.subject(subject), inputs.whole("seq", seq, 0, 2**53 - 1)

        def work() -> bool:
            gone = self._database.execute(
                "DELETE FROM case_outbox WHERE subject = ? AND seq = CAST(? AS INTEGER) RETURNING seq",
                named,
                heard,
            )
            if gone:
                self._database.execute(
                    "UPDATE cases SET enforced_seq = CAST(? AS INTEGER) WHERE subject = ?", heard, named
                )
                self._trail.add(ENFORCED, {"heard": heard}, [row_key("cases", named)])
            return bool(gone)

        return self._database.transaction(work)

    def unenforced(self, limit: int) -> list[Unenforced]:
        """Return subjects whose owners are to be told, those first that were listed longest ago."""
        most = inputs.whole("limit", limit, 1, MAX_LISTED)

        def work() -> list[Unenforced]:
            rows = self._database.execute(
                "SELECT subject, seq FROM case_outbox ORDER BY tried_at, seq LIMIT CAST(? AS INTEGER)", most
            )
            for row in rows:
                self._database.execute(
                    "UPDATE case_outbox SET tried_at = ? WHERE subject = ?",
                    self._trail.clock(),
                    row["subject"],
                )
            return [{"subject": row["subject"], "seq": int(row["seq"])} for row in rows]

        return self._database.transaction(work)

    def waiting(self, before: float, limit: int) -> list[dict[str, Any]]:
        """Return pending cases that wait since before a moment and were not listed since; the oldest first.

        Each has `subject`, `account_id`, `round` and `waiting_since`.
        """
        moment = inputs.whole("before", before, 0, 2**53 - 1)
        most = inputs.whole("limit", limit, 1, MAX_LISTED)

        def work() -> list[dict[str, Any]]:
            rows = self._database.execute(
                "SELECT subject, account_id, round, waiting_since FROM cases"
                " LEFT JOIN case_reminders USING (subject)"
                " WHERE state = ? AND waiting_since < ? AND coalesce(at, 0) < ?"
                " ORDER BY waiting_since, subject LIMIT CAST(? AS INTEGER)",
                State.PENDING.value,
                moment,
                moment,
                most,
            )
            self._remind([row["subject"] for row in rows])
            return [{**row, "round": int(row["round"])} for row in rows]

        return self._database.transaction(work)

    def _remind(self, subjects: list[str]) -> None:
        """Remember when these were listed, and forget those that were decided."""
        self._database.execute(
            "DELETE FROM case_reminders WHERE subject IN"
            " (SELECT subject FROM case_reminders JOIN cases USING (subject) WHERE state <> ?)",
            State.PENDING.value,
        )
        for subject in subjects:
            self._database.execute(
                "INSERT INTO case_reminders (subject, at) VALUES (?, ?)"
                " ON CONFLICT (subject) DO UPDATE SET at = excluded.at",
                subject,
                self._trail.clock(),
            )

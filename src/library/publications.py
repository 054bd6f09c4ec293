"""What an account has that is approved and may go out to channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

from library.words import bounded
from sql_port import Tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sql_port import Database

READY = "ready"
MAX_PAGE = 500

_NAME = "library_publications"


class Publication(TypedDict):
    """Approved content of an account. `seq` is the event of the ledger that approved it."""

    event_id: str
    subject: str
    round: int
    seq: int
    state: str
    filed_at: float


class PublicationBook:
    """The publications of one account. Reading never creates anything.

    One piece of content is one publication, however often it was approved: a subject has one a round.
    """

    MIGRATIONS: ClassVar[tuple[str, ...]] = (
        """CREATE TABLE library_publications (
            number INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, subject TEXT NOT NULL,
            round INTEGER NOT NULL, seq INTEGER NOT NULL, state TEXT NOT NULL, filed_at REAL NOT NULL,
            UNIQUE (subject, round)
        )""",
    )

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tables = Tables(database, _NAME, self.MIGRATIONS)

    def file(self, message: Mapping[str, Any], now: float) -> bool:
        """Note that a publication is ready, as `moderating.enforcing.publication` says; False if it was."""
        self._tables.create()
        rows = self._database.execute(
            "INSERT INTO library_publications (event_id, subject, round, seq, state, filed_at)"
            " VALUES (?, ?, CAST(? AS INTEGER), CAST(? AS INTEGER), ?, ?)"
            " ON CONFLICT DO NOTHING RETURNING number",
            message["event_id"],
            message["subject"],
            message["round"],
            message["seq"],
            READY,
            now,
        )
        return bool(rows)

    def page(self, after: int = 0, limit: int = MAX_PAGE) -> list[Publication]:
        """Return publications in the order in which they were filed, behind so many of them."""
        if not self._tables.exist():
            return []
        rows = self._database.execute(
            "SELECT event_id, subject, round, seq, state, filed_at FROM library_publications"
            " WHERE number > CAST(? AS INTEGER) ORDER BY number LIMIT CAST(? AS INTEGER)",
            after,
            bounded(limit, MAX_PAGE),
        )
        return [
            Publication(
                event_id=row["event_id"],
                subject=row["subject"],
                round=int(row["round"]),
                seq=int(row["seq"]),
                state=row["state"],
                filed_at=float(row["filed_at"]),
            )
            for row in rows
        ]

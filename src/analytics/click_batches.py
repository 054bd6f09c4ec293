"""Which batches were counted: a bounded memory that never lets one count twice.

Ids are forgotten, oldest first, and the memory keeps the time of the newest forgotten one. A batch is
recorded no earlier than its newest click happened. So an unknown batch with a click younger than everything
forgotten is surely new; an older one may have been counted and forgotten, and is stale.

What bounds the memory is time, not only number: a hot code has hundreds of batches a second, and those that
helpers, journals and the queue hold back in the meantime must still be told from those that were counted. An
id takes about 90 bytes, so 400 batches a second come to 0.8 GB of the 10 GB that an object may have.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from analytics.errors import InvalidClickError
from sql_port import migrate

if TYPE_CHECKING:
    from sql_port import Database

MAX_BATCH_ID_LENGTH = 64
MAX_BATCH_IDS = 20_000
BATCH_MEMORY_SECONDS = 7 * 86_400
LEAST_MEMORY_SECONDS = 6 * 3_600
"""No id is forgotten sooner. Journals hold batches for a quarter of an hour, the queue for half an hour."""
CLOCK_SKEW_SECONDS = 60

_FORGOTTEN_PER_BATCH = 4


class BatchOutcome(StrEnum):
    """What became of a batch. A `STALE` one is put aside by its holder: perhaps it was counted already."""

    RECORDED = "recorded"
    REPEATED = "repeated"
    STALE = "stale"


class BatchMemory:
    """Remembers a batch id for 7 days, or for 6 hours if 20,000 later ones came by then."""

    MIGRATIONS: ClassVar[tuple[str, ...]] = (
        """CREATE TABLE click_batches (
            sequence INTEGER PRIMARY KEY,
            batch_id TEXT NOT NULL UNIQUE,
            recorded_ms INTEGER NOT NULL
        )""",
        """CREATE TABLE click_batches_forgotten (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            newest_ms INTEGER NOT NULL
        )""",
    )

    def __init__(self, database: Database) -> None:
        self._database = database
        migrate(database, "click_batches", self.MIGRATIONS)

    def knows(self, batch_id: str) -> bool:
        """Tell whether a batch was recorded; False may also mean that it was forgotten."""
        return bool(self._database.execute("SELECT 1 FROM click_batches WHERE batch_id = ?", batch_id))

    def judge(self, batch_id: str, newest_click: float) -> BatchOutcome:
        """Say whether a batch may be recorded; `newest_click` is its latest moment, at most now."""
        if self.knows(batch_id):
            return BatchOutcome.REPEATED
        forgotten = self._database.execute("SELECT newest_ms FROM click_batches_forgotten")
        oldest_credible = _milliseconds(newest_click - CLOCK_SKEW_SECONDS)
        if forgotten and oldest_credible <= forgotten[0]["newest_ms"]:
            return BatchOutcome.STALE
        return BatchOutcome.RECORDED

    def remember(self, batch_id: str, now: float) -> None:
        """Remember a recorded batch and forget a few that are beyond the bound."""
        (row,) = self._database.execute(
            "INSERT INTO click_batches (batch_id, recorded_ms) VALUES (?, ?) RETURNING sequence",
            batch_id,
            _milliseconds(now),
        )
        gone = self._database.execute(
            "DELETE FROM click_batches WHERE sequence IN"
            " (SELECT sequence FROM click_batches ORDER BY sequence LIMIT CAST(? AS INTEGER))"
            " AND (recorded_ms < ? OR (sequence <= ? AND recorded_ms < ?)) RETURNING recorded_ms",
            _FORGOTTEN_PER_BATCH,
            _milliseconds(now - BATCH_MEMORY_SECONDS),
            row["sequence"] - MAX_BATCH_IDS,
            _milliseconds(now - LEAST_MEMORY_SECONDS),
        )
        if gone:
            self._database.execute(
                "INSERT INTO click_batches_forgotten (id, newest_ms) VALUES (1, ?)"
                " ON CONFLICT (id) DO UPDATE SET newest_ms = max(newest_ms, excluded.newest_ms)",
                max(row["recorded_ms"] for row in gone),
            )


def check_batch_id(batch_id: object) -> str:
    """Return a batch id: 1 to 64 printable ASCII characters."""
    if not isinstance(batch_id, str) or not 0 < len(batch_id) <= MAX_BATCH_ID_LENGTH:
        raise InvalidClickError(f"a batch id is a string of 1 to {MAX_BATCH_ID_LENGTH} characters")
    if not (batch_id.isascii() and batch_id.isprintable()):
        raise InvalidClickError("a batch id is printable ASCII")
    return batch_id


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1_000)

"""The record of uploads: counters, the rolling daily limit, and what was sent under which source id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publishing.results import (
    OUTCOME_UNKNOWN,
    UPLOAD_LIMIT_REACHED,
    PublishResult,
    PublishState,
)
from sql_port import migrate

if TYPE_CHECKING:
    from publishing.items import PublishItem
    from sql_port import Database, Row

DAY_SECONDS = 86_400.0
_SENDING = "sending"


@dataclass(frozen=True)
class Reservation:
    """A place in the day's limit, taken before the request leaves."""

    upload_id: int
    attempt: int


@dataclass(frozen=True)
class UploadCounts:
    """An account's uploads as we know them."""

    published: int
    failed: int
    unknown: int
    last_24_hours: int
    by_collection: dict[str, int]


class PublishStore:
    """The uploads of one account on one network.

    Each upload is written down as `sending` before it leaves. One that is never reported on, because the
    process died, stays so and counts as unknown: it may have happened.
    """

    MIGRATIONS = (
        """CREATE TABLE publishing_uploads (
            upload_id INTEGER PRIMARY KEY,
            network TEXT NOT NULL,
            account TEXT NOT NULL,
            source_id TEXT,
            collection TEXT NOT NULL,
            title TEXT NOT NULL,
            state TEXT NOT NULL,
            attempt INTEGER NOT NULL DEFAULT 1,
            remote_id TEXT,
            url TEXT,
            started_at REAL NOT NULL,
            finished_at REAL
        )""",
        "CREATE UNIQUE INDEX publishing_uploads_source ON publishing_uploads (network, account, source_id)",
        "CREATE INDEX publishing_uploads_time ON publishing_uploads (network, account, started_at)",
    )

    def __init__(self, database: Database, network: str, account: str) -> None:
        self._database = database
        self._owner = (network, account)
        migrate(database, "publishing", self.MIGRATIONS)

    def begin(self, item: PublishItem, daily_limit: int | None, now: float) -> Reservation | PublishResult:
        """Reserve an upload, or return the result that makes one unnecessary or impossible.

        A failed upload of the same source id may be tried again; a published one answers for itself; one
        whose outcome is unknown has to be resolved first.
        """

        def work() -> Reservation | PublishResult:
            known = self._by_source(item.source_id)
            if known is not None and known["state"] != PublishState.FAILED.value:
                return _recorded(known)
            full = self._limit_reached(daily_limit, now)
            return full or self._reserve(item, now)

        return self._database.transaction(work)

    def finish(self, reservation: Reservation, result: PublishResult, now: float) -> None:
        """Record what came of a reserved upload."""
        self._database.execute(
            "UPDATE publishing_uploads SET state = ?, remote_id = ?, url = ?, finished_at = ?"
            " WHERE upload_id = CAST(? AS INTEGER) AND attempt = CAST(? AS INTEGER)",
            result.state.value,
            result.remote_id,
            result.url,
            now,
            reservation.upload_id,
            reservation.attempt,
        )

    def resolve(self, source_id: str, remote_id: str | None, url: str | None, now: float) -> bool:
        """Record what someone found out about an upload of unknown outcome; return whether there was one.

        With a `remote_id` it is published; with None it did not happen and may be tried again.
        """
        state = PublishState.PUBLISHED if remote_id else PublishState.FAILED
        changed = self._database.execute(
            "UPDATE publishing_uploads SET state = ?, remote_id = ?, url = ?, finished_at = ?"
            " WHERE network = ? AND account = ? AND source_id = ? AND state IN ('sending', 'unknown')"
            " RETURNING upload_id",
            state.value,
            remote_id,
            url,
            now,
            *self._owner,
            source_id,
        )
        return bool(changed)

    def counts(self, now: float) -> UploadCounts:
        """Return the account's totals and its uploads of the last 24 hours."""

        def work() -> UploadCounts:
            states = self._database.execute(
                "SELECT state, count(*) AS n FROM publishing_uploads WHERE network = ? AND account = ?"
                " GROUP BY state",
                *self._owner,
            )
            by_state = {str(row["state"]): int(row["n"]) for row in states}
            shelves = self._database.execute(
                "SELECT collection, count(*) AS n FROM publishing_uploads"
                " WHERE network = ? AND account = ? AND state = 'published' AND collection <> ''"
                " GROUP BY collection ORDER BY collection",
                *self._owner,
            )
            return UploadCounts(
                published=by_state.get(PublishState.PUBLISHED.value, 0),
                failed=by_state.get(PublishState.FAILED.value, 0),
                unknown=by_state.get(PublishState.UNKNOWN.value, 0) + by_state.get(_SENDING, 0),
                last_24_hours=self._used_slots(now)[0],
                by_collection={str(row["collection"]): int(row["n"]) for row in shelves},
            )

        return self._database.transaction(work)

    def _by_source(self, source_id: str) -> Row | None:
        if not source_id:
            return None
        rows = self._database.execute(
            "SELECT state, remote_id, url FROM publishing_uploads"
            " WHERE network = ? AND account = ? AND source_id = ?",
            *self._owner,
            source_id,
        )
        return rows[0] if rows else None

    def _used_slots(self, now: float) -> tuple[int, float]:
        """Return how many uploads the last 24 hours hold, and when the oldest of them began."""
        (row,) = self._database.execute(
            "SELECT count(*) AS n, min(started_at) AS oldest FROM publishing_uploads"
            " WHERE network = ? AND account = ? AND started_at > ?"
            " AND state IN ('sending', 'published', 'unknown')",
            *self._owner,
            now - DAY_SECONDS,
        )
        return int(row["n"]), float(row["oldest"] if row["n"] else now)

    def _limit_reached(self, daily_limit: int | None, now: float) -> PublishResult | None:
        used, oldest = self._used_slots(now)
        if daily_limit is None or used < daily_limit:
            return None
        return PublishResult(
            PublishState.REFUSED,
            error_code=UPLOAD_LIMIT_REACHED,
            error_message=f"the limit of {daily_limit} uploads in 24 hours is reached; nothing was sent",
            retry_after_seconds=max(0.0, oldest + DAY_SECONDS - now),
        )

    def _reserve(self, item: PublishItem, now: float) -> Reservation:
        (row,) = self._database.execute(
            "INSERT INTO publishing_uploads"
            " (network, account, source_id, collection, title, state, started_at)"
            " VALUES (?, ?, ?, ?, ?, 'sending', ?)"
            " ON CONFLICT (network, account, source_id) DO UPDATE SET collection = excluded.collection,"
            " title = excluded.title, state = 'sending', attempt = attempt + 1,"
            " started_at = excluded.started_at, finished_at = NULL"
            " RETURNING upload_id, attempt",
            *self._owner,
            item.source_id or None,
            item.collection,
            item.title,
            now,
        )
        return Reservation(int(row["upload_id"]), int(row["attempt"]))


def _recorded(row: Row) -> PublishResult:
    if row["state"] == PublishState.PUBLISHED.value:
        return PublishResult(
            PublishState.PUBLISHED, remote_id=row["remote_id"], url=row["url"], recorded=True
        )
    return PublishResult(
        PublishState.UNKNOWN,
        error_code=OUTCOME_UNKNOWN,
        error_message="an earlier upload of this source id has no known outcome; look there, then resolve it",
        recorded=True,
    )

"""The links that changed lately, as the object that keeps them does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharelinks.news import News
from sql_port import Tables

if TYPE_CHECKING:
    from sql_port import Database

REACH_SECONDS = 300.0
"""Longer than any reader keeps a copy, and `SETTLING_SECONDS` before it was fetched."""
MAX_CHANGES = 10_000
"""Some 200 KB as text. Of more changes than that the news reach less far back, and speak for fewer copies."""


class NewsStore:
    """Keeps each link's last change until it is out of reach."""

    MIGRATIONS = (
        "CREATE TABLE link_news (code TEXT PRIMARY KEY, changed_at REAL NOT NULL) WITHOUT ROWID",
        "CREATE INDEX link_news_by_time ON link_news (changed_at)",
        "CREATE TABLE link_news_reach (since REAL NOT NULL)",
    )

    def __init__(
        self, database: Database, reach_seconds: float = REACH_SECONDS, max_changes: int = MAX_CHANGES
    ) -> None:
        self._database = database
        self._reach_seconds = reach_seconds
        self._max_changes = max_changes
        self._tables = Tables(database, "link_news", self.MIGRATIONS)

    def begin(self, now: float) -> None:
        """Take note of all changes from now on, unless that began before."""
        self._tables.create()
        self._database.execute(
            "INSERT INTO link_news_reach (since) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM link_news_reach)",
            now,
        )

    def note(self, code: str, now: float) -> None:
        """Note that a link changed."""

        def work() -> None:
            self.begin(now)
            self._database.execute(
                "INSERT INTO link_news (code, changed_at) VALUES (?, ?)"
                " ON CONFLICT (code) DO UPDATE SET changed_at = max(changed_at, excluded.changed_at)",
                code,
                now,
            )

        self._database.transaction(work)

    def read(self, now: float) -> News:
        """Return the news, and forget what is out of reach."""

        def work() -> News:
            self.begin(now)
            self._forget_until(max(now - self._reach_seconds, self._last_beyond_room()))
            rows = self._database.execute("SELECT code, changed_at FROM link_news ORDER BY changed_at, code")
            (reach,) = self._database.execute("SELECT since FROM link_news_reach")
            return News(reach["since"], {row["code"]: row["changed_at"] for row in rows})

        return self._database.transaction(work)

    def _last_beyond_room(self) -> float:
        rows = self._database.execute(
            "SELECT changed_at FROM link_news ORDER BY changed_at DESC LIMIT 1 OFFSET CAST(? AS INTEGER)",
            self._max_changes,
        )
        return float(rows[0]["changed_at"]) if rows else 0.0

    def _forget_until(self, moment: float) -> None:
        self._database.execute("DELETE FROM link_news WHERE changed_at <= ?", moment)
        self._database.execute("UPDATE link_news_reach SET since = ? WHERE since < ?", moment, moment)

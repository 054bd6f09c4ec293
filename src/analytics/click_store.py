"""`ClickStore`: the clicks of one short code, each batch counted once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar

from analytics.click_batches import BatchMemory, BatchOutcome, check_batch_id
from analytics.click_reports import (
    DIMENSIONS,
    day_date,
    day_number,
    day_of,
    fold_into_other,
    report_since,
    summarise,
    tally,
)
from analytics.click_rows import insert_rows, known_values
from analytics.errors import InvalidClickError, InvalidQueryError, check_limit
from analytics.user_agent_tables import UNKNOWN as OTHER
from sql_port import migrate

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence
    from datetime import date

    from analytics.click_reports import (
        ClickSummary,
        ClickTotals,
        DayCount,
        DayTally,
        NamedCount,
        RecentClick,
    )
    from analytics.clicks import Click
    from sql_port import Database, Row

MAX_BATCH_CLICKS = 1_000
MAX_VALUES_PER_DAY = 256
MAX_RECENT_CLICKS = 50
VISITOR_DAYS = 8
MAX_TOP_VALUES = 1_000

_TOP_VALUES = 10
_VISITORS_FORGOTTEN_PER_BATCH = 2 * MAX_BATCH_CLICKS
_ALWAYS = 2**31


class ClickStore:
    """Counts the clicks of ONE short code by day and by platform, country, referrer, device, browser and OS.

    Everything is bounded but the number of days. Batch ids are remembered as `BatchMemory` says. A day keeps
    256 values of each dimension, later ones count as `other`. Visitors are distinct per UTC day; their
    hashes are forgotten after a week, and a click that arrives later than that counts as no new visitor.
    Building a store creates its tables, so an owner builds it once the code is claimed.
    """

    MIGRATIONS: ClassVar[tuple[str, ...]] = (
        """CREATE TABLE click_days (
            day INTEGER PRIMARY KEY,
            clicks INTEGER NOT NULL,
            uniques INTEGER NOT NULL
        )""",
        """CREATE TABLE click_values (
            dimension TEXT NOT NULL,
            day INTEGER NOT NULL,
            value TEXT NOT NULL,
            clicks INTEGER NOT NULL,
            PRIMARY KEY (dimension, day, value)
        ) WITHOUT ROWID""",
        """CREATE TABLE click_visitors (
            day INTEGER NOT NULL,
            visitor TEXT NOT NULL,
            PRIMARY KEY (day, visitor)
        ) WITHOUT ROWID""",
        """CREATE TABLE click_state (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            clicks INTEGER NOT NULL,
            uniques INTEGER NOT NULL,
            last_click_ms INTEGER,
            recent TEXT NOT NULL
        )""",
        "INSERT INTO click_state (id, clicks, uniques, recent) VALUES (1, 0, 0, '[]')",
    )

    def __init__(self, database: Database) -> None:
        self._database = database
        self._batches = BatchMemory(database)
        migrate(database, "clicks", self.MIGRATIONS)

    def record_batch(self, batch_id: str, clicks: Sequence[Click], now: float) -> BatchOutcome:
        """Count up to 1,000 clicks, all or none, unless this batch was counted before.

        Clicks belong to the day of their own timestamp; one from the future belongs to `now`. Raises
        InvalidClickError for an id that is not 1 to 64 printable ASCII characters or a batch too large.
        """
        check_batch_id(batch_id)
        if len(clicks) > MAX_BATCH_CLICKS:
            raise InvalidClickError(f"{len(clicks)} clicks in a batch; at most {MAX_BATCH_CLICKS} are taken")
        if not clicks:
            return BatchOutcome.RECORDED
        return self._database.transaction(lambda: self._record(batch_id, clicks, now))

    def totals(self) -> ClickTotals:
        """Return all clicks, unique visits (visitors of a day, summed over days) and the latest click."""
        state = self._state()
        latest = state["last_click_ms"]
        return {
            "total_clicks": state["clicks"],
            "unique_clicks": state["uniques"],
            "last_click_at": None if latest is None else latest / 1_000,
        }

    def by_day(self, first: date | None = None, last: date | None = None) -> list[DayCount]:
        """Return the days with clicks from `first` to `last`, both included, oldest first."""
        rows = self._database.execute(
            "SELECT * FROM click_days WHERE day BETWEEN ? AND ? ORDER BY day", *_range(first, last)
        )
        return [
            {
                "date": day_date(row["day"]).isoformat(),
                "clicks": row["clicks"],
                "unique_clicks": row["uniques"],
            }
            for row in rows
        ]

    def by_dimension(
        self, dimension: str, limit: int = _TOP_VALUES, first: date | None = None, last: date | None = None
    ) -> list[NamedCount]:
        """Return the most frequent values of a dimension, equal ones by name, in the days asked for."""
        if dimension not in DIMENSIONS:
            raise InvalidQueryError(
                f"dimension {dimension!r:.80} is unknown; it must be one of {', '.join(DIMENSIONS)}"
            )
        rows = self._database.execute(
            "SELECT value, sum(clicks) AS clicks FROM click_values"
            " WHERE dimension = ? AND day BETWEEN ? AND ?"
            " GROUP BY value ORDER BY 2 DESC, value LIMIT CAST(? AS INTEGER)",
            dimension,
            *_range(first, last),
            check_limit(limit, MAX_TOP_VALUES),
        )
        return [{"name": row["value"], "count": row["clicks"]} for row in rows]

    def recent(self, limit: int = MAX_RECENT_CLICKS) -> list[RecentClick]:
        """Return the latest clicks, newest first; the store keeps 50, without their visitors."""
        entries = json.loads(self._state()["recent"])[: check_limit(limit, MAX_RECENT_CLICKS)]
        return [_read_recent(entry) for entry in entries]

    def summary(self, now: float) -> ClickSummary:
        """Return the documented statistics as of `now`: UTC days, ISO weeks to date, months to date."""
        today = day_of(now)
        rows = self._database.execute(
            "SELECT day, clicks FROM click_days WHERE day BETWEEN ? AND ?", report_since(today), today
        )
        (earliest,) = self._database.execute("SELECT min(day) AS day FROM click_days")
        return summarise(
            self.totals(),
            {row["day"]: row["clicks"] for row in rows},
            earliest["day"],
            today,
            {name: self.by_dimension(name) for name in ("country", "referrer")},
        )

    def _record(self, batch_id: str, clicks: Sequence[Click], now: float) -> BatchOutcome:
        newest = min(now, max(click.timestamp for click in clicks))
        outcome = self._batches.judge(batch_id, newest)
        if outcome is not BatchOutcome.RECORDED:
            return outcome
        today = day_of(now)
        uniques = sum(self._add_day(day, part, today) for day, part in tally(clicks, now).items())
        self._database.execute(
            "UPDATE click_state SET clicks = clicks + CAST(? AS INTEGER),"
            " uniques = uniques + CAST(? AS INTEGER),"
            " last_click_ms = max(coalesce(last_click_ms, 0), CAST(? AS INTEGER)), recent = ?",
            len(clicks),
            uniques,
            round(newest * 1_000),
            _merge_recent(self._state()["recent"], clicks, now),
        )
        self._forget_visitors(today)
        self._batches.remember(batch_id, now)
        return outcome

    def _add_day(self, day: int, part: DayTally, today: int) -> int:
        """Add a batch's share of one day and return how many of its visitors are new that day."""
        fresh = 0
        if day > today - VISITOR_DAYS:
            fresh = len(
                insert_rows(
                    self._database,
                    "INSERT INTO click_visitors (day, visitor)",
                    [(day, visitor) for visitor in sorted(part.visitors)],
                    "ON CONFLICT DO NOTHING RETURNING 1 AS fresh",
                )
            )
        insert_rows(
            self._database,
            "INSERT INTO click_values (dimension, day, value, clicks)",
            [(name, day, value, count) for (name, value), count in self._admit(day, part.values).items()],
            "ON CONFLICT (dimension, day, value) DO UPDATE SET clicks = clicks + excluded.clicks",
        )
        self._database.execute(
            "INSERT INTO click_days (day, clicks, uniques) VALUES (?, ?, ?)"
            " ON CONFLICT (day) DO UPDATE SET clicks = clicks + excluded.clicks,"
            " uniques = uniques + excluded.uniques",
            day,
            part.clicks,
            fresh,
        )
        return fresh

    def _admit(self, day: int, counts: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
        """Keep the day's number of values within its bound."""
        known = known_values(self._database, day, counts)
        new = [pair for pair in counts if pair not in known and pair[1] != OTHER]
        room = {name: MAX_VALUES_PER_DAY - self._size(day, name) for name in {name for name, _ in new}}
        return fold_into_other(counts, new, room, OTHER)

    def _size(self, day: int, dimension: str) -> int:
        (row,) = self._database.execute(
            "SELECT count(*) AS size FROM click_values WHERE dimension = ? AND day = ? AND value <> ?",
            dimension,
            day,
            OTHER,
        )
        return int(row["size"])

    def _forget_visitors(self, today: int) -> None:
        (oldest,) = self._database.execute("SELECT min(day) AS day FROM click_visitors")
        if oldest["day"] is None or oldest["day"] > today - VISITOR_DAYS:
            return
        self._database.execute(
            "DELETE FROM click_visitors WHERE day = ? AND visitor IN"
            " (SELECT visitor FROM click_visitors WHERE day = ? LIMIT CAST(? AS INTEGER))",
            oldest["day"],
            oldest["day"],
            _VISITORS_FORGOTTEN_PER_BATCH,
        )

    def _state(self) -> Row:
        (row,) = self._database.execute("SELECT * FROM click_state")
        return row


def _range(first: date | None, last: date | None) -> tuple[int, int]:
    return (
        -_ALWAYS if first is None else day_number(first),
        _ALWAYS if last is None else day_number(last),
    )


def _merge_recent(stored: str, clicks: Sequence[Click], now: float) -> str:
    fresh = [[min(click.timestamp, now), *click.to_wire()[1:-1]] for click in reversed(clicks)]
    entries = fresh + json.loads(stored)
    entries.sort(key=lambda entry: entry[0], reverse=True)
    return json.dumps(entries[:MAX_RECENT_CLICKS], separators=(",", ":"))


def _read_recent(entry: list[float | str]) -> RecentClick:
    timestamp, country, referrer, platform, device, browser, system = entry
    return {
        "timestamp": float(timestamp),
        "country": str(country),
        "referrer": str(referrer),
        "platform": str(platform),
        "device": str(device),
        "browser": str(browser),
        "os": str(system),
    }

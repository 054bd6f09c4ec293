"""`ClickStore`: the clicks of one short code, each batch counted once."""

from __future__ import annotations

import json
from collections import Counter
from operator import itemgetter
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
)
from analytics.click_wire import collect
from analytics.errors import InvalidClickError, InvalidQueryError, check_limit
from analytics.user_agent_tables import UNKNOWN as OTHER
from sql_port import migrate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from analytics.click_reports import (
        ClickSummary,
        ClickTotals,
        DayCount,
        NamedCount,
        RecentClick,
    )
    from analytics.click_wire import ClickBatch, DayClicks
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
        # One row a day holds the values of all dimensions: SQLite rows are what a click costs.
        """CREATE TABLE click_days (
            day INTEGER PRIMARY KEY,
            clicks INTEGER NOT NULL,
            uniques INTEGER NOT NULL,
            names TEXT NOT NULL
        )""",
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
        return self.record(batch_id, collect(clicks), now)

    def record(self, batch_id: str, batch: ClickBatch, now: float) -> BatchOutcome:
        """Count a batch of groups as `record_batch` counts single clicks."""
        check_batch_id(batch_id)
        return self._database.transaction(lambda: self._record(batch_id, batch, now))

    def has_counted(self, batch_id: str) -> bool:
        """Tell whether a batch is known to be counted."""
        return self._batches.knows(batch_id)

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
            "SELECT day, clicks, uniques FROM click_days WHERE day BETWEEN ? AND ? ORDER BY day",
            *_range(first, last),
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
            "SELECT json_each.key AS value, sum(json_each.value) AS clicks"
            " FROM click_days, json_each(click_days.names, '$.' || ?)"
            " WHERE day BETWEEN ? AND ?"
            " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT CAST(? AS INTEGER)",
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

    def _record(self, batch_id: str, batch: ClickBatch, now: float) -> BatchOutcome:
        newest = min(now, batch.newest)
        outcome = self._batches.judge(batch_id, newest)
        if outcome is not BatchOutcome.RECORDED:
            return outcome
        today = day_of(now)
        uniques = sum(self._add_day(part, today) for part in batch.days)
        self._database.execute(
            "UPDATE click_state SET clicks = clicks + CAST(? AS INTEGER),"
            " uniques = uniques + CAST(? AS INTEGER),"
            " last_click_ms = max(coalesce(last_click_ms, 0), CAST(? AS INTEGER)), recent = ?",
            batch.clicks,
            uniques,
            round(newest * 1_000),
            _merge_recent(self._state()["recent"], batch, now),
        )
        self._forget_visitors(today)
        self._batches.remember(batch_id, now)
        return outcome

    def _add_day(self, part: DayClicks, today: int) -> int:
        """Add a batch's share of one day and return how many of its visitors are new that day.

        A click from the future belongs to today: clocks of two machines differ.
        """
        day = min(part.day, today)
        fresh = self._add_visitors(day, part.visitors) if day > today - VISITOR_DAYS else 0
        known = self._database.execute("SELECT names FROM click_days WHERE day = ?", day)
        names: dict[str, dict[str, int]] = json.loads(known[0]["names"]) if known else {}
        for (dimension, value), clicks in _admit(names, _pairs(part)).items():
            counts = names.setdefault(dimension, {})
            counts[value] = counts.get(value, 0) + clicks
        self._database.execute(
            "INSERT INTO click_days (day, clicks, uniques, names) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (day) DO UPDATE SET clicks = clicks + excluded.clicks,"
            " uniques = uniques + excluded.uniques, names = excluded.names",
            day,
            part.clicks,
            fresh,
            json.dumps(names, separators=(",", ":")),
        )
        return fresh

    def _add_visitors(self, day: int, visitors: frozenset[str]) -> int:
        """Note a day's visitors and return how many are new; one statement, however many they are."""
        if not visitors:
            return 0
        self._database.execute(
            "INSERT INTO click_visitors (day, visitor) SELECT CAST(? AS INTEGER), value FROM json_each(?)"
            " WHERE true ON CONFLICT DO NOTHING",
            day,
            json.dumps(sorted(visitors)),
        )
        (row,) = self._database.execute("SELECT changes() AS fresh")
        return int(row["fresh"])

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


def _pairs(part: DayClicks) -> Counter[tuple[str, str]]:
    return Counter(
        {
            (dimension, name): clicks
            for dimension in DIMENSIONS
            for name, clicks in part.names[dimension].items()
        }
    )


def _admit(names: dict[str, dict[str, int]], counts: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """Keep the day's number of values within its bound."""
    new = [pair for pair in counts if pair[1] != OTHER and pair[1] not in names.get(pair[0], ())]
    room = {
        dimension: MAX_VALUES_PER_DAY - len(names.get(dimension, {}).keys() - {OTHER})
        for dimension in {dimension for dimension, _ in new}
    }
    return fold_into_other(counts, new, room, OTHER)


def _range(first: date | None, last: date | None) -> tuple[int, int]:
    return (
        -_ALWAYS if first is None else day_number(first),
        _ALWAYS if last is None else day_number(last),
    )


def _merge_recent(stored: str, batch: ClickBatch, now: float) -> str:
    entries = [[min(time, now), *kind] for time, kind in reversed(batch.recent)] + json.loads(stored)
    entries.sort(key=itemgetter(0), reverse=True)
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

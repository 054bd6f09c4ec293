"""The documented `AnalyticsTracker`: events in, exact aggregates out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from analytics.errors import InvalidQueryError, check_limit
from analytics.events import check_event_type, check_id, check_platform, encode_metadata, read_event
from analytics.kinds import EventType, Platform
from analytics.metrics import event_metrics, rates
from analytics.times import microseconds, parse_moment
from sql_port import MAX_INTEGER, in_process, migrate

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import TypeAlias

    from analytics.events import Event
    from analytics.metrics import AssetRanking, EventMetrics, Rates
    from sql_port import Database

    Moment: TypeAlias = "datetime | str | float"

MAX_TOP_ASSETS = 1_000

_COUNTS = """count(*) FILTER (WHERE event_type = 'view') AS views,
    count(*) FILTER (WHERE event_type = 'play') AS plays,
    count(*) FILTER (WHERE event_type = 'click') AS clicks"""

# The exact ratio, not the rounded percentage, decides the order of rates.
_ORDERS = {
    "views": "views",
    "plays": "plays",
    "clicks": "clicks",
    "ctr": "CASE WHEN views > 0 THEN CAST(clicks AS REAL) / views ELSE 0.0 END",
    "play_rate": "CASE WHEN views > 0 THEN CAST(plays AS REAL) / views ELSE 0.0 END",
}


class AnalyticsTracker:
    """Tracks views, plays and clicks of assets, and answers with their metrics.

    Every event is one row, so counts are exact whatever the number of threads. Without a `database` the
    events live in memory for as long as the tracker does. Ids are any text of 1 to 512 characters; an id
    nobody tracked has zeros, not an error. Enums may also be given by value (`"view"`, `"slack"`).
    """

    MIGRATIONS: ClassVar[tuple[str, ...]] = (
        """CREATE TABLE analytics_events (
            id INTEGER PRIMARY KEY,
            asset_id TEXT NOT NULL,
            event_type TEXT NOT NULL,
            platform TEXT NOT NULL,
            short_code TEXT,
            timestamp_us INTEGER NOT NULL,
            metadata TEXT NOT NULL
        )""",
        "CREATE INDEX analytics_events_by_asset ON analytics_events (asset_id, platform, event_type)",
        """CREATE INDEX analytics_events_by_code ON analytics_events (short_code, event_type)
            WHERE short_code IS NOT NULL""",
        "CREATE INDEX analytics_events_by_time ON analytics_events (asset_id, timestamp_us)",
    )

    def __init__(self, *, database: Database | None = None, clock: Callable[[], float] = time.time) -> None:
        self._database = in_process() if database is None else database
        self._clock = clock
        migrate(self._database, "analytics_events", self.MIGRATIONS)

    def track_event(
        self,
        asset_id: str,
        event_type: EventType,
        platform: Platform = Platform.WEB,
        short_code: str | None = None,
        metadata: dict[str, object] | None = None,
    ) -> Event:
        """Record one event now and return it; raise InvalidEventError when it cannot be kept.

        `metadata` is a JSON object of at most 16 KiB, nested at most 20 levels deep.
        """
        (row,) = self._database.execute(
            "INSERT INTO analytics_events"
            " (asset_id, event_type, platform, short_code, timestamp_us, metadata)"
            " VALUES (?, ?, ?, ?, ?, ?) RETURNING *",
            check_id(asset_id, "asset_id"),
            check_event_type(event_type).value,
            check_platform(platform).value,
            None if short_code is None else check_id(short_code, "short_code"),
            microseconds(self._clock()),
            encode_metadata(metadata),
        )
        return read_event(row)

    def get_asset_metrics(self, asset_id: str) -> EventMetrics:
        """Return views, plays, clicks, ctr, play_rate and total_events of an asset."""
        return self._metrics("asset_id", check_id(asset_id, "asset_id", InvalidQueryError))

    def get_short_link_metrics(self, short_code: str) -> EventMetrics:
        """Return the same metrics for the events that came through one short link."""
        return self._metrics("short_code", check_id(short_code, "short_code", InvalidQueryError))

    def get_platform_metrics(self, asset_id: str) -> dict[str, Rates]:
        """Return views, plays, clicks, ctr and play_rate by platform.

        Every documented platform is there, with zeros where nothing happened, so a lookup never fails.
        """
        rows = self._database.execute(
            f"SELECT platform, {_COUNTS} FROM analytics_events WHERE asset_id = ? GROUP BY platform",  # noqa: S608 - constant
            check_id(asset_id, "asset_id", InvalidQueryError),
        )
        found = {row["platform"]: rates(row["views"], row["plays"], row["clicks"]) for row in rows}
        return {platform.value: found.get(platform.value) or rates(0, 0, 0) for platform in Platform}

    def get_top_assets(self, metric: str = "views", limit: int = 10) -> list[AssetRanking]:
        """Return the metrics of the best assets by views, plays, clicks, ctr or play_rate, best first.

        Equal ones are in the order of their ids. `limit` is 1 to 1,000.
        """
        order = _order(metric)
        rows = self._database.execute(
            f"SELECT * FROM (SELECT asset_id, {_COUNTS} FROM analytics_events GROUP BY asset_id)"  # noqa: S608 - constants
            f" ORDER BY {order} DESC, asset_id LIMIT CAST(? AS INTEGER)",
            check_limit(limit, MAX_TOP_ASSETS),
        )
        return [
            {"asset_id": row["asset_id"], **event_metrics(row["views"], row["plays"], row["clicks"])}
            for row in rows
        ]

    def get_events_by_timeframe(
        self, asset_id: str, start_time: Moment | None = None, end_time: Moment | None = None
    ) -> list[Event]:
        """Return an asset's events from `start_time` to `end_time`, both included, oldest first.

        A bound is a datetime, an ISO 8601 string or Unix seconds; None leaves that side open, and a time
        without a zone is UTC.
        """
        start = -MAX_INTEGER if start_time is None else parse_moment(start_time, "start_time")
        end = MAX_INTEGER if end_time is None else parse_moment(end_time, "end_time")
        if start > end:
            raise InvalidQueryError("start_time is after end_time")
        rows = self._database.execute(
            "SELECT * FROM analytics_events WHERE asset_id = ? AND timestamp_us BETWEEN ? AND ?"
            " ORDER BY timestamp_us, id",
            check_id(asset_id, "asset_id", InvalidQueryError),
            start,
            end,
        )
        return [read_event(row) for row in rows]

    def clear_events(self, asset_id: str | None = None) -> None:
        """Forget the events of one asset, or of all when `asset_id` is None."""
        if asset_id is None:
            self._database.execute("DELETE FROM analytics_events")
            return
        self._database.execute(
            "DELETE FROM analytics_events WHERE asset_id = ?",
            check_id(asset_id, "asset_id", InvalidQueryError),
        )

    def _metrics(self, column: str, value: str) -> EventMetrics:
        (row,) = self._database.execute(
            f"SELECT {_COUNTS} FROM analytics_events WHERE {column} = ?",  # noqa: S608 - constants
            value,
        )
        return event_metrics(row["views"], row["plays"], row["clicks"])


def _order(metric: object) -> str:
    order = _ORDERS.get(metric) if isinstance(metric, str) else None
    if order is None:
        raise InvalidQueryError(f"metric {metric!r:.80} is unknown; it must be one of {', '.join(_ORDERS)}")
    return order

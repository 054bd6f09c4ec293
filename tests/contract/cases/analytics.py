"""`AnalyticsTracker`: events, aggregates, rankings, time frames."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from analytics import AnalyticsTracker, EventType, InvalidEventError, InvalidQueryError, Platform
from sql_port import Database
from tests.contract.cases import raises

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
ZEROS = {"views": 0, "plays": 0, "clicks": 0, "ctr": 0.0, "play_rate": 0.0}


class Clock:
    """Noon, until somebody moves it."""

    def __init__(self) -> None:
        self.now = NOON.timestamp()

    def __call__(self) -> float:
        return self.now


def track(
    tracker: AnalyticsTracker,
    asset_id: str,
    views: int = 0,
    plays: int = 0,
    clicks: int = 0,
    platform: Platform = Platform.WEB,
    short_code: str | None = None,
) -> None:
    kinds = [EventType.VIEW] * views + [EventType.PLAY] * plays + [EventType.CLICK] * clicks
    for kind in kinds:
        tracker.track_event(asset_id, kind, platform, short_code)


def case_the_metrics_of_an_asset_are_counts_and_percentages(database: Database) -> None:
    tracker = AnalyticsTracker(database=database)
    track(tracker, "cat", views=3, plays=2, clicks=1)
    track(tracker, "dog", views=8, clicks=9)
    assert tracker.get_asset_metrics("cat") == {
        "views": 3,
        "plays": 2,
        "clicks": 1,
        "ctr": 33.33,
        "play_rate": 66.67,
        "total_events": 6,
    }
    assert tracker.get_asset_metrics("dog")["ctr"] == 112.5
    assert isinstance(tracker.get_asset_metrics("cat")["views"], int)


def case_without_views_every_rate_is_zero(database: Database) -> None:
    tracker = AnalyticsTracker(database=database)
    assert tracker.get_asset_metrics("nobody") == {**ZEROS, "total_events": 0}
    assert tracker.get_short_link_metrics("nothing") == {**ZEROS, "total_events": 0}
    track(tracker, "cat", plays=2, clicks=5)
    assert tracker.get_asset_metrics("cat") == {**ZEROS, "plays": 2, "clicks": 5, "total_events": 7}


def case_every_documented_platform_is_in_the_platform_metrics(database: Database) -> None:
    tracker = AnalyticsTracker(database=database)
    track(tracker, "cat", views=4, plays=1, clicks=1, platform=Platform.SLACK)
    track(tracker, "cat", clicks=1, platform=Platform.DISCORD)
    track(tracker, "dog", views=1, platform=Platform.TEAMS)
    metrics = tracker.get_platform_metrics("cat")
    assert list(metrics) == ["web", "slack", "discord", "teams", "twitter", "facebook", "other"]
    assert metrics["slack"] == {"views": 4, "plays": 1, "clicks": 1, "ctr": 25.0, "play_rate": 25.0}
    assert metrics["discord"] == {**ZEROS, "clicks": 1}
    assert dict(metrics["teams"]) == ZEROS
    assert [dict(rates) for rates in tracker.get_platform_metrics("nobody").values()] == [ZEROS] * 7


def case_a_short_link_has_its_own_metrics(database: Database) -> None:
    tracker = AnalyticsTracker(database=database)
    track(tracker, "cat", views=2, clicks=1, short_code="Ab12Cd34")
    track(tracker, "dog", views=2, short_code="Ab12Cd34")
    track(tracker, "cat", views=5, short_code="other")
    track(tracker, "cat", views=7)
    metrics = tracker.get_short_link_metrics("Ab12Cd34")
    assert (metrics["views"], metrics["clicks"], metrics["ctr"]) == (4, 1, 25.0)
    assert metrics["total_events"] == 5


def case_top_assets_are_ranked_by_any_metric_and_ties_by_id(database: Database) -> None:
    tracker = AnalyticsTracker(database=database)
    track(tracker, "b", views=4, plays=4, clicks=1)
    track(tracker, "a", views=8, plays=2, clicks=2)
    track(tracker, "c", views=2, plays=1, clicks=2)
    track(tracker, "d", clicks=3)
    expected = {
        "views": ["a", "b", "c", "d"],
        "plays": ["b", "a", "c", "d"],
        "clicks": ["d", "a", "c", "b"],
        "ctr": ["c", "a", "b", "d"],
        "play_rate": ["b", "c", "a", "d"],
    }
    for metric, order in expected.items():
        assert [asset["asset_id"] for asset in tracker.get_top_assets(metric=metric)] == order, metric
    assert tracker.get_top_assets(limit=1) == [{"asset_id": "a", **tracker.get_asset_metrics("a")}]
    assert [asset["asset_id"] for asset in tracker.get_top_assets("ctr", 2)] == ["c", "a"]


def case_rates_are_ranked_before_they_are_rounded(database: Database) -> None:
    tracker = AnalyticsTracker(database=database)
    database.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20001)"
        " INSERT INTO analytics_events (asset_id, event_type, platform, timestamp_us, metadata)"
        " SELECT CASE WHEN i > 10000 THEN 'a' ELSE 'z' END, 'view', 'web', i, '{}' FROM n"
    )
    track(tracker, "a", clicks=1)
    track(tracker, "z", clicks=1)
    first, second = tracker.get_top_assets("ctr")
    assert (first["asset_id"], first["ctr"]) == ("z", 0.01)
    assert (second["asset_id"], second["ctr"]) == ("a", 0.01)


def case_top_assets_are_ten_unless_asked(database: Database) -> None:
    tracker = AnalyticsTracker(database=database)
    assert tracker.get_top_assets() == []
    for number in range(12):
        track(tracker, f"asset-{number:02}", views=1)
    assert [asset["asset_id"] for asset in tracker.get_top_assets()] == [f"asset-{n:02}" for n in range(10)]
    assert len(tracker.get_top_assets(limit=1_000)) == 12


def case_impossible_questions_are_refused(database: Database) -> None:
    tracker = AnalyticsTracker(database=database)
    for metric in ("likes", "", "views; DROP TABLE analytics_events", None, ["views"]):
        with raises(InvalidQueryError):
            tracker.get_top_assets(metric=metric)  # type: ignore[arg-type]
    for limit in (0, -1, 1_001, True, 2.0, "3", None):
        with raises(InvalidQueryError):
            tracker.get_top_assets(limit=limit)  # type: ignore[arg-type]
    for ask in (
        tracker.get_asset_metrics,
        tracker.get_short_link_metrics,
        tracker.get_platform_metrics,
        tracker.get_events_by_timeframe,
        tracker.clear_events,
    ):
        with raises(InvalidQueryError):
            ask("")


def case_an_event_comes_back_as_it_was_tracked(database: Database) -> None:
    tracker = AnalyticsTracker(database=database, clock=Clock())
    tracked = tracker.track_event(
        asset_id="'; DROP TABLE analytics_events; --",
        event_type=EventType.VIEW,
        platform=Platform.SLACK,
        short_code="Ab12Cd34",
        metadata={"campaign": "Frühling 🎬", "nested": {"list": [1, None, True, 0.5]}},
    )
    assert tracked == {
        "event_id": tracked["event_id"],
        "asset_id": "'; DROP TABLE analytics_events; --",
        "event_type": "view",
        "platform": "slack",
        "short_code": "Ab12Cd34",
        "timestamp": NOON,
        "metadata": {"campaign": "Frühling 🎬", "nested": {"list": [1, None, True, 0.5]}},
    }
    assert tracker.get_events_by_timeframe("'; DROP TABLE analytics_events; --") == [tracked]
    plain = tracker.track_event("cat", EventType.CLICK)
    assert (plain["platform"], plain["short_code"], plain["metadata"]) == ("web", None, {})


def case_an_impossible_event_is_refused_and_not_counted(database: Database) -> None:
    tracker = AnalyticsTracker(database=database)
    with raises(InvalidEventError):
        tracker.track_event("", EventType.VIEW)
    with raises(InvalidEventError):
        tracker.track_event("cat", EventType.VIEW, metadata={"key": object()})
    with raises(InvalidEventError):
        tracker.track_event("cat", "like")  # type: ignore[arg-type]
    assert tracker.get_top_assets() == []


def case_time_frames_include_both_ends_and_may_be_open(database: Database) -> None:
    clock = Clock()
    tracker = AnalyticsTracker(database=database, clock=clock)
    moments = [NOON, NOON + timedelta(minutes=1), NOON + timedelta(minutes=2, microseconds=1)]
    for moment in reversed(moments):
        clock.now = moment.timestamp()
        tracker.track_event("cat", EventType.VIEW)
    tracker.track_event("dog", EventType.VIEW)

    def between(start: object = None, end: object = None) -> list[datetime]:
        events = tracker.get_events_by_timeframe("cat", start_time=start, end_time=end)  # type: ignore[arg-type]
        return [event["timestamp"] for event in events]

    assert between() == moments
    assert between(start=moments[1]) == moments[1:]
    assert between(end=moments[1]) == moments[:2]
    assert between(moments[1], moments[1]) == [moments[1]]
    assert between(moments[1] + timedelta(microseconds=1), moments[2] - timedelta(microseconds=1)) == []
    east = timezone(timedelta(hours=5, minutes=30))
    assert between(moments[1].astimezone(east), moments[1].replace(tzinfo=None)) == [moments[1]]
    assert between("2026-03-04T12:01:00Z", "2026-03-04T13:01:00+01:00") == [moments[1]]
    assert between("2026-03-04") == moments
    assert between(NOON.timestamp(), int(NOON.timestamp()) + 60) == moments[:2]
    first = datetime.min.replace(tzinfo=east)
    last = datetime.max.replace(tzinfo=timezone(-timedelta(hours=9)))
    assert between(first, last) == moments
    assert between(last, last) == []


def case_a_time_frame_that_ends_before_it_starts_is_refused(database: Database) -> None:
    tracker = AnalyticsTracker(database=database)
    with raises(InvalidQueryError):
        tracker.get_events_by_timeframe("cat", NOON + timedelta(seconds=1), NOON)


def case_clearing_takes_one_asset_or_all(database: Database) -> None:
    tracker = AnalyticsTracker(database=database)
    track(tracker, "cat", views=2, short_code="code")
    track(tracker, "dog", views=1)
    tracker.clear_events("cat")
    assert tracker.get_asset_metrics("cat")["views"] == 0
    assert tracker.get_short_link_metrics("code")["views"] == 0
    assert tracker.get_asset_metrics("dog")["views"] == 1
    tracker.clear_events()
    assert tracker.get_top_assets() == []


def case_a_thousand_events_of_one_transaction_count_exactly_or_not_at_all(database: Database) -> None:
    tracker = AnalyticsTracker(database=database)

    def work(fail: bool) -> None:
        track(tracker, "cat", views=500, plays=300, clicks=200)
        assert tracker.get_asset_metrics("cat")["total_events"] == 1_000
        if fail:
            raise KeyError("changed my mind")

    with raises(KeyError):
        database.transaction(lambda: work(fail=True))
    assert tracker.get_asset_metrics("cat")["total_events"] == 0
    database.transaction(lambda: work(fail=False))
    assert tracker.get_asset_metrics("cat")["total_events"] == 1_000


def case_a_new_tracker_on_the_same_database_goes_on_counting(database: Database) -> None:
    track(AnalyticsTracker(database=database), "cat", views=1)
    track(AnalyticsTracker(database=database), "cat", views=1)
    assert AnalyticsTracker(database=database).get_asset_metrics("cat")["views"] == 2

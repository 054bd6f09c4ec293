from __future__ import annotations

import inspect
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import analytics
from analytics import AnalyticsTracker, EventType, InvalidEventError, InvalidQueryError, Platform
from analytics.events import MAX_METADATA_BYTES, MAX_METADATA_DEPTH, encode_metadata
from analytics.metrics import event_metrics, rates
from sql_port.sqlite import SqliteDatabase


def test_the_documented_enums_have_their_members_and_lower_case_values() -> None:
    assert [member.name for member in EventType] == ["VIEW", "PLAY", "CLICK"]
    assert [member.name for member in Platform] == [
        "WEB",
        "SLACK",
        "DISCORD",
        "TEAMS",
        "TWITTER",
        "FACEBOOK",
        "OTHER",
    ]
    for member in [*EventType, *Platform]:
        assert member.value == member.name.lower()
        assert f"{member}" == member.value


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("track_event", "asset_id, event_type, platform=web, short_code=None, metadata=None"),
        ("get_asset_metrics", "asset_id"),
        ("get_platform_metrics", "asset_id"),
        ("get_short_link_metrics", "short_code"),
        ("get_top_assets", "metric=views, limit=10"),
        ("get_events_by_timeframe", "asset_id, start_time=None, end_time=None"),
        ("clear_events", "asset_id=None"),
    ],
)
def test_a_documented_method_has_its_documented_parameters(method: str, expected: str) -> None:
    parameters = list(inspect.signature(getattr(AnalyticsTracker, method)).parameters.values())[1:]
    shown = [
        item.name if item.default is inspect.Parameter.empty else f"{item.name}={item.default}"
        for item in parameters
    ]
    assert ", ".join(shown) == expected


def test_the_constructor_needs_no_argument() -> None:
    parameters = list(inspect.signature(AnalyticsTracker).parameters.values())
    assert all(item.kind is inspect.Parameter.KEYWORD_ONLY for item in parameters)
    tracker = AnalyticsTracker()
    before = datetime.now(UTC)
    tracker.track_event("cat", EventType.VIEW)
    (event,) = tracker.get_events_by_timeframe("cat", start_time=before.replace(microsecond=0))
    assert event["timestamp"].tzinfo is UTC


def test_every_exported_name_resolves_and_others_do_not() -> None:
    for name in analytics.__all__:
        assert getattr(analytics, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Tracker'"):
        _ = analytics.Tracker  # type: ignore[attr-defined]


def test_a_documented_platform_can_be_looked_up_right_after_tracking_another() -> None:
    tracker = AnalyticsTracker()
    tracker.track_event("cat", EventType.VIEW, Platform.WEB)
    assert tracker.get_platform_metrics("cat")["slack"]["views"] == 0


def test_enums_may_be_given_by_value() -> None:
    tracker = AnalyticsTracker()
    event = tracker.track_event("cat", "play", "teams")  # type: ignore[arg-type]
    assert (event["event_type"], event["platform"]) == ("play", "teams")


@pytest.mark.parametrize("in_memory", [True, False], ids=["memory", "file"])
def test_threads_that_track_at_once_lose_and_double_nothing(in_memory: bool, tmp_path: Path) -> None:
    database = SqliteDatabase(None if in_memory else str(tmp_path / "events.sqlite"))
    tracker = AnalyticsTracker(database=database)
    threads, rounds = 8, 60
    together = Barrier(threads)
    seen = []

    def work(number: int) -> None:
        together.wait()
        for turn in range(rounds):
            kind = list(EventType)[turn % 3]
            tracker.track_event(f"asset-{turn % 2}", kind, Platform.SLACK, f"code-{number}")
            seen.append(tracker.get_asset_metrics("asset-0")["total_events"])

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))

    totals = [tracker.get_asset_metrics(f"asset-{n}")["total_events"] for n in (0, 1)]
    assert totals == [threads * rounds // 2] * 2
    assert max(seen) == threads * rounds // 2
    for number in range(threads):
        metrics = tracker.get_short_link_metrics(f"code-{number}")
        assert (metrics["views"], metrics["plays"], metrics["clicks"]) == (rounds // 3,) * 3
    events = tracker.get_events_by_timeframe("asset-0") + tracker.get_events_by_timeframe("asset-1")
    assert len({event["event_id"] for event in events}) == threads * rounds
    database.close()


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(EventType),
        st.sampled_from(Platform),
        st.sampled_from([None, "s1", "s2"]),
    ),
    max_size=60,
)


@settings(deadline=None, max_examples=60)
@given(EVENTS)
def test_sql_counts_what_a_plain_count_counts(
    events: list[tuple[str, EventType, Platform, str | None]],
) -> None:
    database = SqliteDatabase()
    tracker = AnalyticsTracker(database=database)
    for asset_id, kind, platform, code in events:
        tracker.track_event(asset_id, kind, platform, code)

    def three(counts: Counter[EventType]) -> tuple[int, int, int]:
        return counts[EventType.VIEW], counts[EventType.PLAY], counts[EventType.CLICK]

    for asset in "abc":
        mine = [event for event in events if event[0] == asset]
        assert tracker.get_asset_metrics(asset) == event_metrics(*three(Counter(e[1] for e in mine)))
        for name, found in tracker.get_platform_metrics(asset).items():
            assert found == rates(*three(Counter(e[1] for e in mine if e[2] == name)))
    for code in ("s1", "s2"):
        counts = Counter(e[1] for e in events if e[3] == code)
        assert tracker.get_short_link_metrics(code) == event_metrics(*three(counts))
    for metric in ("views", "plays", "clicks", "ctr", "play_rate"):
        ranking = tracker.get_top_assets(metric=metric)
        assert {entry["asset_id"] for entry in ranking} == {event[0] for event in events}
        plain = [dict(entry) for entry in ranking]
        keys = [(-float(str(entry[metric])), str(entry["asset_id"])) for entry in plain]
        assert keys == sorted(keys)
    database.close()


LOOP: dict[str, object] = {}
LOOP["loop"] = LOOP


@pytest.mark.parametrize(
    "change",
    [
        {"asset_id": ""},
        {"asset_id": None},
        {"asset_id": "x" * 513},
        {"asset_id": "\udfff"},
        {"event_type": "like"},
        {"event_type": "VIEW"},
        {"event_type": None},
        {"event_type": []},
        {"platform": "myspace"},
        {"platform": None},
        {"short_code": ""},
        {"short_code": 5},
        {"metadata": []},
        {"metadata": {1: "a"}},
        {"metadata": {"a": object()}},
        {"metadata": {"a": float("nan")}},
        {"metadata": {"a": 10**5_000}},
        {"metadata": {"a": {(1, 2): "tuple keys"}}},
        {"metadata": LOOP},
    ],
)
def test_an_impossible_event_is_refused(change: dict[str, object]) -> None:
    arguments = {"asset_id": "cat", "event_type": EventType.VIEW, **change}
    with pytest.raises(InvalidEventError):
        AnalyticsTracker().track_event(**arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("limit", [0, -1, 1_001, True, 2.0, "3", None])
def test_an_impossible_limit_is_refused(limit: object) -> None:
    with pytest.raises(InvalidQueryError, match="limit must be a whole number from 1 to 1000"):
        AnalyticsTracker().get_top_assets(limit=limit)  # type: ignore[arg-type]


@pytest.mark.parametrize("metric", ["likes", "", "views; DROP TABLE analytics_events", None, ["views"]])
def test_an_unknown_metric_is_refused_with_the_known_ones(metric: object) -> None:
    with pytest.raises(InvalidQueryError, match="must be one of views, plays, clicks, ctr, play_rate"):
        AnalyticsTracker().get_top_assets(metric=metric)  # type: ignore[arg-type]


def test_clearing_nothing_in_particular_needs_none_and_not_an_empty_id() -> None:
    tracker = AnalyticsTracker()
    tracker.track_event("cat", EventType.VIEW)
    with pytest.raises(InvalidQueryError):
        tracker.clear_events("")
    assert tracker.get_asset_metrics("cat")["views"] == 1
    tracker.clear_events("cat")
    assert tracker.get_asset_metrics("cat")["views"] == 0
    tracker.track_event("dog", EventType.VIEW)
    tracker.clear_events()
    assert tracker.get_top_assets() == []


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.text(max_size=20), JSON_VALUES, max_size=5))
def test_metadata_comes_back_or_is_refused(metadata: dict[str, object]) -> None:
    database = SqliteDatabase()
    tracker = AnalyticsTracker(database=database)
    try:
        event = tracker.track_event("cat", EventType.VIEW, metadata=metadata)
    except InvalidEventError:
        assert tracker.get_top_assets() == []
    else:
        assert event["metadata"] == metadata
        assert tracker.get_events_by_timeframe("cat") == [event]
    database.close()


def test_the_bounds_of_metadata_are_where_they_are_said_to_be() -> None:
    frame = len(encode_metadata({"a": ""}))
    assert len(encode_metadata({"a": "x" * (MAX_METADATA_BYTES - frame)})) == MAX_METADATA_BYTES
    with pytest.raises(InvalidEventError, match="16385 bytes"):
        encode_metadata({"a": "x" * (MAX_METADATA_BYTES - frame + 1)})
    value: object = "leaf"
    for _ in range(MAX_METADATA_DEPTH - 1):
        value = [value]
    assert "leaf" in encode_metadata({"a": value})
    with pytest.raises(InvalidEventError, match="nested deeper"):
        encode_metadata({"a": [value]})


def test_errors_are_value_errors_with_stable_codes() -> None:
    codes = {
        "AnalyticsError": "invalid_analytics",
        "InvalidEventError": "invalid_event",
        "InvalidQueryError": "invalid_analytics_query",
        "InvalidClickError": "invalid_click",
    }
    for name, code in codes.items():
        kind = getattr(analytics, name)
        assert issubclass(kind, ValueError)
        assert kind.code == code


def test_the_metrics_are_answered_from_indexes() -> None:
    database = SqliteDatabase()
    tracker = AnalyticsTracker(database=database)
    statements: list[tuple[str, int]] = []

    class Explaining:
        def execute(self, statement: str, *parameters: object) -> list[dict[str, object]]:
            statements.append((statement, len(parameters)))
            return database.execute(statement, *parameters)  # type: ignore[arg-type]

    tracker._database = Explaining()  # type: ignore[assignment]
    tracker.get_asset_metrics("cat")
    tracker.get_short_link_metrics("code")
    tracker.get_platform_metrics("cat")
    tracker.get_top_assets()
    tracker.get_events_by_timeframe("cat")
    assert len(statements) == 5
    for statement, count in statements:
        plan = database.execute(f"EXPLAIN QUERY PLAN {statement}", *[1] * count)
        touching = [row["detail"] for row in plan if "analytics_events" in row["detail"]]
        assert touching
        assert all("INDEX analytics_events_by_" in detail for detail in touching), touching
    database.close()

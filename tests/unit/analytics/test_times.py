from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import AnalyticsTracker, InvalidQueryError
from analytics.times import microseconds, moment, parse_moment
from sql_port import MAX_INTEGER

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
STORED = 1_772_625_600_000_000
OFFSETS = st.integers(min_value=-23 * 60, max_value=23 * 60).map(lambda m: timezone(timedelta(minutes=m)))


@pytest.mark.parametrize(
    "value",
    [
        NOON,
        NOON.replace(tzinfo=None),
        NOON.astimezone(timezone(timedelta(hours=5, minutes=30))),
        "2026-03-04T12:00:00Z",
        "2026-03-04T12:00:00",
        "2026-03-04T07:00-05:00",
        1_772_625_600,
        1_772_625_600.0,
    ],
)
def test_the_same_moment_can_be_said_in_several_ways(value: object) -> None:
    assert parse_moment(value, "start_time") == STORED
    assert moment(STORED) == NOON


@pytest.mark.parametrize(
    "value",
    [
        "yesterday",
        "",
        "2026-13-01",
        "9" * 10_000,
        b"2026",
        True,
        float("nan"),
        float("inf"),
        10**30,
        -(10**30),
        [],
        {},
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_names_no_moment_is_refused(value: object) -> None:
    with pytest.raises(InvalidQueryError, match=r"^start_time "):
        parse_moment(value, "start_time")
    tracker = AnalyticsTracker()
    with pytest.raises(InvalidQueryError, match=r"^end_time "):
        tracker.get_events_by_timeframe("cat", end_time=value)  # type: ignore[arg-type]


@settings(deadline=None)
@given(st.datetimes(timezones=OFFSETS))
def test_any_datetime_is_a_number_that_a_database_can_hold(value: datetime) -> None:
    stored = parse_moment(value, "start_time")
    assert abs(stored) <= MAX_INTEGER
    if abs(stored) < MAX_INTEGER:
        assert moment(stored) == value
        assert parse_moment(value.isoformat(), "start_time") == stored


@settings(deadline=None)
@given(st.floats(min_value=0, max_value=4e9))
def test_a_clock_reading_is_kept_to_the_microsecond(seconds: float) -> None:
    assert abs(microseconds(seconds) / 1e6 - seconds) <= 1e-6
    assert parse_moment(moment(microseconds(seconds)), "start_time") == microseconds(seconds)

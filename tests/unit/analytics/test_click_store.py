from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import BatchOutcome, Click, ClickStore, Platform
from analytics.click_reports import (
    DIMENSIONS,
    ClickTotals,
    day_date,
    day_number,
    day_of,
    report_since,
    summarise,
)
from analytics.click_store import MAX_BATCH_CLICKS, MAX_VALUES_PER_DAY
from sql_port import Row, SqlValue
from sql_port.sqlite import SqliteDatabase

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC).timestamp()


class Counting:
    """The database, and how many statements it ran."""

    def __init__(self) -> None:
        self.inner = SqliteDatabase()
        self.statements: list[tuple[str, int]] = []
        self.transaction, self.run_all = self.inner.transaction, self.inner.run_all

    def execute(self, statement: str, *parameters: SqlValue) -> list[Row]:
        self.statements.append((statement, len(parameters)))
        return self.inner.execute(statement, *parameters)


@pytest.mark.parametrize("in_memory", [True, False], ids=["memory", "file"])
def test_threads_that_retry_each_others_batches_count_each_once(in_memory: bool, tmp_path: Path) -> None:
    database = SqliteDatabase(None if in_memory else str(tmp_path / "clicks.sqlite"))
    store = ClickStore(database)
    threads, batches, size = 6, 20, 7
    together = Barrier(threads)

    def work(number: int) -> Counter[BatchOutcome]:
        together.wait()
        order = [(number * 3 + step) % batches for step in range(batches)]
        return Counter(
            store.record_batch(f"b{batch}", [Click(NOW, visitor=f"v{batch}")] * size, NOW) for batch in order
        )

    with ThreadPoolExecutor(threads) as pool:
        outcomes = sum(pool.map(work, range(threads)), Counter[BatchOutcome]())

    assert outcomes == {BatchOutcome.RECORDED: batches, BatchOutcome.REPEATED: (threads - 1) * batches}
    assert store.totals() == {
        "total_clicks": batches * size,
        "unique_clicks": batches,
        "last_click_at": NOW,
    }
    database.close()


def test_a_full_batch_takes_few_statements_and_a_small_one_fewer() -> None:
    database = Counting()
    store = ClickStore(database)
    database.statements.clear()
    store.record_batch("small", [Click(NOW, visitor="v")], NOW)
    assert len(database.statements) <= 20
    database.statements.clear()
    worst = [Click(NOW, referrer=f"h{n}.example", visitor=f"v{n}") for n in range(MAX_BATCH_CLICKS)]
    store.record_batch("full", worst, NOW)
    assert len(database.statements) <= 70
    database.inner.close()


def test_recording_never_scans_a_table_that_grows() -> None:
    database = Counting()
    store = ClickStore(database)
    old = NOW - 30 * 86_400
    store.record_batch("b0", [Click(old, visitor="v")], old)
    database.statements.clear()
    store.record_batch("b1", [Click(NOW, referrer="a.example", visitor="v")], NOW)
    assert any("DELETE FROM click_visitors" in statement for statement, _ in database.statements)
    for statement, count in database.statements:
        plan = database.inner.execute(f"EXPLAIN QUERY PLAN {statement}", *[1] * count)
        scanned = {row["detail"].split()[1] for row in plan if row["detail"].startswith("SCAN")}
        # The oldest few batches are read through a LIMIT; nothing else may be read row by row.
        assert not scanned & {"click_days", "click_values", "click_visitors"}, (statement, scanned)
        assert "click_batches" not in scanned or "LIMIT" in statement
    database.inner.close()


CLICKS = st.builds(
    Click,
    timestamp=st.integers(min_value=-2 * 86_400, max_value=3_600).map(lambda offset: NOW + offset),
    country=st.sampled_from(["US", "CA", "XX"]),
    referrer=st.sampled_from(["Direct", "other", "google.com"]),
    platform=st.sampled_from(Platform),
    device=st.sampled_from(["mobile", "desktop"]),
    browser=st.sampled_from(["Chrome", "Safari"]),
    os=st.sampled_from(["iOS", "other"]),
    visitor=st.sampled_from(["", "alice", "bob", "carol"]),
)
BATCHES = st.lists(
    st.tuples(st.sampled_from(["b1", "b2", "b3", "b4"]), st.lists(CLICKS, min_size=1, max_size=20)),
    max_size=8,
)


@settings(deadline=None, max_examples=50)
@given(BATCHES)
def test_the_store_counts_what_a_plain_model_counts(batches: list[tuple[str, list[Click]]]) -> None:
    database = SqliteDatabase()
    store = ClickStore(database)
    model: dict[str, list[Click]] = {}
    for batch_id, clicks in batches:
        expected = BatchOutcome.REPEATED if batch_id in model else BatchOutcome.RECORDED
        assert store.record_batch(batch_id, clicks, NOW) is expected
        model.setdefault(batch_id, clicks)
    counted = [click for clicks in model.values() for click in clicks]
    visits = {(day_of(min(c.timestamp, NOW)), c.visitor) for c in counted if c.visitor}
    days = Counter(day_of(min(click.timestamp, NOW)) for click in counted)

    totals = store.totals()
    assert (totals["total_clicks"], totals["unique_clicks"]) == (len(counted), len(visits))
    assert store.by_day() == [
        {
            "date": day_date(day).isoformat(),
            "clicks": days[day],
            "unique_clicks": sum(1 for visit in visits if visit[0] == day),
        }
        for day in sorted(days)
    ]
    for dimension in DIMENSIONS:
        counts = Counter(str(getattr(click, dimension)) for click in counted)
        expected_top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        assert [(item["name"], item["count"]) for item in store.by_dimension(dimension)] == expected_top
    newest = sorted((min(click.timestamp, NOW) for click in counted), reverse=True)[:50]
    assert [click["timestamp"] for click in store.recent()] == newest
    summary = store.summary(NOW)
    assert sum(item["clicks"] for item in summary["click_timeline"]) == len(counted)
    database.close()


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(min_value=0, max_value=900), min_size=1, max_size=1_000))
def test_no_crowd_of_values_exceeds_the_bound_or_loses_a_click(numbers: list[int]) -> None:
    database = SqliteDatabase()
    store = ClickStore(database)
    half = len(numbers) // 2
    for batch_id, part in (("b1", numbers[:half]), ("b2", numbers[half:])):
        store.record_batch(batch_id, [Click(NOW, referrer=f"h{number}.example") for number in part], NOW)
    counts = {item["name"]: item["count"] for item in store.by_dimension("referrer", 1_000)}
    assert len(counts.keys() - {"other"}) == min(MAX_VALUES_PER_DAY, len(set(numbers)))
    assert sum(counts.values()) == len(numbers)
    database.close()


@settings(deadline=None)
@given(st.dates(min_value=date(1971, 1, 1), max_value=date(9998, 12, 31)))
def test_days_are_calendar_days_in_utc(day: date) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert day_of(midnight.timestamp()) == day_number(day)
    assert day_of((midnight + timedelta(hours=23, minutes=59, seconds=59)).timestamp()) == day_number(day)
    assert day_date(day_number(day)) == day


@settings(deadline=None)
@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)))
def test_weeks_begin_on_monday_and_months_on_the_first(day: date) -> None:
    today = day_number(day)
    clicks = dict.fromkeys(range(report_since(today), today + 1), 1)
    totals: ClickTotals = {"total_clicks": 0, "unique_clicks": 0, "last_click_at": None}
    summary = summarise(totals, clicks, 0, today, {"country": [], "referrer": []})
    assert summary["clicks_today"] == 1
    assert summary["clicks_this_week"] == day.isoweekday()
    assert summary["clicks_this_month"] == day.day
    assert len(summary["click_timeline"]) == 30

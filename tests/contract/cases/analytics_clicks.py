"""`ClickStore`: batches counted once, days, dimensions, visitors, recent clicks, the summary."""

from __future__ import annotations

from datetime import UTC, date, datetime

from analytics import BatchOutcome, Click, ClickStore, InvalidClickError, InvalidQueryError, Platform
from analytics.click_batches import (
    BATCH_MEMORY_SECONDS,
    CLOCK_SKEW_SECONDS,
    LEAST_MEMORY_SECONDS,
    MAX_BATCH_IDS,
)
from analytics.click_reports import DIMENSIONS
from analytics.click_store import MAX_BATCH_CLICKS, MAX_RECENT_CLICKS, MAX_VALUES_PER_DAY, VISITOR_DAYS
from sql_port import Database
from tests.contract.cases import raises

DAY = 86_400
# A Wednesday.
NOW = datetime(2026, 3, 18, 12, tzinfo=UTC).timestamp()
RECORDED, REPEATED, STALE = BatchOutcome.RECORDED, BatchOutcome.REPEATED, BatchOutcome.STALE


def clicks_of(count: int, at: float = NOW, visitor: str = "", referrer: str = "Direct") -> list[Click]:
    return [Click(at, visitor=visitor, referrer=referrer) for _ in range(count)]


def case_an_unclicked_code_has_zeros(database: Database) -> None:
    store = ClickStore(database)
    assert store.totals() == {"total_clicks": 0, "unique_clicks": 0, "last_click_at": None}
    assert store.by_day() == []
    assert store.by_dimension("country") == []
    assert store.recent() == []
    assert store.summary(NOW) == {
        "total_clicks": 0,
        "unique_clicks": 0,
        "clicks_today": 0,
        "clicks_this_week": 0,
        "clicks_this_month": 0,
        "top_countries": [],
        "top_referers": [],
        "click_timeline": [],
    }


def case_a_batch_counts_once_however_often_it_comes(database: Database) -> None:
    store = ClickStore(database)
    batch = [Click(NOW - 1, "US", "google.com", Platform.SLACK, "mobile", "Safari", "iOS", "alice")]
    assert store.record_batch("b1", batch * 3, NOW) is RECORDED
    assert store.record_batch("b1", batch * 3, NOW + 5) is REPEATED
    assert ClickStore(database).record_batch("b1", batch, NOW + BATCH_MEMORY_SECONDS - 1) is REPEATED
    assert store.totals() == {"total_clicks": 3, "unique_clicks": 1, "last_click_at": NOW - 1}
    assert store.by_day() == [{"date": "2026-03-18", "clicks": 3, "unique_clicks": 1}]
    expected = {
        "platform": "slack",
        "country": "US",
        "referrer": "google.com",
        "device": "mobile",
        "browser": "Safari",
        "os": "iOS",
    }
    assert list(expected) == list(DIMENSIONS)
    for dimension, value in expected.items():
        assert store.by_dimension(dimension) == [{"name": value, "count": 3}], dimension
    assert len(store.recent()) == 3


def case_an_empty_batch_is_nothing(database: Database) -> None:
    store = ClickStore(database)
    assert store.record_batch("b1", [], NOW) is RECORDED
    assert store.record_batch("b1", clicks_of(1), NOW) is RECORDED
    assert store.totals()["total_clicks"] == 1


def case_a_malformed_batch_is_refused(database: Database) -> None:
    store = ClickStore(database)
    for batch_id in ("", "x" * 65, "é", "a\nb", None, 7):
        with raises(InvalidClickError):
            store.record_batch(batch_id, clicks_of(1), NOW)  # type: ignore[arg-type]
    with raises(InvalidClickError):
        store.record_batch("b", clicks_of(MAX_BATCH_CLICKS + 1), NOW)
    assert store.totals()["total_clicks"] == 0


def case_a_failed_transaction_counts_nothing_and_forgets_the_batch(database: Database) -> None:
    store = ClickStore(database)

    def work() -> None:
        store.record_batch("b1", clicks_of(5, visitor="alice"), NOW)
        raise KeyError("changed my mind")

    with raises(KeyError):
        database.transaction(work)
    assert store.totals()["total_clicks"] == 0
    assert store.record_batch("b1", clicks_of(5, visitor="alice"), NOW) is RECORDED
    assert store.totals() == {"total_clicks": 5, "unique_clicks": 1, "last_click_at": NOW}


def case_a_thousand_different_clicks_are_counted_exactly(database: Database) -> None:
    store = ClickStore(database)
    batch = [
        Click(
            NOW - n,
            f"A{n % 10}",
            f"host{n % 100}.example",
            Platform.WEB,
            "desktop",
            "Firefox",
            "Linux",
            f"v{n}",
        )
        for n in range(MAX_BATCH_CLICKS)
    ]
    for number in range(3):
        assert store.record_batch(f"b{number}", batch, NOW) is RECORDED
    assert store.totals() == {"total_clicks": 3_000, "unique_clicks": 1_000, "last_click_at": NOW}
    assert store.by_dimension("country", 3) == [{"name": f"A{n}", "count": 300} for n in range(3)]
    referrers = store.by_dimension("referrer", 1_000)
    assert len(referrers) == 100
    assert {item["count"] for item in referrers} == {30}


def case_clicks_belong_to_their_own_day(database: Database) -> None:
    store = ClickStore(database)
    midnight = datetime(2026, 3, 18, tzinfo=UTC).timestamp()
    batch = [
        Click(midnight - 0.001, "US", visitor="alice"),
        Click(midnight, "US", visitor="alice"),
        Click(midnight + 1, "CA", visitor="bob"),
        Click(midnight + 2, "CA"),
        Click(NOW + 2 * DAY, "CA", visitor="alice"),
    ]
    store.record_batch("b1", batch, NOW)
    store.record_batch("b2", [Click(midnight - 10, visitor="alice")], NOW)
    assert store.by_day() == [
        {"date": "2026-03-17", "clicks": 2, "unique_clicks": 1},
        {"date": "2026-03-18", "clicks": 4, "unique_clicks": 2},
    ]
    assert store.totals() == {"total_clicks": 6, "unique_clicks": 3, "last_click_at": NOW}
    assert store.by_day(first=date(2026, 3, 18)) == store.by_day()[1:]
    assert store.by_day(last=date(2026, 3, 17)) == store.by_day()[:1]
    assert store.by_dimension("country", last=date(2026, 3, 17)) == [
        {"name": "US", "count": 1},
        {"name": "XX", "count": 1},
    ]
    assert store.by_dimension("country", first=date(2026, 3, 18), last=date(2026, 3, 18)) == [
        {"name": "CA", "count": 3},
        {"name": "US", "count": 1},
    ]


def case_a_late_batch_does_not_move_the_latest_click_back(database: Database) -> None:
    store = ClickStore(database)
    store.record_batch("b1", clicks_of(1, at=NOW), NOW)
    store.record_batch("b2", clicks_of(1, at=NOW - DAY), NOW)
    assert store.totals()["last_click_at"] == NOW


def case_impossible_questions_are_refused(database: Database) -> None:
    store = ClickStore(database)
    for dimension in ("city", "", "visitor"):
        with raises(InvalidQueryError):
            store.by_dimension(dimension)
    for limit in (0, True, 1_001, "5"):
        with raises(InvalidQueryError):
            store.by_dimension("country", limit)  # type: ignore[arg-type]
    for limit in (0, MAX_RECENT_CLICKS + 1):
        with raises(InvalidQueryError):
            store.recent(limit)


def case_a_day_keeps_a_bounded_number_of_values(database: Database) -> None:
    store = ClickStore(database)
    hosts = [f"h{number:04}.example" for number in range(MAX_VALUES_PER_DAY + 50)]
    first = [Click(NOW, referrer=host) for host in hosts[:200]]
    store.record_batch("b1", first, NOW)
    crowd = [Click(NOW, referrer=host) for host in hosts[200:]]
    favourite = [Click(NOW, referrer=hosts[-1])] * 2
    store.record_batch("b2", crowd + favourite, NOW)
    counts = {item["name"]: item["count"] for item in store.by_dimension("referrer", 1_000)}
    assert len(counts) == MAX_VALUES_PER_DAY + 1
    # The frequent one got in although it sorts last; the other 50 of the crowd did not fit.
    assert counts[hosts[-1]] == 3
    assert counts["other"] == 50
    assert sum(counts.values()) == store.totals()["total_clicks"]
    store.record_batch("b3", [Click(NOW, referrer=host) for host in (hosts[0], hosts[-2])], NOW)
    counts = {item["name"]: item["count"] for item in store.by_dimension("referrer", 1_000)}
    assert (counts[hosts[0]], counts["other"]) == (2, 51)
    store.record_batch("b4", [Click(NOW + DAY, referrer=hosts[-2])], NOW + DAY)
    assert store.by_dimension("referrer", first=date(2026, 3, 19)) == [{"name": hosts[-2], "count": 1}]
    assert store.by_dimension("platform") == [{"name": "web", "count": store.totals()["total_clicks"]}]


def case_recent_clicks_are_the_newest_and_say_no_visitor(database: Database) -> None:
    store = ClickStore(database)
    store.record_batch("b1", [Click(NOW - 100 - n, visitor=f"v{n}") for n in range(60)], NOW)
    newest = Click(NOW - 1, "US", "t.co", Platform.TWITTER, "mobile", "Twitter", "iOS", "alice")
    store.record_batch("b2", [newest, Click(NOW - 10 * DAY), Click(NOW + 1)], NOW)
    recent = store.recent()
    assert len(recent) == MAX_RECENT_CLICKS
    assert [click["timestamp"] for click in recent[:3]] == [NOW, NOW - 1, NOW - 100]
    assert recent[-1]["timestamp"] == NOW - 147
    assert store.recent(2)[1] == {
        "timestamp": NOW - 1,
        "country": "US",
        "referrer": "t.co",
        "platform": "twitter",
        "device": "mobile",
        "browser": "Twitter",
        "os": "iOS",
    }


def case_the_summary_has_the_documented_shape(database: Database) -> None:
    store = ClickStore(database)
    plan = {"2026-02-28": 1, "2026-03-01": 2, "2026-03-15": 4, "2026-03-16": 8, "2026-03-18": 16}
    for day, count in plan.items():
        at = datetime.fromisoformat(f"{day}T06:00:00+00:00").timestamp()
        batch = [Click(at, "US", visitor=f"v{n % 3}") for n in range(count)]
        store.record_batch(day, batch, at)
    store.record_batch("late", [Click(NOW, "CA", "google.com", visitor="v0")] * 2, NOW)
    summary = store.summary(NOW)
    assert list(summary) == [
        "total_clicks",
        "unique_clicks",
        "clicks_today",
        "clicks_this_week",
        "clicks_this_month",
        "top_countries",
        "top_referers",
        "click_timeline",
    ]
    assert summary["total_clicks"] == 33
    assert summary["unique_clicks"] == 1 + 2 + 3 + 3 + 3
    assert summary["clicks_today"] == 18
    assert summary["clicks_this_week"] == 26
    assert summary["clicks_this_month"] == 32
    assert summary["top_countries"] == [{"name": "US", "count": 31}, {"name": "CA", "count": 2}]
    assert summary["top_referers"] == [{"name": "Direct", "count": 31}, {"name": "google.com", "count": 2}]
    timeline = summary["click_timeline"]
    assert [item["date"] for item in timeline[:2]] == ["2026-02-28", "2026-03-01"]
    assert timeline[-2:] == [{"date": "2026-03-17", "clicks": 0}, {"date": "2026-03-18", "clicks": 18}]
    assert len(timeline) == 19
    later = store.summary(NOW + 40 * DAY)
    assert len(later["click_timeline"]) == 30
    assert later["clicks_this_month"] == 0
    assert later["total_clicks"] == 33


def case_a_batch_older_than_the_memory_is_stale_and_never_counts_twice(database: Database) -> None:
    store = ClickStore(database)
    store.record_batch("old", clicks_of(1, at=NOW), NOW)
    later = NOW + BATCH_MEMORY_SECONDS + 1
    store.record_batch("new", clicks_of(1, at=later), later)
    assert database.execute("SELECT batch_id FROM click_batches") == [{"batch_id": "new"}]
    assert store.record_batch("old", clicks_of(1, at=NOW), later) is STALE
    assert store.record_batch("also old", clicks_of(1, at=NOW + CLOCK_SKEW_SECONDS), later) is STALE
    assert (
        store.record_batch("late but new", clicks_of(1, at=NOW + CLOCK_SKEW_SECONDS + 1), later) is RECORDED
    )
    assert store.totals()["total_clicks"] == 3


def fill_the_memory(database: Database, number: int, begin: float, per_second: float) -> None:
    """Have batches `full-1` and so on recorded since `begin`, so many a second."""
    database.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < CAST(? AS INTEGER))"
        " INSERT INTO click_batches (batch_id, recorded_ms)"
        " SELECT 'full-' || i, CAST(? AS INTEGER) + CAST(i * ? AS INTEGER) FROM n",
        number,
        round(begin * 1_000),
        1_000 / per_second,
    )


def case_the_memory_of_batches_is_bounded(database: Database) -> None:
    store = ClickStore(database)
    fill_the_memory(database, MAX_BATCH_IDS, NOW, per_second=1_000)
    for number in range(6):
        assert store.record_batch(f"b{number}", clicks_of(1, at=NOW + DAY), NOW + DAY) is RECORDED
    (row,) = database.execute("SELECT count(*) AS size FROM click_batches")
    assert row["size"] == MAX_BATCH_IDS
    assert store.record_batch("full-6", clicks_of(1, at=NOW), NOW + DAY) is STALE
    assert store.record_batch("full-7", clicks_of(1, at=NOW), NOW + DAY) is REPEATED


def case_four_hundred_batches_a_second_make_no_batch_stale_that_was_held_back(database: Database) -> None:
    store = ClickStore(database)
    seconds, per_second = 150, 400
    fill_the_memory(database, seconds * per_second, NOW - seconds, per_second)
    for number in range(20):
        at = NOW + number / per_second
        assert store.record_batch(f"new-{number}", clicks_of(1, at=at - 0.5), at) is RECORDED
    assert store.record_batch("out of a journal", clicks_of(1, at=NOW - 900), NOW) is RECORDED
    assert store.record_batch("out of the queue", clicks_of(1, at=NOW - 3_600), NOW) is RECORDED
    assert store.record_batch("full-1", clicks_of(1, at=NOW - seconds), NOW) is REPEATED
    assert store.totals()["total_clicks"] == 22


def case_what_was_held_back_during_an_outage_is_counted_however_much_it_is(database: Database) -> None:
    store = ClickStore(database)
    end, held_back = NOW + 300, 30_000
    store.record_batch("before", clicks_of(1), NOW)
    fill_the_memory(database, held_back, end, per_second=500)
    after = end + held_back / 500
    for number in range(20):
        assert store.record_batch(f"held-{number}", clicks_of(1, at=NOW + number), after) is RECORDED
    assert store.record_batch("before", clicks_of(1), after) is REPEATED


def case_ids_beyond_the_number_are_forgotten_once_they_are_old_enough(database: Database) -> None:
    store = ClickStore(database)
    fill_the_memory(database, MAX_BATCH_IDS + 100, NOW, per_second=1_000)
    young = NOW + LEAST_MEMORY_SECONDS - 1
    store.record_batch("b1", clicks_of(1, at=young), young)
    assert store.has_counted("full-1")
    store.record_batch("b2", clicks_of(1, at=young + 2), young + 2)
    assert not store.has_counted("full-1")


def case_visitors_are_forgotten_after_a_week_and_late_clicks_still_count(database: Database) -> None:
    store = ClickStore(database)
    store.record_batch("b1", clicks_of(2, visitor="alice"), NOW)
    last_day = NOW + (VISITOR_DAYS - 1) * DAY
    store.record_batch("b2", clicks_of(1, at=NOW, visitor="alice"), last_day)
    store.record_batch("b3", clicks_of(1, at=NOW, visitor="bob"), last_day)
    assert store.totals() == {"total_clicks": 4, "unique_clicks": 2, "last_click_at": NOW}
    # Without a click nothing is cleaned, and the next one cleans.
    store.record_batch("b4", clicks_of(1, at=last_day + DAY, visitor="carol"), last_day + DAY)
    assert database.execute("SELECT visitor FROM click_visitors") == [{"visitor": "carol"}]
    late = clicks_of(1, at=NOW + 2 * CLOCK_SKEW_SECONDS, visitor="dave")
    assert store.record_batch("b5", late, last_day + DAY) is RECORDED
    assert store.totals()["total_clicks"] == 6
    assert store.totals()["unique_clicks"] == 3


def case_a_click_that_arrives_after_its_visitors_were_forgotten_is_no_new_visitor(database: Database) -> None:
    store = ClickStore(database)
    store.record_batch("b1", clicks_of(1, at=NOW - 20 * DAY, visitor="alice"), NOW)
    assert store.totals() == {"total_clicks": 1, "unique_clicks": 0, "last_click_at": NOW - 20 * DAY}
    assert database.execute("SELECT * FROM click_visitors") == []


def case_forgetting_a_crowd_of_visitors_takes_several_batches(database: Database) -> None:
    store = ClickStore(database)
    database.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
        " INSERT INTO click_visitors (day, visitor) SELECT 1, 'v' || i FROM n"
    )
    sizes = []
    for number in range(3):
        store.record_batch(f"b{number}", clicks_of(1), NOW)
        (row,) = database.execute("SELECT count(*) AS size FROM click_visitors")
        sizes.append(row["size"])
    assert sizes == [1_000, 0, 0]

"""Counters, gauges, histograms: what they return, and what bounds them."""

from __future__ import annotations

import threading

import pytest

from observability import MetricError, MetricsCollector
from observability.metrics import OVERFLOW_COUNTER
from observability.series import series_key

OVERFLOW = {"overflow": "true"}


def test_a_counter_counts_by_name_and_tags_in_any_order() -> None:
    metrics = MetricsCollector()
    metrics.increment_counter("hits")
    metrics.increment_counter("hits", 2.5)
    metrics.increment_counter("hits", tags={"a": "1", "b": "2"})
    metrics.increment_counter("hits", 0, tags={"b": 2, "a": 1})
    assert metrics.get_counter("hits") == 3.5
    assert metrics.get_counter("hits", {"b": "2", "a": "1"}) == 1.0
    assert metrics.get_counter("hits", {"a": "1"}) == 0.0
    assert metrics.get_counter("misses") == 0.0


def test_a_gauge_is_what_it_was_set_to_last() -> None:
    metrics = MetricsCollector()
    assert metrics.get_gauge("load") is None
    for level in (42, -1.5, 0):
        metrics.set_gauge("load", level)
    assert metrics.get_gauge("load") == 0
    assert metrics.get_gauge("load", {"host": "a"}) is None


def test_an_empty_histogram_is_all_zeros_and_reading_creates_nothing() -> None:
    metrics = MetricsCollector()
    stats = metrics.get_histogram_stats("nothing", tags={"a": "b"})
    assert set(stats.values()) == {0}
    assert list(stats) == ["count", "sum", "min", "max", "mean", "median", "p95", "p99"]
    metrics.get_counter("nothing")
    metrics.get_gauge("nothing")
    assert metrics.get_all_metrics() == {"counters": {}, "gauges": {}, "histograms": {}}


def test_one_value_is_every_statistic() -> None:
    metrics = MetricsCollector()
    metrics.record_histogram("request.duration", 123.45, tags={"endpoint": "/upload"})
    stats = metrics.get_histogram_stats("request.duration", tags={"endpoint": "/upload"})
    assert stats["count"] == 1
    assert {stats[key] for key in ("sum", "min", "max", "mean", "median", "p95", "p99")} == {123.45}  # type: ignore[literal-required]


def test_a_timed_block_records_milliseconds_also_when_it_raises() -> None:
    ticks = iter([1.0, 1.25, 5.0, 5.002, 9.0, 8.0])
    metrics = MetricsCollector(timer=lambda: next(ticks))
    with metrics.time_operation("db_query", tags={"table": "assets"}):
        pass
    with pytest.raises(KeyError), metrics.time_operation("db_query", tags={"table": "assets"}):
        raise KeyError("lost")
    with metrics.time_operation("backwards"):
        pass
    stats = metrics.get_histogram_stats("db_query", tags={"table": "assets"})
    assert (stats["count"], stats["max"], stats["min"]) == (2, 250.0, pytest.approx(2.0))
    assert metrics.get_histogram_stats("backwards")["max"] == 0.0


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        -float("inf"),
        1e301,
        10**400,
        pytest.param(-(10**5000), id="beyond str()"),
        "1",
        None,
    ],
)
def test_what_is_no_finite_number_is_refused_by_every_metric(value: object) -> None:
    metrics = MetricsCollector()
    for record in (metrics.increment_counter, metrics.set_gauge, metrics.record_histogram):
        with pytest.raises(MetricError, match="finite number") as caught:
            record("m", value)  # type: ignore[arg-type]
        assert caught.value.code == "invalid_metric"
    assert metrics.get_all_metrics() == {"counters": {}, "gauges": {}, "histograms": {}}


def test_a_counter_does_not_go_down() -> None:
    metrics = MetricsCollector()
    with pytest.raises(MetricError, match="only goes up"):
        metrics.increment_counter("hits", -1)


def test_all_metrics_are_told_by_readable_keys_that_cannot_be_confused() -> None:
    metrics = MetricsCollector()
    metrics.increment_counter("hits", tags={"b": "2", "a": "1"})
    metrics.increment_counter("hits", 4)
    metrics.set_gauge("quotes", 1, tags={"a": 'x",b="y'})
    metrics.set_gauge("quotes", 2, tags={"a": "x", "b": "y"})
    metrics.set_gauge("quotes", 3, tags={"a": "\\"})
    metrics.record_histogram("ms", 2)
    everything = metrics.get_all_metrics()
    assert everything["counters"] == {"hits": 4.0, 'hits{a="1",b="2"}': 1.0}
    assert everything["gauges"] == {
        'quotes{a="\\\\"}': 3.0,
        'quotes{a="x",b="y"}': 2.0,
        'quotes{a="x\\",b=\\"y"}': 1.0,
    }
    assert everything["histograms"] == {"ms": metrics.get_histogram_stats("ms")}
    metrics.clear_metrics()
    assert metrics.get_all_metrics() == {"counters": {}, "gauges": {}, "histograms": {}}


def test_too_many_tag_sets_go_to_the_overflow_and_are_told() -> None:
    metrics = MetricsCollector(max_tag_sets=3)
    for user in range(10):
        metrics.increment_counter("hits", tags={"user": user})
        metrics.record_histogram("ms", user, tags={"user": user})
    assert [metrics.get_counter("hits", {"user": user}) for user in range(10)] == [1.0] * 3 + [0.0] * 7
    assert metrics.get_counter("hits", OVERFLOW) == 7.0
    assert metrics.get_histogram_stats("ms", OVERFLOW)["count"] == 7
    assert metrics.get_counter(OVERFLOW_COUNTER, {"kind": "counter"}) == 7.0
    assert metrics.get_counter(OVERFLOW_COUNTER, {"kind": "histogram"}) == 7.0
    metrics.increment_counter("hits", tags={"user": 0})
    assert metrics.get_counter("hits", {"user": 0}) == 2.0, "known series go on counting"
    assert len(metrics.get_all_metrics()["counters"]) == 3 + 1 + 2


def test_too_many_series_in_all_go_to_the_overflow_too() -> None:
    metrics = MetricsCollector(max_series=4)
    for index in range(50):
        metrics.set_gauge(f"gauge-{index}", index)
    metrics.set_gauge("gauge-0", 7, tags={"late": "yes"})
    gauges = metrics.get_all_metrics()["gauges"]
    assert gauges == {
        "gauge-0": 0.0,
        "gauge-1": 1.0,
        "gauge-2": 2.0,
        "gauge-3": 3.0,
        'gauge-0{overflow="true"}': 7.0,
        'overflow{overflow="true"}': 49.0,
    }
    assert metrics.get_counter(OVERFLOW_COUNTER, {"kind": "gauge"}) == 47.0
    metrics.clear_metrics()
    metrics.set_gauge("gauge-49", 1)
    assert metrics.get_gauge("gauge-49") == 1


def test_long_names_and_tags_are_cut() -> None:
    key = series_key("n" * 1000, {"k" * 1000: "v" * 1000})
    assert {len(text) for text in (key.name, *key.tags[0])} == {256}


def test_threads_lose_no_count() -> None:
    metrics = MetricsCollector()
    together = threading.Barrier(6)

    def work(index: int) -> None:
        together.wait()
        for step in range(300):
            metrics.increment_counter("hits", tags={"worker": index % 2})
            metrics.record_histogram("ms", step)
            metrics.set_gauge("last", step)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [metrics.get_counter("hits", {"worker": worker}) for worker in (0, 1)] == [900.0, 900.0]
    stats = metrics.get_histogram_stats("ms")
    assert (stats["count"], stats["sum"]) == (1800, 6 * sum(range(300)))
    assert metrics.get_gauge("last") == 299

"""Counters, gauges and histograms."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from observability.histogram import Histogram, HistogramStats
from observability.plain import to_text
from observability.series import SeriesKey, SeriesTable, series_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

OVERFLOW_COUNTER = "observability.overflow"
"""Counts, by kind of metric, the recordings that went to an overflow series."""
_LARGEST = 1e300


class MetricError(ValueError):
    """A value that a metric cannot take."""

    code = "invalid_metric"


class MetricsSnapshot(NamedTuple):
    """All series of one moment, sorted."""

    counters: list[tuple[SeriesKey, float]]
    gauges: list[tuple[SeriesKey, float]]
    histograms: list[tuple[SeriesKey, HistogramStats]]


def _number(value: object) -> float:
    # The comparison also refuses nan, and is exact for integers that no float can hold.
    if isinstance(value, (int, float)) and -_LARGEST <= value <= _LARGEST:
        return float(value)
    raise MetricError(f"a metric takes a finite number of at most 1e300 either way, not {to_text(value, 64)}")


class MetricsCollector:
    """Collects metrics by name and tags; the order of tags does not matter.

    A name holds up to `max_tag_sets` different sets of tags, and each kind of metric up to `max_series`
    series. What is beyond is collected under `overflow="true"` and told by the counter
    `observability.overflow`. A value that is no finite number raises MetricError, and so does a negative step
    of a counter.
    """

    def __init__(
        self,
        *,
        max_tag_sets: int = 500,
        max_series: int = 5000,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._timer = timer
        self._lock = threading.Lock()
        self._counters: SeriesTable[float] = SeriesTable(float, max_tag_sets, max_series)
        self._gauges: SeriesTable[float] = SeriesTable(float, max_tag_sets, max_series)
        self._histograms: SeriesTable[Histogram] = SeriesTable(Histogram, max_tag_sets, max_series)

    def increment_counter(
        self, name: str, value: float = 1.0, tags: Mapping[str, object] | None = None
    ) -> None:
        """Add `value`, 0 or more, to a counter."""
        step = _number(value)
        if step < 0:
            raise MetricError(f"a counter only goes up; {value!r} is negative")
        with self._lock:
            key = self._admit(self._counters, "counter", name, tags)
            self._counters.put(key, self._counters.get_or_new(key) + step)

    def set_gauge(self, name: str, value: float, tags: Mapping[str, object] | None = None) -> None:
        """Set a gauge."""
        level = _number(value)
        with self._lock:
            self._gauges.put(self._admit(self._gauges, "gauge", name, tags), level)

    def record_histogram(self, name: str, value: float, tags: Mapping[str, object] | None = None) -> None:
        """Record a value in a histogram."""
        sample = _number(value)
        with self._lock:
            self._histograms.get_or_new(self._admit(self._histograms, "histogram", name, tags)).record(sample)

    @contextmanager
    def time_operation(self, name: str, tags: Mapping[str, object] | None = None) -> Iterator[None]:
        """Record how many milliseconds the block took in the histogram `name`, also when it raises."""
        started = self._timer()
        try:
            yield
        finally:
            self.record_histogram(name, max(0.0, (self._timer() - started) * 1000), tags)

    def get_counter(self, name: str, tags: Mapping[str, object] | None = None) -> float:
        """Return a counter with exactly these tags; 0.0 when it never counted."""
        with self._lock:
            return self._counters.get(series_key(name, tags)) or 0.0

    def get_gauge(self, name: str, tags: Mapping[str, object] | None = None) -> float | None:
        """Return a gauge with exactly these tags; None when it was never set."""
        with self._lock:
            return self._gauges.get(series_key(name, tags))

    def get_histogram_stats(self, name: str, tags: Mapping[str, object] | None = None) -> HistogramStats:
        """Return a histogram's statistics; all are 0 when nothing was recorded, which `count` shows."""
        with self._lock:
            return (self._histograms.get(series_key(name, tags)) or Histogram()).stats()

    def get_all_metrics(self) -> dict[str, dict[str, Any]]:
        """Return `counters`, `gauges` and `histograms`, each by name, tags behind it: `hits{status="ok"}`."""
        seen = self.snapshot()
        return {
            "counters": {str(key): value for key, value in seen.counters},
            "gauges": {str(key): value for key, value in seen.gauges},
            "histograms": {str(key): dict(stats) for key, stats in seen.histograms},
        }

    def clear_metrics(self) -> None:
        """Forget all metrics."""
        with self._lock:
            for table in (self._counters, self._gauges, self._histograms):
                table.clear()

    def snapshot(self) -> MetricsSnapshot:
        """Return all series as they are at this moment."""
        with self._lock:
            return MetricsSnapshot(
                list(self._counters.items()),
                list(self._gauges.items()),
                [(key, histogram.stats()) for key, histogram in self._histograms.items()],
            )

    def _admit(
        self, table: SeriesTable[Any], kind: str, name: str, tags: Mapping[str, object] | None
    ) -> SeriesKey:
        key, overflowed = table.admit(series_key(name, tags))
        if overflowed:
            told = series_key(OVERFLOW_COUNTER, {"kind": kind})
            self._counters.put(told, self._counters.get_or_new(told) + 1)
        return key

"""Percentiles of a stream in bounded memory: exact while it is short, then within one per cent.

The first `EXACT_SAMPLES` values are kept as they are. After that only how many values fell into each of a row
of buckets is kept, whose borders grow by a constant factor; the middle of a bucket is then within one per
cent of everything in it, whatever its size. (The idea is known as DDSketch.)
"""

from __future__ import annotations

import math
from bisect import bisect_right, insort
from itertools import accumulate
from typing import TypedDict

EXACT_SAMPLES = 1024
MAX_BUCKETS = 2048
_ACCURACY = 0.0099
"""A little under one per cent, so that rounding in the logarithm cannot lift the error above it."""
_GROWTH = (1 + _ACCURACY) / (1 - _ACCURACY)
_LOG_GROWTH = math.log(_GROWTH)
_SMALLEST = 1e-300


class HistogramStats(TypedDict):
    """What a histogram tells. All are 0 when nothing was recorded, which `count` shows."""

    count: int
    sum: float
    min: float
    max: float
    mean: float
    median: float
    p95: float
    p99: float


class _Buckets:
    """How many positive values fell into each power of the growth factor."""

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}

    def add(self, value: float) -> None:
        index = math.ceil(math.log(value) / _LOG_GROWTH)
        self.counts[index] = self.counts.get(index, 0) + 1
        if len(self.counts) > MAX_BUCKETS:
            lowest, second = sorted(self.counts)[:2]
            self.counts[second] += self.counts.pop(lowest)

    def spread(self) -> list[tuple[float, int]]:
        """Return the middle and the count of each bucket, ascending."""
        return [
            (math.exp(index * _LOG_GROWTH) * 2 / (1 + _GROWTH), self.counts[index])
            for index in sorted(self.counts)
        ]


class Histogram:
    """A stream of numbers of at most 1e300 either way.

    `count`, `sum`, `min`, `max` and `mean` are exact but for rounding. A percentile lies between the two
    recorded values next to its rank, by linear interpolation, so the median of 1, 2 is 1.5; beyond 1024
    values each of those two is off by up to one per cent. There are 2048 buckets for either sign, which is
    17 orders of magnitude; a wider spread costs accuracy next to zero only.
    """

    def __init__(self) -> None:
        self._count = 0
        self._sum = 0.0
        self._lost = 0.0
        self._min = math.inf
        self._max = -math.inf
        self._samples: list[float] | None = []
        self._zeros = 0
        self._positive, self._negative = _Buckets(), _Buckets()

    def record(self, value: float) -> None:
        """Add one value."""
        self._count += 1
        self._add_to_sum(value)
        self._min, self._max = min(self._min, value), max(self._max, value)
        if self._samples is None:
            self._bucket(value)
            return
        insort(self._samples, value)
        if len(self._samples) > EXACT_SAMPLES:
            for sample in self._samples:
                self._bucket(sample)
            self._samples = None

    def stats(self) -> HistogramStats:
        """Return the figures of all values so far."""
        if not self._count:
            return HistogramStats(count=0, sum=0.0, min=0.0, max=0.0, mean=0.0, median=0.0, p95=0.0, p99=0.0)
        total = self._sum + self._lost
        spread = self._spread()
        return HistogramStats(
            count=self._count,
            sum=total,
            min=self._min,
            max=self._max,
            mean=min(max(total / self._count, self._min), self._max),
            median=self._percentile(spread, 50),
            p95=self._percentile(spread, 95),
            p99=self._percentile(spread, 99),
        )

    def _add_to_sum(self, value: float) -> None:
        # Neumaier's summation: a long stream of small values is not swallowed by a large one.
        total = self._sum + value
        if abs(self._sum) >= abs(value):
            self._lost += (self._sum - total) + value
        else:
            self._lost += (value - total) + self._sum
        self._sum = total

    def _bucket(self, value: float) -> None:
        if abs(value) < _SMALLEST:
            self._zeros += 1
        elif value > 0:
            self._positive.add(value)
        else:
            self._negative.add(-value)

    def _spread(self) -> list[tuple[float, int]]:
        if self._samples is not None:
            return [(sample, 1) for sample in self._samples]
        below = [(-middle, count) for middle, count in reversed(self._negative.spread())]
        return [*below, (0.0, self._zeros), *self._positive.spread()]

    def _percentile(self, spread: list[tuple[float, int]], percent: int) -> float:
        # Whole numbers up to the last step: rank * count in floats would pick the wrong neighbour.
        rank, hundredths = divmod((self._count - 1) * percent, 100)
        ends = list(accumulate(count for _, count in spread))
        low, high = (
            min(max(spread[bisect_right(ends, wanted)][0], self._min), self._max)
            for wanted in (rank, rank + 1 if hundredths else rank)
        )
        return low + (high - low) * (hundredths / 100)

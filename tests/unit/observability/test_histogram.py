"""Percentiles against the plain definition over a sorted list."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observability.histogram import EXACT_SAMPLES, MAX_BUCKETS, Histogram

PERCENTILES = (("median", 50), ("p95", 95), ("p99", 99))


def exact(values: list[float], percent: int) -> tuple[float, float, Fraction]:
    """Return the neighbours of the rank and the percentile between them."""
    ordered = sorted(values)
    rank = Fraction((len(ordered) - 1) * percent, 100)
    low, high = ordered[math.floor(rank)], ordered[math.ceil(rank)]
    return low, high, Fraction(low) + (Fraction(high) - Fraction(low)) * (rank - math.floor(rank))


def recorded(values: list[float]) -> Histogram:
    histogram = Histogram()
    for value in values:
        histogram.record(value)
    return histogram


numbers = st.one_of(
    st.floats(-1e300, 1e300), st.floats(0, 1e6), st.integers(-1000, 1000).map(float), st.just(0.0)
)


@given(st.lists(numbers, min_size=1, max_size=200))
@settings(deadline=None)
def test_a_short_stream_is_exact(values: list[float]) -> None:
    stats = recorded(values).stats()
    assert stats["count"] == len(values)
    assert (stats["min"], stats["max"]) == (min(values), max(values))
    # The smallest floats have no digits left to round to.
    slack = max(abs(value) for value in values) * 1e-12 + 1e-300
    assert stats["sum"] == pytest.approx(math.fsum(values), rel=1e-12, abs=slack)
    assert stats["mean"] == pytest.approx(math.fsum(values) / len(values), rel=1e-12, abs=slack)
    for name, percent in PERCENTILES:
        low, high, value = exact(values, percent)
        assert low <= stats[name] <= high  # type: ignore[literal-required]
        assert stats[name] == pytest.approx(float(value), rel=1e-12, abs=slack)  # type: ignore[literal-required]


@given(
    seed=st.integers(0, 2**32),
    size=st.integers(EXACT_SAMPLES + 1, 3000),
    shape=st.sampled_from(["latency", "uniform", "signed", "zeros", "few"]),
)
@settings(deadline=None, max_examples=40)
def test_a_long_stream_is_within_one_per_cent(seed: int, size: int, shape: str) -> None:
    chance = random.Random(seed)
    draw = {
        "latency": lambda: chance.lognormvariate(3, 2),
        "uniform": lambda: chance.uniform(0, 1),
        "signed": lambda: chance.gauss(0, 1000),
        "zeros": lambda: chance.choice([0.0, 0.0, chance.uniform(-1, 5)]),
        "few": lambda: chance.choice([1.0, 7.0, 1e9]),
    }[shape]
    values = [draw() for _ in range(size)]
    stats = recorded(values).stats()
    assert (stats["count"], stats["min"], stats["max"]) == (size, min(values), max(values))
    assert stats["mean"] == pytest.approx(math.fsum(values) / size, rel=1e-9, abs=1e-9)
    for name, percent in PERCENTILES:
        low, high, value = exact(values, percent)
        tolerance = 0.01 * max(abs(low), abs(high))
        assert abs(stats[name] - float(value)) <= tolerance  # type: ignore[literal-required]


@given(st.floats(1e-290, 1e300), st.sampled_from([1, -1]))
@settings(deadline=None, max_examples=60)
def test_the_bound_holds_at_any_magnitude(value: float, sign: int) -> None:
    # The extremes are of another size, so that clamping to minimum and maximum does not help.
    histogram = recorded([sign * value] * (EXACT_SAMPLES + 1) + [-1e300, 1e300])
    assert histogram.stats()["median"] == pytest.approx(sign * value, rel=0.01)


@pytest.mark.parametrize(
    ("values", "median", "p95", "p99"),
    [
        ([1, 2, 3, 4], 2.5, 3.85, 3.97),
        (list(range(1, 101)), 50.5, 95.05, 99.01),
        (list(range(1, 102)), 51, 96, 100),
        ([5, 5, 5], 5, 5, 5),
        ([-3, 3], 0, 2.7, 2.94),
    ],
)
def test_well_known_percentiles(values: list[float], median: float, p95: float, p99: float) -> None:
    stats = recorded(values).stats()
    assert (stats["median"], stats["p95"], stats["p99"]) == pytest.approx((median, p95, p99))


def test_the_last_exact_sample_is_exact_and_the_next_is_not_far_off() -> None:
    values = [float(value) for value in range(1, EXACT_SAMPLES + 1)]
    histogram = recorded(values)
    assert histogram.stats()["median"] == 512.5
    assert histogram._samples is not None
    histogram.record(EXACT_SAMPLES + 1.0)
    assert histogram._samples is None
    assert histogram.stats()["median"] == pytest.approx(513, rel=0.01)


def test_memory_is_bounded_and_only_small_values_pay_for_it() -> None:
    histogram = Histogram()
    for exponent in range(-2900, 3000):
        histogram.record(10.0 ** (exponent / 10))
        histogram.record(-(10.0 ** (exponent / 10)))
    assert len(histogram._positive.counts) == len(histogram._negative.counts) == MAX_BUCKETS
    stats = histogram.stats()
    assert sum(histogram._positive.counts.values()) == 5900
    assert stats["p99"] == pytest.approx(10.0 ** ((5900 * 0.98 - 2900) / 10), rel=0.3)


def test_values_next_to_zero_count_as_zero() -> None:
    stats = recorded([1e-305, -1e-305, 0.0, -0.0] * 300).stats()
    assert stats["count"] == 1200
    assert abs(stats["median"]) <= 1e-305


def test_small_values_are_not_swallowed_by_a_large_one() -> None:
    stats = recorded([1e16, *[1.0] * 1000, -1e16]).stats()
    assert stats["sum"] == 1000.0


def test_the_mean_stays_between_the_extremes() -> None:
    stats = recorded([0.1] * 3).stats()
    assert stats["min"] <= stats["mean"] <= stats["max"]

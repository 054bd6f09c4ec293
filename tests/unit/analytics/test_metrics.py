from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.metrics import event_metrics, percent, rates

COUNTS = st.integers(min_value=0, max_value=10**12)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (0, 0, 0.0),
        (5, 0, 0.0),
        (0, 5, 0.0),
        (1, 3, 33.33),
        (2, 3, 66.67),
        (1, 1, 100.0),
        (3, 2, 150.0),
        (1, 800, 0.13),
        (3, 800, 0.38),
        (1, 20_000, 0.01),
        (1, 20_001, 0.0),
    ],
)
def test_a_percentage_is_rounded_half_up_to_two_decimals(part: int, whole: int, expected: float) -> None:
    assert percent(part, whole) == expected


@settings(deadline=None)
@given(part=COUNTS, whole=st.integers(min_value=1, max_value=10**12))
def test_a_percentage_is_what_decimal_arithmetic_says(part: int, whole: int) -> None:
    exact = (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert percent(part, whole) == float(exact)


def test_rates_are_clicks_and_plays_per_view() -> None:
    assert rates(8, 4, 1) == {"views": 8, "plays": 4, "clicks": 1, "ctr": 12.5, "play_rate": 50.0}


@settings(deadline=None)
@given(views=COUNTS, plays=COUNTS, clicks=COUNTS)
def test_total_events_are_all_events(views: int, plays: int, clicks: int) -> None:
    metrics = event_metrics(views, plays, clicks)
    assert metrics["total_events"] == views + plays + clicks
    assert {**metrics} == {**rates(views, plays, clicks), "total_events": metrics["total_events"]}

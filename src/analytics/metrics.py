"""The arithmetic of rates.

A rate is a percentage rounded half up to two decimals (0.125 % reads 0.13), computed in integers so that no
binary fraction decides the last digit. Without views every rate is 0.0. Rates are not capped: a GIF that
plays twice for one view has a play rate of 200.0.
"""

from __future__ import annotations

from typing import TypedDict


class Rates(TypedDict):
    """Counts and rates of one platform."""

    views: int
    plays: int
    clicks: int
    ctr: float
    play_rate: float


class EventMetrics(Rates):
    """Counts and rates of one asset or short link."""

    total_events: int


class AssetRanking(EventMetrics):
    """One line of the top assets."""

    asset_id: str


def percent(part: int, whole: int) -> float:
    """Return `part` of `whole` in percent, half up to two decimals; 0.0 where there is no whole."""
    if whole <= 0 or part <= 0:
        return 0.0
    return ((20_000 * part + whole) // (2 * whole)) / 100


def rates(views: int, plays: int, clicks: int) -> Rates:
    """Return the counts with `ctr` (clicks per view) and `play_rate` (plays per view)."""
    return {
        "views": views,
        "plays": plays,
        "clicks": clicks,
        "ctr": percent(clicks, views),
        "play_rate": percent(plays, views),
    }


def event_metrics(views: int, plays: int, clicks: int) -> EventMetrics:
    """Return the rates with the number of all events."""
    return {**rates(views, plays, clicks), "total_events": views + plays + clicks}

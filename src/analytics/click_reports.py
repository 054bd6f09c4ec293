"""Clicks added up in Python before they meet SQL, and days turned into the reports that people read.

Days are counted from 1970-01-01 in UTC; weeks begin on Monday.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DIMENSIONS = ("platform", "country", "referrer", "device", "browser", "os")
TIMELINE_DAYS = 30

_SECONDS_PER_DAY = 86_400
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_EPOCH_WEEKDAY = date(1970, 1, 1).weekday()


class NamedCount(TypedDict):
    """How often one value of a dimension occurred."""

    name: str
    count: int


class TimelineDay(TypedDict):
    """The clicks of one day."""

    date: str
    clicks: int


class DayCount(TimelineDay):
    """The clicks and distinct visitors of one day."""

    unique_clicks: int


class RecentClick(TypedDict):
    """One of the latest clicks, without its visitor."""

    timestamp: float
    country: str
    referrer: str
    platform: str
    device: str
    browser: str
    os: str


class ClickTotals(TypedDict):
    """All clicks of a code, its unique visits and the moment of the latest click in Unix seconds."""

    total_clicks: int
    unique_clicks: int
    last_click_at: float | None


class ClickSummary(TypedDict):
    """The documented statistics of a short code; the owner of the code puts `short_code` in front."""

    total_clicks: int
    unique_clicks: int
    clicks_today: int
    clicks_this_week: int
    clicks_this_month: int
    top_countries: list[NamedCount]
    top_referers: list[NamedCount]
    click_timeline: list[TimelineDay]


def day_of(timestamp: float) -> int:
    """Return the day of a moment, counted from 1970-01-01 in UTC."""
    return int(timestamp // _SECONDS_PER_DAY)


def day_number(day: date) -> int:
    """Return a calendar day in the same count."""
    return day.toordinal() - _EPOCH_ORDINAL


def day_date(day: int) -> date:
    """Return the calendar day of a count."""
    return date.fromordinal(day + _EPOCH_ORDINAL)


def fold_into_other(
    counts: Counter[tuple[str, str]], new: Sequence[tuple[str, str]], room: Mapping[str, int], other: str
) -> Counter[tuple[str, str]]:
    """Return `counts` with the new values beyond each dimension's room added to `other`.

    The most frequent new values get in first, equal ones in alphabetical order.
    """
    folded = Counter(counts)
    ranked = sorted(new, key=lambda pair: (pair[0], -counts[pair], pair[1]))
    for dimension, pairs in groupby(ranked, key=lambda pair: pair[0]):
        for pair in list(pairs)[max(room[dimension], 0) :]:
            folded[dimension, other] += folded.pop(pair)
    return folded


def report_since(today: int) -> int:
    """Return the first day that a summary made `today` looks at."""
    return min(_week_start(today), _month_start(today), today - TIMELINE_DAYS + 1)


def summarise(
    totals: ClickTotals,
    clicks_by_day: Mapping[int, int],
    first_day: int | None,
    today: int,
    tops: Mapping[str, list[NamedCount]],
) -> ClickSummary:
    """Build the summary from the days since `report_since`.

    The timeline has every day from the first click on, quiet ones too, but no more than the last 30.
    """

    def since(start: int) -> int:
        return sum(clicks for day, clicks in clicks_by_day.items() if start <= day <= today)

    start = today + 1 if first_day is None else max(first_day, today - TIMELINE_DAYS + 1)
    return {
        "total_clicks": totals["total_clicks"],
        "unique_clicks": totals["unique_clicks"],
        "clicks_today": since(today),
        "clicks_this_week": since(_week_start(today)),
        "clicks_this_month": since(_month_start(today)),
        "top_countries": tops["country"],
        "top_referers": tops["referrer"],
        "click_timeline": [
            {"date": day_date(day).isoformat(), "clicks": clicks_by_day.get(day, 0)}
            for day in range(start, today + 1)
        ],
    }


def _week_start(day: int) -> int:
    return day - (day + _EPOCH_WEEKDAY) % 7


def _month_start(day: int) -> int:
    return day_number(day_date(day).replace(day=1))

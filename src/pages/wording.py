"""How times, waits and numbers read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pages.document import whole_seconds
from pages.markup import Markup, element

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(seconds: float) -> Markup:
    """Return a time in seconds since the epoch for people and machines; beyond the calendar, in words."""
    try:
        when = _EPOCH + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return Markup("a date beyond the calendar")
    shown = when.isoformat(" ", "minutes").removesuffix("+00:00")
    return element("time", {"datetime": when.isoformat(timespec="seconds")}, f"{shown} UTC")


def wait(seconds: float) -> str:
    """Return how long to wait, rounded up: "1 second", "45 seconds", "2 minutes", "3 hours"."""
    whole = whole_seconds(seconds)
    for size, unit in ((3_600, "hour"), (60, "minute")):
        if whole > 2 * size or whole == size:
            return count(-(-whole // size), unit)
    return count(whole, "second")


def count(number: int, noun: str) -> str:
    """Return a number with its noun: "1 click", "1,200 clicks"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"

"""What the package raises: every one is a ValueError with a stable code."""

from __future__ import annotations


class AnalyticsError(ValueError):
    """A value that analytics cannot take. The message names it."""

    code = "invalid_analytics"


class InvalidEventError(AnalyticsError):
    """An event to track has an impossible asset id, type, platform, short code or metadata."""

    code = "invalid_event"


class InvalidQueryError(AnalyticsError):
    """A question has an unknown metric or dimension, a bad limit, or an impossible time frame."""

    code = "invalid_analytics_query"


class InvalidClickError(AnalyticsError):
    """A click or a batch of clicks is malformed."""

    code = "invalid_click"


def check_limit(limit: object, most: int) -> int:
    """Return how many rows to answer with: a whole number from 1 to `most`."""
    if isinstance(limit, int) and not isinstance(limit, bool) and 1 <= limit <= most:
        return limit
    raise InvalidQueryError(f"limit must be a whole number from 1 to {most}")

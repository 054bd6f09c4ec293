"""Moments as clients write and read them."""

from __future__ import annotations

from datetime import UTC, datetime

LATEST = 253_402_300_799.0
"""The end of the year 9999: later moments have no ISO 8601 form that everybody reads."""


class InvalidMomentError(ValueError):
    """A value that names no moment."""

    code = "invalid_moment"


def read_moment(value: object) -> float:
    """Return the Unix time, to the millisecond, of ISO 8601 text or of a number of seconds.

    What names no zone is UTC, as everywhere else in the product.
    """
    if isinstance(value, str):
        seconds = _parse(value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = value
    else:
        raise InvalidMomentError("a moment is an ISO 8601 text or a number of seconds since 1970")
    if not 0 <= seconds <= LATEST:
        raise InvalidMomentError("a moment lies between the years 1970 and 9999")
    return round(float(seconds), 3)


def write_moment(seconds: float | None) -> str | None:
    """Return a moment as ISO 8601 in UTC with milliseconds; None stays None."""
    if seconds is None:
        return None
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}.{milliseconds:03}Z"


def _parse(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidMomentError("the text is not an ISO 8601 date and time") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()

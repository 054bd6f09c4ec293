"""Instants as whole microseconds since 1970, the form in which they are stored and compared exactly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from analytics.errors import InvalidQueryError
from sql_port import MAX_INTEGER

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LAST_SECOND = MAX_INTEGER // 1_000_000


def microseconds(seconds: float) -> int:
    """Return Unix seconds as whole microseconds."""
    return round(seconds * 1_000_000)


def moment(value: int) -> datetime:
    """Return the stored microseconds as an aware datetime in UTC."""
    return _EPOCH + timedelta(microseconds=value)


def parse_moment(value: object, name: str) -> int:
    """Read a datetime, an ISO 8601 string or Unix seconds; what names no zone is UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise InvalidQueryError(f"{name} is not an ISO 8601 time") from None
    if isinstance(value, datetime):
        aware = value if value.utcoffset() is not None else value.replace(tzinfo=UTC)
        # The far ends of the calendar are beyond what a database integer holds, and beyond every event.
        return max(-MAX_INTEGER, min(MAX_INTEGER, (aware - _EPOCH) // _MICROSECOND))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if not abs(value) <= _LAST_SECOND:
            raise InvalidQueryError(f"{name} is not a time in Unix seconds before the year 2255")
        return microseconds(value)
    raise InvalidQueryError(f"{name} must be a datetime, an ISO 8601 string or Unix seconds")

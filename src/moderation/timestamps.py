"""ISO 8601 in UTC with microseconds and a Z: fixed in width, so that texts sort as times do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from moderation.model import ModerationInputError


def timestamp(now: float) -> str:
    """Return Unix seconds as an ISO 8601 text in UTC."""
    return _text(datetime.fromtimestamp(now, UTC))


def range_start(text: str) -> str:
    """Return the first moment a bound of a range means; without an offset it is UTC."""
    return _text(_parse(text))


def range_end(text: str) -> str:
    """Return the last moment a bound means: all of a day named without time, all of a second, else itself."""
    moment = _parse(text)
    last = timedelta()
    if _is_date(text):
        last = timedelta(days=1, microseconds=-1)
    elif "." not in text and "," not in text:
        last = timedelta(microseconds=999_999)
    return _text(moment + last)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _parse(text: str) -> datetime:
    if not isinstance(text, str):
        raise ModerationInputError(f"a time must be an ISO 8601 text, not {type(text).__name__}")
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ModerationInputError(f"{text!r} is not an ISO 8601 time") from error


def _text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

"""The shapes a field of a link can have, read from JSON values or from the text of a cell."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from link_transfer.errors import (
    INVALID_NUMBER,
    INVALID_OBJECT,
    INVALID_SWITCH,
    INVALID_TAGS,
    INVALID_TEXT,
    INVALID_TIME,
    TransferError,
)

_SECONDS = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_SWITCHES = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def text(value: object) -> str:
    """Return a text as it is."""
    if not isinstance(value, str):
        raise TransferError(INVALID_TEXT, "a text is expected")
    return value


def moment(value: object) -> float:
    """Return seconds since the epoch, from a number of them or from an ISO 8601 date or time.

    A time without a zone is in UTC.
    """
    if isinstance(value, str):
        value = _moment_of_text(value.strip())
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not _is_finite(value):
        raise TransferError(INVALID_TIME, "a time is a number of seconds or an ISO 8601 time")
    return value


def whole(value: object) -> int:
    """Return a whole number, from a number or from its digits."""
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not _is_finite(value) or value % 1:
        raise TransferError(INVALID_NUMBER, "a whole number is expected")
    return int(value)


def switch(value: object) -> bool:
    """Return a yes or no, from JSON's or from one of the words for it."""
    if isinstance(value, str):
        value = _SWITCHES.get(value.strip().lower())
    if not isinstance(value, bool):
        raise TransferError(INVALID_SWITCH, "true or false is expected")
    return value


def texts(value: object) -> tuple[str, ...]:
    """Return tags, from a list of texts."""
    if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value):
        raise TransferError(INVALID_TAGS, "tags are a list of texts")
    return tuple(value)


def mapping(value: object) -> dict[str, Any]:
    """Return an object whose names are texts."""
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise TransferError(INVALID_OBJECT, "an object is expected")
    return dict(value)


def text_mapping(value: object) -> dict[str, str]:
    """Return an object whose names and values are texts."""
    found = mapping(value)
    if not all(isinstance(one, str) for one in found.values()):
        raise TransferError(INVALID_OBJECT, "an object of texts is expected")
    return found


def objects(value: object) -> tuple[dict[str, Any], ...]:
    """Return objects, from a list of them."""
    if not isinstance(value, (list, tuple)):
        raise TransferError(INVALID_OBJECT, "a list of objects is expected")
    return tuple(map(mapping, value))


def names(value: object) -> dict[str, float | None]:
    """Return codes and the time each ends, from an object of both or from a list of codes without an end."""
    if isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
        return dict.fromkeys(value)
    return {name: None if end is None else moment(end) for name, end in mapping(value).items()}


def written_moment(seconds: float) -> str:
    """Return a time as ISO 8601 in UTC where that is exact, and as a number of seconds where it is not."""
    try:
        written = datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return repr(seconds)
    return written if _moment_of_text(written) == seconds else repr(seconds)


def _moment_of_text(written: str) -> float | None:
    if _SECONDS.fullmatch(written):
        return float(written)
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False

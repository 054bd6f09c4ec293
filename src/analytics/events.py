"""One tracked event: what may be in it, and how it looks to a reader."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypedDict, TypeVar, cast

from analytics.errors import AnalyticsError, InvalidEventError
from analytics.kinds import EventType, Platform
from analytics.times import moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from enum import StrEnum

    from sql_port import Row

    Member = TypeVar("Member", bound=StrEnum)

MAX_ID_LENGTH = 512
MAX_METADATA_BYTES = 16_384
MAX_METADATA_DEPTH = 20


class Event(TypedDict):
    """A tracked event. `timestamp` is aware and in UTC; enums are given by value, as in the metrics."""

    event_id: int
    asset_id: str
    event_type: str
    platform: str
    short_code: str | None
    timestamp: datetime
    metadata: dict[str, object]


def read_event(row: Row) -> Event:
    """Turn a stored row into what callers see."""
    return {
        "event_id": row["id"],
        "asset_id": row["asset_id"],
        "event_type": row["event_type"],
        "platform": row["platform"],
        "short_code": row["short_code"],
        "timestamp": moment(row["timestamp_us"]),
        "metadata": json.loads(row["metadata"]),
    }


def check_id(value: object, name: str, error: type[AnalyticsError] = InvalidEventError) -> str:
    """Return an asset id or short code: 1 to 512 characters of any text that UTF-8 can carry."""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID_LENGTH:
        raise error(f"{name} must be a string of 1 to {MAX_ID_LENGTH} characters")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise error(f"{name} holds a lone surrogate") from None
    return value


def check_event_type(value: object) -> EventType:
    """Return the event type, given as the enum or by its value."""
    return _member(EventType, value, "event_type")


def check_platform(value: object) -> Platform:
    """Return the platform, given as the enum or by its value."""
    return _member(Platform, value, "platform")


def encode_metadata(metadata: Mapping[str, object] | None) -> str:
    """Return metadata as JSON text of at most 16 KiB; None is an empty object."""
    if metadata is None:
        return "{}"
    if not isinstance(metadata, dict) or not all(isinstance(key, str) for key in metadata):
        raise InvalidEventError("metadata must be a dict with string keys")
    # A value nested deeper than a reader's stack would be stored and then never be readable.
    if not _is_flat_enough(metadata, MAX_METADATA_DEPTH):
        raise InvalidEventError(f"metadata is nested deeper than {MAX_METADATA_DEPTH} levels")
    try:
        text = json.dumps(metadata, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise InvalidEventError(f"metadata is not JSON: {error}") from None
    if len(text) > MAX_METADATA_BYTES:
        raise InvalidEventError(f"metadata has {len(text)} bytes; at most {MAX_METADATA_BYTES} are kept")
    return text


def _member(kind: type[Member], value: object, name: str) -> Member:
    try:
        return kind(cast("str", value))
    except ValueError:
        known = ", ".join(member.value for member in kind)
        raise InvalidEventError(f"{name} must be one of {known}") from None


def _is_flat_enough(value: object, levels: int) -> bool:
    if isinstance(value, dict):
        inner = list(value.values())
    elif isinstance(value, (list, tuple)):
        inner = list(value)
    else:
        return True
    return levels > 0 and all(_is_flat_enough(item, levels - 1) for item in inner)

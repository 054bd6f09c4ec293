"""Turns whatever a caller passes into bounded, JSON-safe values with the secrets taken out."""

from __future__ import annotations

import math
import os
import re
import time
from typing import TypeAlias

Plain: TypeAlias = "str | int | float | bool | list[Plain] | dict[str, Plain] | None"

REDACTED = "[redacted]"
MAX_STRING = 4096
MAX_ITEMS = 64
MAX_DEPTH = 6
_MAX_INTEGER_BITS = 256

_SECRET_ANYWHERE = re.compile(
    r"password|passwd|passphrase|secret|authorization|cookie|credential|apikey|privatekey|signingkey|accesskey"
)
_SECRET_AT_THE_END = re.compile(r"(?:token|bearer|jwt)$")
_NO_LETTER_OR_DIGIT = re.compile(r"[\W_]+")


def is_secret_key(key: str) -> bool:
    """Return whether a value under this name must not be written down.

    Spelling does not matter (`api_key`, `X-Api-Key`, `apiKey`); `token` counts only at the end, so that
    `token_count` stays readable.
    """
    squeezed = _NO_LETTER_OR_DIGIT.sub("", key).lower()
    return bool(_SECRET_ANYWHERE.search(squeezed) or _SECRET_AT_THE_END.search(squeezed))


def to_plain(value: object, depth: int = 0) -> Plain:
    """Return the value as JSON can hold it, cut to a bounded size; whatever JSON cannot hold becomes text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if value.bit_length() <= _MAX_INTEGER_BITS else hex(value)[:MAX_STRING]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else repr(float(value))
    if isinstance(value, (dict, list, tuple, set, frozenset)):
        try:
            return _container(value, depth)
        except Exception:  # noqa: BLE001 - another thread may be changing it, or it is a class of its own
            return f"<unreadable {type(value).__name__}>"
    return to_text(value)


def plain_fields(fields: dict[str, object]) -> dict[str, Plain]:
    """Return named values as `to_plain` does, those under a secret's name redacted."""
    return _mapping(fields, 0)


def to_text(value: object, limit: int = MAX_STRING) -> str:
    """Return `str(value)`, cut to `limit`, whatever the object does when asked for it."""
    try:
        text = f"{type(value).__name__}: {value}" if isinstance(value, BaseException) else str(value)
    except Exception:  # noqa: BLE001 - a broken __str__ must not take the request down with it
        text = f"<unprintable {type(value).__name__}>"
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _container(
    value: dict[object, object] | list[object] | tuple[object, ...] | set[object] | frozenset[object],
    depth: int,
) -> Plain:
    if depth >= MAX_DEPTH:
        return f"<{type(value).__name__} of {len(value)}>"
    if isinstance(value, dict):
        return _mapping(value, depth + 1)
    items: list[Plain] = [to_plain(item, depth + 1) for item, _ in zip(value, range(MAX_ITEMS), strict=False)]
    if len(value) > MAX_ITEMS:
        items.append(f"<{len(value) - MAX_ITEMS} more>")
    return items


def _mapping(fields: dict[str, object] | dict[object, object], depth: int) -> dict[str, Plain]:
    plain: dict[str, Plain] = {}
    for (key, value), _ in zip(fields.items(), range(MAX_ITEMS), strict=False):
        name = to_text(key, 256)
        plain[name] = REDACTED if is_secret_key(name) else to_plain(value, depth)
    if len(fields) > MAX_ITEMS:
        plain["…"] = f"<{len(fields) - MAX_ITEMS} more>"
    return plain


def iso_utc(seconds: float) -> str:
    """Return a Unix time as ISO 8601 in UTC with milliseconds."""
    milliseconds = round(seconds * 1000)
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(milliseconds // 1000))
    return f"{whole}.{milliseconds % 1000:03d}Z"


def random_hex(byte_count: int) -> str:
    """Return random hex digits from the system.

    What `secrets.token_hex` does, without its import: that costs a third of this package's start-up time and
    draws entropy, which a Worker refuses while it imports.
    """
    return os.urandom(byte_count).hex()

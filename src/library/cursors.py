"""Where a page ended, as a text that clients hand back unread."""

from __future__ import annotations

import binascii
import json
import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

MAX_CURSOR_CHARACTERS = 256


class InvalidCursorError(ValueError):
    """A text that no page ended with."""

    code = "invalid_cursor"


class PageCursor(NamedTuple):
    """The last link of a page: the next page begins behind it, whatever is added or removed meanwhile."""

    created_at: float
    code: str


def write_cursor(cursor: PageCursor) -> str:
    """Return the text of a cursor."""
    plain = json.dumps([cursor.created_at, cursor.code], separators=(",", ":"))
    return urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read_cursor(text: str) -> PageCursor:
    """Return the cursor of a text, or raise InvalidCursorError."""
    if len(text) > MAX_CURSOR_CHARACTERS:
        raise InvalidCursorError("the cursor is too long")
    try:
        parts = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise InvalidCursorError("the cursor is not one of ours") from error
    match parts:
        case [float() | int() as created_at, str() as code] if _is_moment(created_at) and _is_text(code):
            return PageCursor(float(created_at), code)
    raise InvalidCursorError("the cursor is not one of ours")


def _is_moment(value: float) -> bool:
    return not isinstance(value, bool) and abs(value) < 1e15 and math.isfinite(value)


def _is_text(code: str) -> bool:
    return code.isascii() and code.isprintable()

"""Checks of values whose annotation a caller may not have kept."""

from __future__ import annotations

import math


def is_count(value: object) -> bool:
    """Tell whether `value` is a whole number, 0 or more, and not a bool."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_duration(value: object) -> bool:
    """Tell whether `value` is a finite number above 0, and not a bool."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < math.inf


def as_text(value: object) -> str:
    """Return `value` if it is text, else the empty string."""
    return value if isinstance(value, str) else ""

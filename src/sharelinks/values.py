"""Checks of values whose annotation a caller may not have kept."""

from __future__ import annotations


def as_text(value: object) -> str:
    """Return `value` if it is text, else the empty string."""
    return value if isinstance(value, str) else ""


def is_whole(value: object, least: int) -> bool:
    """Tell whether `value` is a whole number of at least `least`, and not a bool."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= least

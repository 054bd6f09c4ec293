"""How long to wait before the next attempt."""

from __future__ import annotations

_MOST_DOUBLINGS = 32


def backoff_seconds(attempts: int, first_seconds: int, most_seconds: int) -> int:
    """Return the wait after `attempts` attempts (1 or more): doubling from the first, capped.

    Whole seconds, because that is what a queue takes.
    """
    doublings = min(max(attempts, 1) - 1, _MOST_DOUBLINGS)
    return min(most_seconds, first_seconds << doublings)

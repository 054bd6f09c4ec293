"""Token bucket: state is `(credit, at)`.

Credit is counted in shares of a token, `window_ms` shares each, so that one millisecond returns exactly
`limit` shares and no division ever rounds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ratelimit.config import Quota


def _credit(quota: Quota, state: tuple[int, ...], now: int) -> int:
    full = quota.limit * quota.window_ms
    if not state:
        return full
    credit, at = state
    return min(full, credit + (now - at) * quota.limit)


def _rounded_up(shares: int, per_ms: int) -> int:
    return -(-shares // per_ms)


def settle(state: tuple[int, ...], now: int) -> tuple[int, ...]:
    """Return the state as if it had been written no later than `now`."""
    return (state[0], min(state[1], now)) if state else state


def wait(quota: Quota, state: tuple[int, ...], now: int, count: int) -> int:
    """Return the milliseconds until `count` tokens are there."""
    missing = count * quota.window_ms - _credit(quota, state, now)
    return max(0, _rounded_up(missing, quota.limit))


def charge(quota: Quota, state: tuple[int, ...], now: int, count: int) -> tuple[int, ...]:
    """Return the state after `count` tokens were spent."""
    return (_credit(quota, state, now) - count * quota.window_ms, now)


def remaining(quota: Quota, state: tuple[int, ...], now: int) -> int:
    """Return how many whole tokens are there."""
    return _credit(quota, state, now) // quota.window_ms


def reset_after(quota: Quota, state: tuple[int, ...], now: int) -> int:
    """Return the milliseconds until the bucket is full."""
    return _rounded_up(quota.limit * quota.window_ms - _credit(quota, state, now), quota.limit)

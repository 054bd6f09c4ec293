"""Sliding window: state is `(time, count, time, count, …)`, oldest first, one pair per busy millisecond.

A request at `t` counts from `t` up to, but not including, `t + window`. Since every pair holds at least one
request and all of them fit into the limit, there are never more pairs than the limit.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ratelimit.config import Quota


def _live(quota: Quota, state: tuple[int, ...], now: int) -> tuple[int, ...]:
    gone = bisect_right(state[0::2], now - quota.window_ms)
    return state[2 * gone :]


def settle(state: tuple[int, ...], now: int) -> tuple[int, ...]:
    """Return the state with no request later than `now`."""
    if not state or state[-2] <= now:
        return state
    return tuple(min(value, now) if index % 2 == 0 else value for index, value in enumerate(state))


def wait(quota: Quota, state: tuple[int, ...], now: int, count: int) -> int:
    """Return the milliseconds until enough of the oldest requests have left for `count` to fit."""
    live = _live(quota, state, now)
    surplus = sum(live[1::2]) + count - quota.limit
    leaves = now
    for time, leaving in zip(live[0::2], live[1::2], strict=True):
        if surplus <= 0:
            break
        surplus -= leaving
        leaves = time + quota.window_ms
    return leaves - now


def charge(quota: Quota, state: tuple[int, ...], now: int, count: int) -> tuple[int, ...]:
    """Return the state after `count` requests now, without those that have left."""
    live = _live(quota, state, now)
    if live and live[-2] == now:
        return (*live[:-1], live[-1] + count)
    return (*live, now, count)


def remaining(quota: Quota, state: tuple[int, ...], now: int) -> int:
    """Return how many requests fit into the window that ends now."""
    return quota.limit - sum(_live(quota, state, now)[1::2])


def reset_after(quota: Quota, state: tuple[int, ...], now: int) -> int:
    """Return the milliseconds until the newest request has left; 0 when none is remembered."""
    live = _live(quota, state, now)
    return live[-2] + quota.window_ms - now if live else 0

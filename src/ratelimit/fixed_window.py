"""Fixed window: state is `(started, used)`.

The window opens with the key's first request, not at a multiple of the clock: otherwise a client could see
its quota return a moment after it began, and all clients would come back at the same instant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ratelimit.config import Quota


def _window(quota: Quota, state: tuple[int, ...], now: int) -> tuple[int, int]:
    if state and now < state[0] + quota.window_ms:
        return state[0], state[1]
    return now, 0


def settle(state: tuple[int, ...], now: int) -> tuple[int, ...]:
    """Return the state with a window that opened no later than `now`."""
    return (min(state[0], now), state[1]) if state else state


def wait(quota: Quota, state: tuple[int, ...], now: int, count: int) -> int:
    """Return the milliseconds until `count` requests fit: none, or what is left of the window."""
    started, used = _window(quota, state, now)
    return 0 if used + count <= quota.limit else started + quota.window_ms - now


def charge(quota: Quota, state: tuple[int, ...], now: int, count: int) -> tuple[int, ...]:
    """Return the state after `count` requests, in the open window or in a new one."""
    started, used = _window(quota, state, now)
    return (started, used + count)


def remaining(quota: Quota, state: tuple[int, ...], now: int) -> int:
    """Return how many requests fit into the open window."""
    return quota.limit - _window(quota, state, now)[1]


def reset_after(quota: Quota, state: tuple[int, ...], now: int) -> int:
    """Return the milliseconds until the open window ends; 0 when none is open."""
    started, used = _window(quota, state, now)
    return started + quota.window_ms - now if used else 0

"""What every strategy answers, and which module answers it.

State is a flat tuple of integers, `()` for a key nothing is known about. Times are integer milliseconds, so
nothing drifts. All functions expect a settled state: see `settle`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from ratelimit import fixed_window, sliding_window, token_bucket
from ratelimit.config import RateLimitStrategy

if TYPE_CHECKING:
    from ratelimit.config import Quota

State: TypeAlias = tuple[int, ...]


class Algorithm(Protocol):
    """The five questions; the strategy modules answer them as plain functions."""

    def settle(self, state: State, now: int) -> State:
        """Return the state with nothing in the future, for a clock that went back.

        What seems to lie ahead counts as happening now: a step back neither frees quota nor blocks anyone
        for longer than a window.
        """
        ...

    def wait(self, quota: Quota, state: State, now: int, count: int) -> int:
        """Return how many milliseconds until `count` (at most the limit) requests fit; 0 if they fit now."""
        ...

    def charge(self, quota: Quota, state: State, now: int, count: int) -> State:
        """Return the state after `count` requests that fit."""
        ...

    def remaining(self, quota: Quota, state: State, now: int) -> int:
        """Return how many requests fit now."""
        ...

    def reset_after(self, quota: Quota, state: State, now: int) -> int:
        """Return how many milliseconds until the whole quota is back and the state may be forgotten."""
        ...


ALGORITHMS: dict[RateLimitStrategy, Algorithm] = {
    RateLimitStrategy.TOKEN_BUCKET: token_bucket,
    RateLimitStrategy.FIXED_WINDOW: fixed_window,
    RateLimitStrategy.SLIDING_WINDOW: sliding_window,
}

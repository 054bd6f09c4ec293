"""What a limit is: how many requests, in how long, counted how."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from ratelimit.errors import RateLimitValueError

MAX_REQUESTS = 1_000_000_000
MAX_SLIDING_REQUESTS = 100_000
"""A sliding window remembers each request of a key in one row, and a row holds two megabytes."""
MAX_WINDOW_SECONDS = 366 * 86_400


class RateLimitStrategy(Enum):
    """How requests are counted."""

    TOKEN_BUCKET = "token_bucket"  # noqa: S105 - the name of a strategy
    """Requests spend tokens, which flow back evenly: a burst of a whole window, then a steady pace."""
    FIXED_WINDOW = "fixed_window"
    """A window opens with a key's first request, and the whole quota returns when it ends."""
    SLIDING_WINDOW = "sliding_window"
    """No span of one window ever holds more than the quota; each request leaves one window after it came."""


class Quota(NamedTuple):
    """A limit in the units the strategies calculate with."""

    limit: int
    window_ms: int


@dataclass(frozen=True, slots=True)
class RateLimitConfig:
    """A limit; raises RateLimitValueError for one that means nothing.

    `window_seconds` may have a fraction and is taken to the nearest millisecond.
    """

    requests_per_window: int
    window_seconds: float
    strategy: RateLimitStrategy = RateLimitStrategy.TOKEN_BUCKET

    def __post_init__(self) -> None:
        requests, seconds = self.requests_per_window, self.window_seconds
        if not isinstance(self.strategy, RateLimitStrategy):
            raise RateLimitValueError(f"strategy must be a RateLimitStrategy, not {self.strategy!r}")
        if isinstance(requests, bool) or not isinstance(requests, int):
            raise RateLimitValueError(f"requests_per_window must be an integer, not {requests!r}")
        sliding = self.strategy is RateLimitStrategy.SLIDING_WINDOW
        most = MAX_SLIDING_REQUESTS if sliding else MAX_REQUESTS
        if not 1 <= requests <= most:
            raise RateLimitValueError(
                f"requests_per_window must be 1 to {most} for {self.strategy.name}, not {requests}"
            )
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
            raise RateLimitValueError(f"window_seconds must be a number, not {seconds!r}")
        if not 0.001 <= seconds <= MAX_WINDOW_SECONDS:
            raise RateLimitValueError(
                f"window_seconds must be 0.001 to {MAX_WINDOW_SECONDS}, not {seconds!r}"
            )

    @property
    def quota(self) -> Quota:
        """Return the limit in requests and milliseconds."""
        return Quota(self.requests_per_window, math.floor(self.window_seconds * 1000 + 0.5))

    @property
    def rule(self) -> str:
        """Return one line that differs whenever remembered state would mean something else."""
        return f"{self.strategy.value}:{self.requests_per_window}:{self.quota.window_ms}"

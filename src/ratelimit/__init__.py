"""Exact request limits per address and per user: token bucket, fixed window, sliding window.

The strategies are pure functions over integer milliseconds; `RateLimitStore` keeps their state in SQL, in
process and inside a Durable Object alike; `RateLimiter` is the documented class over both.
"""

from ratelimit.config import RateLimitConfig, RateLimitStrategy
from ratelimit.decisions import Decision, judge
from ratelimit.errors import RateLimitError, RateLimitValueError
from ratelimit.headers import rate_limit_headers
from ratelimit.limiter import RateLimiter
from ratelimit.local_threshold import LocalThreshold
from ratelimit.store import RateLimitStore

__all__ = [
    "Decision",
    "LocalThreshold",
    "RateLimitConfig",
    "RateLimitError",
    "RateLimitStore",
    "RateLimitStrategy",
    "RateLimitValueError",
    "RateLimiter",
    "judge",
    "rate_limit_headers",
]

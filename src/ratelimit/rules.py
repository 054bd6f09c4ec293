"""A limit as plain values, for a remote call."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from ratelimit.config import RateLimitConfig, RateLimitStrategy
from ratelimit.errors import RateLimitValueError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Rule(TypedDict):
    """What `RateLimitConfig` holds, by the names of the call."""

    requests: int
    window_seconds: float
    strategy: str


def to_rule(config: RateLimitConfig) -> Rule:
    """Return the limit as plain values."""
    return {
        "requests": config.requests_per_window,
        "window_seconds": config.window_seconds,
        "strategy": config.strategy.value,
    }


def from_rule(rule: Mapping[str, object]) -> RateLimitConfig:
    """Return the limit that `to_rule` wrote; raise RateLimitValueError for what is none."""
    try:
        requests, seconds, strategy = rule["requests"], rule["window_seconds"], rule["strategy"]
    except KeyError as error:
        raise RateLimitValueError(f"a rule has no {error}") from error
    # The configuration checks the types itself.
    return RateLimitConfig(requests, seconds, read_strategy(strategy))  # type: ignore[arg-type]


def read_strategy(name: object) -> RateLimitStrategy:
    """Return the strategy of this name, or raise RateLimitValueError."""
    try:
        return RateLimitStrategy(name)
    except ValueError:
        known = ", ".join(strategy.value for strategy in RateLimitStrategy)
        raise RateLimitValueError(f"strategy must be one of {known}, not {name!r}") from None

"""The verdict on one request, which may answer to several keys at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ratelimit.errors import RateLimitValueError
from ratelimit.strategies import ALGORITHMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ratelimit.config import RateLimitConfig
    from ratelimit.strategies import State


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a request may pass, and what its headers say.

    `remaining` and `reset_after_ms` describe the tightest key after the decision. `retry_after_ms` is 0 for
    an allowed request and None for one that can never be allowed. `refused_by` names the keys that refused.
    """

    allowed: bool
    limit: int
    remaining: int
    reset_after_ms: int
    retry_after_ms: int | None
    refused_by: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that a remote call can carry (a tuple it cannot)."""
        return {
            "allowed": self.allowed,
            "limit": self.limit,
            "remaining": self.remaining,
            "reset_after_ms": self.reset_after_ms,
            "retry_after_ms": self.retry_after_ms,
            "refused_by": list(self.refused_by),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Decision:
        """Return the decision that `to_dict` wrote."""
        return cls(**{**plain, "refused_by": tuple(plain["refused_by"])})


def _check_count(count: object) -> None:
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise RateLimitValueError(f"count must be an integer of 0 or more, not {count!r}")


def judge(
    config: RateLimitConfig, states: Mapping[str, State], now_ms: int, count: int = 1
) -> tuple[Decision, dict[str, State]]:
    """Decide for all keys together, and return the states to keep: all are charged, or none is.

    No keys at all means nothing limits the request. A `count` of 0 is always allowed and charges nothing; one
    above the limit is never allowed. Waiting exactly `retry_after_ms` is enough for every key that refused,
    and one millisecond less is not, as long as nobody else is charged meanwhile.
    """
    _check_count(count)
    algorithm = ALGORITHMS[config.strategy]
    quota = config.quota
    kept = {key: algorithm.settle(state, now_ms) for key, state in states.items()}
    retry_after_ms: int | None
    if kept and count > quota.limit:
        refused, retry_after_ms = tuple(kept), None
    else:
        waits = {key: algorithm.wait(quota, state, now_ms, count) for key, state in kept.items()}
        refused = tuple(key for key, wait in waits.items() if wait)
        retry_after_ms = max(waits.values(), default=0)
    if count and not refused:
        kept = {key: algorithm.charge(quota, state, now_ms, count) for key, state in kept.items()}
    left, reset = min(
        (
            (algorithm.remaining(quota, state, now_ms), -algorithm.reset_after(quota, state, now_ms))
            for state in kept.values()
        ),
        default=(quota.limit, 0),
    )
    return Decision(not refused, quota.limit, left, -reset, retry_after_ms, refused), kept

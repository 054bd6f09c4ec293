"""Limits through the `RATE_LIMITER` binding."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from ratelimit.decisions import Decision
from ratelimit.policy import OnFailure
from ratelimit.rules import to_rule

if TYPE_CHECKING:
    from ratelimit.config import RateLimitConfig
    from ratelimit.policy import Limit
    from resilience.circuit_breaker import CircuitBreaker

TIMEOUT_SECONDS = 2.0
RETRY_AFTER_FAILURE_MS = 5_000


class RateLimiters:
    """One `RateLimiter` object per key. Whoever asks says what a failure means.

    `failures` counts the answers that were made up, by "open" and "closed", since the isolate started.
    """

    def __init__(self, namespace: Any, breaker: CircuitBreaker) -> None:  # noqa: ANN401 - a binding
        self._namespace = namespace
        self._breaker = breaker
        self.failures: Counter[str] = Counter()

    async def check(
        self, key: str, config: RateLimitConfig, count: int = 1, *, on_failure: OnFailure
    ) -> Decision:
        """Charge `count` requests to the key if they fit, and return the decision of its object.

        If the object fails, is too slow or is not to be asked, the decision is what `on_failure` says. One
        that refuses then names no key in `refused_by`: nobody exceeded anything.
        """
        if not self._breaker.allow(_now_ms()):
            return self._failed(key, config, on_failure, "the circuit is open")
        try:
            limiter = self._namespace.getByName(key)
            answer = await asyncio.wait_for(limiter.decide(key, to_rule(config), count), TIMEOUT_SECONDS)
            decision = Decision.from_dict(answer)
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller said what it means
            self._breaker.failed(_now_ms())
            return self._failed(key, config, on_failure, str(error) or type(error).__name__)
        self._breaker.succeeded(_now_ms())
        return decision

    async def charge(self, limit: Limit, key: str) -> tuple[Decision, int]:
        """Charge several requests where the limit allows many, and return how many the decision is about.

        Where there is no room for several, one may still fit; if not, its decision says when it will.
        """
        count = limit.asked_at_once
        decision = await self.check(key, limit.config, count, on_failure=limit.on_failure)
        if decision.allowed or count == 1:
            return decision, count
        return await self.check(key, limit.config, on_failure=limit.on_failure), 1

    def _failed(self, key: str, config: RateLimitConfig, on_failure: OnFailure, error: str) -> Decision:
        self.failures[on_failure.value] += 1
        event = {"level": "error", "event": "rate_limiter_failed", "limit": key.partition(":")[0]}
        print(json.dumps({**event, "on_failure": on_failure.value, "error": error}))
        limit = config.requests_per_window
        if on_failure is OnFailure.OPEN:
            return Decision(True, limit, limit, 0, 0)
        return Decision(False, limit, 0, RETRY_AFTER_FAILURE_MS, RETRY_AFTER_FAILURE_MS)


def _now_ms() -> int:
    return int(time.time() * 1000)

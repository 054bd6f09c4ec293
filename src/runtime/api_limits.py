"""The limits of the policy that concern the API."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ratelimit.charged_ahead import ChargedAhead

if TYPE_CHECKING:
    from http_api.services import ApiLimit
    from ratelimit.decisions import Decision
    from ratelimit.policy import Policy
    from runtime.rate_limits import RateLimiters


class ApiLimits:
    """Charges requests of the API: where a limit allows many, several at once, for this isolate to use up."""

    def __init__(self, limiters: RateLimiters, policy: Policy) -> None:
        self._limiters = limiters
        self._policy = policy
        self._charged = ChargedAhead()

    async def check(self, limit: ApiLimit, subject: str) -> Decision:
        """Charge one request of a subject to a limit."""
        found = getattr(self._policy, limit)
        key = found.key(subject)
        now_ms = int(time.time() * 1000)
        known = self._charged.take(key, now_ms)
        if known is not None:
            return known
        decision, charged = await self._limiters.charge(found, key)
        was_counted = decision.remaining < decision.limit
        if charged == 1 or not decision.allowed or not was_counted:
            return decision
        lasts_ms = round(found.config.window_seconds * 1000)
        return self._charged.keep(key, decision, charged - 1, now_ms, lasts_ms)

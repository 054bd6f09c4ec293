"""`RateLimiter`: one object per limited key. It decides exactly, on its own clock."""

from __future__ import annotations

import time
from typing import Any

from durable_objects.storage import DurableDatabase
from ratelimit.object_limits import ObjectLimits
from ratelimit.rules import from_rule
from workers import DurableObject


class RateLimiter(DurableObject):
    """Keeps the count of one key for as long as it matters, and then leaves no storage.

    Only what is charged is written: asking, and being refused, is free.
    """

    LEAST_REST_MS = 60_000
    """How long storage stays at least: a bucket that is full again in 100 ms is not worth making anew."""

    def __init__(self, ctx: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
        super().__init__(ctx, env)
        self._limits = ObjectLimits(DurableDatabase(self.ctx.storage))
        self._will_clean_up = False

    async def decide(self, key: str, rule: dict[str, Any], count: int) -> dict[str, Any]:
        """Allow `count` requests and charge them, or refuse and charge nothing; see `Decision.to_dict`."""
        now_ms = _now_ms()
        decision = self._limits.decide(key, from_rule(rule), now_ms, count)
        if decision.allowed and count and not self._will_clean_up:
            # In one step with the charge, nothing awaited between them: neither is committed alone.
            await self._clean_up_at(now_ms + decision.reset_after_ms, now_ms)
        return decision.to_dict()

    async def alarm(self) -> None:
        """Erase everything once no limit is left; otherwise look again when the next one runs out."""
        now_ms = _now_ms()
        self._will_clean_up = False
        next_ms = self._limits.clean_up(now_ms)
        if next_ms is None:
            await self.ctx.storage.deleteAll()
        else:
            await self._clean_up_at(next_ms, now_ms)

    async def _clean_up_at(self, due_ms: int, now_ms: int) -> None:
        self._will_clean_up = True
        # A float, because a large int would arrive as a BigInt.
        await self.ctx.storage.setAlarm(float(max(due_ms, now_ms + self.LEAST_REST_MS)))


def _now_ms() -> int:
    return round(time.time() * 1000)

"""Clicks from the buffer to their owners: one call for many, retried, and queued when that fails."""

from __future__ import annotations

import asyncio
import json
import os
import time
from typing import TYPE_CHECKING, Any

from analytics.click_wire import pack, parts
from sharelinks.projection import shard_name

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from analytics.click_buffer import ClickBuffer
    from analytics.click_wire import ClickBatch
    from resilience.circuit_breaker import CircuitBreaker

OWNER_TIMEOUT_SECONDS = 3.0
QUEUE_TIMEOUT_SECONDS = 3.0
LAST_WAITS_SECONDS = (1.0, 2.0, 4.0, 8.0)
"""Once both refused: together they stay within the 30 seconds that the platform grants a `waitUntil`."""
COUNTED = ("recorded", "repeated", "kept")
CALLS_AT_ONCE = 40
SHARDS_KNOWN_SECONDS = 60.0


class ClickDelivery:
    """Hands clicks on within the `waitUntil` of the request that was told to, never later.

    A batch keeps its id through every attempt and through the queue, and its owner counts an id once.
    """

    def __init__(
        self,
        buffer: ClickBuffer,
        env: Any,  # noqa: ANN401 - the bindings
        owners_breaker: CircuitBreaker,
        queue_breaker: CircuitBreaker,
    ) -> None:
        self._buffer = buffer
        self._owners = env.SHORT_LINK
        self._shards = env.CLICK_SHARD
        self._queue = env.CLICKS
        self._owners_breaker = owners_breaker
        self._queue_breaker = queue_breaker
        self._sharded: dict[str, tuple[int, float]] = {}
        self.in_flight = 0
        self.outcomes = {"counted": 0, "queued": 0, "refused": 0, "lost": 0}

    async def flush_after(self, seconds: float) -> None:
        """Wait, then hand on whatever the buffer holds by then."""
        if seconds:
            await asyncio.sleep(seconds)
        taken = self._buffer.take()
        batches = [(code, part) for code, batch in taken.items() for part in parts(batch)]
        for start in range(0, len(batches), CALLS_AT_ONCE):
            await asyncio.gather(*(self._deliver(*one) for one in batches[start : start + CALLS_AT_ONCE]))

    async def _deliver(self, code: str, batch: ClickBatch) -> None:
        batch_id = os.urandom(12).hex()
        payload = pack(batch)
        self.in_flight += batch.clicks
        try:
            outcome = await self._hand_on(code, batch_id, payload)
        finally:
            self.in_flight -= batch.clicks
        self.outcomes[outcome] += batch.clicks
        if outcome in {"lost", "refused"}:
            _log("error", f"clicks_{outcome}", code=code, batch_id=batch_id, clicks=batch.clicks)

    async def _hand_on(self, code: str, batch_id: str, payload: str) -> str:
        """Try the owner twice, then the queue; when neither takes it, both again until time is up."""
        for _ in range(2):
            outcome = await self._to_owner(code, batch_id, payload)
            if outcome is not None:
                return outcome
        for wait in (*LAST_WAITS_SECONDS, None):
            if await self._to_queue(code, batch_id, payload):
                return "queued"
            if wait is None:
                break
            await asyncio.sleep(wait)
            outcome = await self._to_owner(code, batch_id, payload)
            if outcome is not None:
                return outcome
        return "lost"

    async def _to_owner(self, code: str, batch_id: str, payload: str) -> str | None:
        if not self._owners_breaker.allow(_now_ms()):
            return None
        answer = await self._guarded(
            self._count(code, batch_id, payload), OWNER_TIMEOUT_SECONDS, self._owners_breaker
        )
        if answer is None:
            return None
        if answer.get("shards"):
            self._sharded[code] = (int(answer["shards"]), time.time() + SHARDS_KNOWN_SECONDS)
        return "counted" if answer["counted"] and answer["outcome"] in COUNTED else "refused"

    async def _count(self, code: str, batch_id: str, payload: str) -> Any:  # noqa: ANN401 - a plain dict
        """Ask the code's owner or, for a hot code, one of its helpers, by the batch's id."""
        shards, until = self._sharded.get(code, (0, 0.0))
        if until > time.time():
            shard = self._shards.getByName(shard_name(code, int(batch_id[:8], 16) % shards))
            return await shard.count(code, batch_id, payload)
        self._sharded.pop(code, None)
        return await self._owners.getByName(code).count(code, batch_id, payload)

    async def _to_queue(self, code: str, batch_id: str, payload: str) -> bool:
        if not self._queue_breaker.allow(_now_ms()):
            return False
        message = {"kind": "clicks", "code": code, "batch_id": batch_id, "payload": payload}
        sent = await self._guarded(self._send(message), QUEUE_TIMEOUT_SECONDS, self._queue_breaker)
        return sent is not None

    async def _send(self, message: dict[str, str]) -> bool:
        await self._queue.send(message)
        return True

    async def _guarded(self, call: Awaitable[Any], seconds: float, breaker: CircuitBreaker) -> Any:  # noqa: ANN401 - what the call answers
        """Return the call's answer, or None if it fails or takes too long; the breaker learns which."""
        try:
            answer = await asyncio.wait_for(call, seconds)
        except Exception as error:  # noqa: BLE001 - a failed call is what this class is for
            breaker.failed(_now_ms())
            _log("warning", "clicks_delayed", dependency=breaker.name, error=str(error) or "timeout")
            return None
        breaker.succeeded(_now_ms())
        return answer


def _now_ms() -> int:
    return int(time.time() * 1000)


def _log(level: str, event: str, **more: Any) -> None:  # noqa: ANN401 - JSON values
    print(json.dumps({"level": level, "event": event, **more}))

"""Clicks from the buffer to their owners: one call for many, retried, and queued when that fails."""

from __future__ import annotations

import asyncio
import json
import os
import time
from typing import TYPE_CHECKING, Any

from analytics.click_parcels import parcels
from sharelinks.projection import shard_name

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from analytics.click_buffer import ClickBuffer
    from analytics.click_parcels import Parcel
    from resilience.circuit_breaker import CircuitBreaker

OWNER_TIMEOUT_SECONDS = 3.0
QUEUE_TIMEOUT_SECONDS = 3.0
LAST_WAITS_SECONDS = (1.0, 2.0, 4.0, 8.0)
"""Once both refused: together they stay within the 30 seconds that the platform grants a `waitUntil`."""
COUNTED = ("recorded", "repeated", "kept")
CALLS_AT_ONCE = 40
MESSAGES_PER_CALL = 100
MESSAGE_CHARACTERS_PER_CALL = 200_000
SHARDS_KNOWN_SECONDS = 60.0


class ClickDelivery:
    """Hands clicks on within the `waitUntil` of the request that was told to, never later.

    A batch keeps its id through every attempt and through the queue, and its owner counts an id once.
    """

    def __init__(
        self,
        buffer: ClickBuffer[Any],
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
        packed = list(parcels(self._buffer.take(), _new_id))
        for start in range(0, len(packed), CALLS_AT_ONCE):
            await asyncio.gather(*map(self._deliver, packed[start : start + CALLS_AT_ONCE]))

    async def _deliver(self, parcel: Parcel) -> None:
        clicks = parcel.clicks
        self.in_flight += clicks
        try:
            outcome = await self._hand_on(parcel)
        finally:
            self.in_flight -= clicks
        self.outcomes[outcome] += clicks
        if outcome in {"lost", "refused"}:
            for letter in parcel.letters:
                _log(
                    "error",
                    f"clicks_{outcome}",
                    code=letter.code,
                    batch_id=letter.batch_id,
                    clicks=letter.clicks,
                )

    async def _hand_on(self, parcel: Parcel) -> str:
        """Try the objects twice, then the queue; when neither takes it, both again until time is up."""
        for _ in range(2):
            outcome = await self._to_objects(parcel)
            if outcome is not None:
                return outcome
        for wait in (*LAST_WAITS_SECONDS, None):
            if await self._to_queue(parcel):
                return "queued"
            if wait is None:
                break
            await asyncio.sleep(wait)
            outcome = await self._to_objects(parcel)
            if outcome is not None:
                return outcome
        return "lost"

    async def _to_objects(self, parcel: Parcel) -> str | None:
        if not self._owners_breaker.allow(_now_ms()):
            return None
        answer = await self._guarded(self._count(parcel), OWNER_TIMEOUT_SECONDS, self._owners_breaker)
        if answer is None:
            return None
        if answer.get("shards"):
            until = time.time() + SHARDS_KNOWN_SECONDS
            self._sharded[parcel.letters[0].code] = (int(answer["shards"]), until)
        return "counted" if answer["counted"] and answer["outcome"] in COUNTED else "refused"

    async def _count(self, parcel: Parcel) -> Any:  # noqa: ANN401 - a plain dict
        """Ask the codes' journal, the code's owner or, for a hot code, one of its helpers by the id."""
        if parcel.journal is not None:
            letters = [[one.batch_id, one.code, one.payload] for one in parcel.letters]
            return await self._shards.getByName(parcel.journal).keep(json.dumps(letters))
        code, batch_id, payload, _ = parcel.letters[0]
        shards, until = self._sharded.get(code, (0, 0.0))
        if until > time.time():
            shard = self._shards.getByName(shard_name(code, int(batch_id[:8], 16) % shards))
            return await shard.count(code, batch_id, payload)
        self._sharded.pop(code, None)
        return await self._owners.getByName(code).count(code, batch_id, payload)

    async def _to_queue(self, parcel: Parcel) -> bool:
        if not self._queue_breaker.allow(_now_ms()):
            return False
        sent = await self._guarded(self._send(parcel), QUEUE_TIMEOUT_SECONDS, self._queue_breaker)
        return sent is not None

    async def _send(self, parcel: Parcel) -> bool:
        """Send a message for each letter; one that is sent again is counted once all the same."""
        messages = [
            {"kind": "clicks", "code": code, "batch_id": batch_id, "payload": payload}
            for code, batch_id, payload, _ in parcel.letters
        ]
        if len(messages) == 1:
            await self._queue.send(messages[0])
            return True
        # A batch may have 100 messages of 256 KB together.
        most = min(
            MESSAGES_PER_CALL, MESSAGE_CHARACTERS_PER_CALL // max(len(one.payload) for one in parcel.letters)
        )
        for start in range(0, len(messages), most):
            await self._queue.sendBatch([{"body": message} for message in messages[start : start + most]])
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


def _new_id() -> str:
    return os.urandom(12).hex()


def _now_ms() -> int:
    return int(time.time() * 1000)


def _log(level: str, event: str, **more: Any) -> None:  # noqa: ANN401 - JSON values
    print(json.dumps({"level": level, "event": event, **more}))

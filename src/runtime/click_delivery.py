"""Clicks from the buffer to their owners: one call for many, retried, and queued when that fails."""

from __future__ import annotations

import asyncio
import json
import os
import time
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from analytics.click_parcels import parcels
from sharelinks.projection import shard_name

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from analytics.click_buffer import ClickBuffer
    from analytics.click_parcels import Parcel
    from resilience.circuit_breaker import CircuitBreaker

COUNTED = ("recorded", "repeated", "kept")
CALLS_AT_ONCE = 40
MESSAGES_PER_CALL = 100
MESSAGE_CHARACTERS_PER_CALL = 200_000
SHARDS_KNOWN_SECONDS = 60.0
WAITING_FLUSHES = 2
"""So many times `FLUSH_CLICKS` may wait for an answer of the objects."""
_GRACE_SECONDS = 1.0


class Patience(NamedTuple):
    """How many seconds a flush gives the parts of its work."""

    objects: float = 3.0
    """A call, and the first two attempts together: then the queue is asked."""
    queue: float = 3.0
    first_wait: float = 1.0
    """Before both are tried again; it doubles."""
    most_wait: float = 8.0
    total: float = 25.0
    """All of it, the wait for more clicks included. The platform ends a `waitUntil` after 30 seconds, and by
    then the log has to name what could not be handed on."""


PATIENCE = Patience()


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
        patience: Patience = PATIENCE,
    ) -> None:
        self._buffer = buffer
        self._owners = env.SHORT_LINK
        self._shards = env.CLICK_SHARD
        self._queue = env.CLICKS
        self._owners_breaker = owners_breaker
        self.shards_breaker = owners_breaker.another("click_shards")
        self._queue_breaker = queue_breaker
        self._patience = patience
        self._sharded: dict[str, tuple[int, float]] = {}
        self._under_way = UnderWay()
        self._at_objects = UnderWay()
        self.outcomes = {"counted": 0, "queued": 0, "refused": 0, "lost": 0}

    @property
    def in_flight(self) -> int:
        """Return how many clicks are neither in the buffer nor handed on."""
        return self._under_way.clicks(time.time())

    async def flush_after(self, seconds: float) -> None:
        """Wait, then hand on whatever the buffer holds by then."""
        ends = time.time() + self._patience.total
        if seconds:
            await asyncio.sleep(seconds)
        places = asyncio.Semaphore(CALLS_AT_ONCE)

        async def deliver(parcel: Parcel) -> None:
            with self._under_way.holding(parcel.clicks, ends):
                async with places:
                    await self._deliver(parcel, ends)

        await asyncio.gather(*map(deliver, parcels(self._buffer.take(), _new_ids())))

    async def _deliver(self, parcel: Parcel, ends: float) -> None:
        outcome = await self._hand_on(parcel, ends)
        self.outcomes[outcome] += parcel.clicks
        if outcome in {"lost", "refused"}:
            level = "error" if outcome == "lost" else "warning"
            for letter in parcel.letters:
                _log(
                    level,
                    f"clicks_{outcome}",
                    code=letter.code,
                    batch_id=letter.batch_id,
                    clicks=letter.clicks,
                )

    async def _hand_on(self, parcel: Parcel, ends: float) -> str:
        """Try the objects twice, then the queue; when neither takes it, both again until time is up.

        What an owner will not count goes to the queue too, whose consumer puts it aside.
        """
        until = min(ends, time.time() + self._patience.objects)
        outcome = await self._to_objects(parcel, until) or await self._to_objects(parcel, until)
        wait = self._patience.first_wait
        while outcome != "counted":
            if await self._to_queue(parcel, ends):
                return outcome or "queued"
            pause = min(wait, ends - time.time())
            if pause <= 0:
                return "lost"
            await asyncio.sleep(pause)
            wait = min(2 * wait, self._patience.most_wait)
            outcome = outcome or await self._to_objects(parcel, ends)
        return outcome

    async def _to_objects(self, parcel: Parcel, until: float) -> str | None:
        """Return `counted` or `refused`, None if nobody answered, or if too many clicks wait for an answer.

        That bounds what is lost with an isolate: the queue takes what the objects are too slow for.
        """
        breaker, now = self._breaker(parcel), time.time()
        waiting = self._at_objects.clicks(now)
        is_crowded = waiting and waiting + parcel.clicks > WAITING_FLUSHES * self._buffer.flush_clicks
        if now >= until or is_crowded or not breaker.allow(_now_ms()):
            return None
        seconds = min(self._patience.objects, until - now)
        with self._at_objects.holding(parcel.clicks, now + seconds):
            answer = await self._guarded(self._count(parcel), seconds, breaker)
        if answer is None:
            return None
        if answer.get("shards"):
            known_until = time.time() + SHARDS_KNOWN_SECONDS
            self._sharded[parcel.letters[0].code] = (int(answer["shards"]), known_until)
        return "counted" if answer["counted"] and answer["outcome"] in COUNTED else "refused"

    def _breaker(self, parcel: Parcel) -> CircuitBreaker:
        """Return the breaker of whom `_count` asks: failing journals close no way to an owner."""
        if parcel.journal is not None or self._shards_of(parcel.letters[0].code):
            return self.shards_breaker
        return self._owners_breaker

    def _shards_of(self, code: str) -> int:
        """Return over how many helpers a code's owner wants its batches spread, as far as is known."""
        shards, until = self._sharded.get(code, (0, 0.0))
        if until > time.time():
            return shards
        self._sharded.pop(code, None)
        return 0

    async def _count(self, parcel: Parcel) -> Any:  # noqa: ANN401 - a plain dict
        """Ask the codes' journal, the code's owner or, for a hot code, one of its helpers by the id."""
        if parcel.journal is not None:
            letters = [[one.batch_id, one.code, one.payload] for one in parcel.letters]
            return await self._shards.getByName(parcel.journal).keep(json.dumps(letters))
        code, batch_id, payload, _ = parcel.letters[0]
        shards = self._shards_of(code)
        if shards:
            shard = self._shards.getByName(shard_name(code, int(batch_id[:8], 16) % shards))
            return await shard.count(code, batch_id, payload)
        return await self._owners.getByName(code).count(code, batch_id, payload)

    async def _to_queue(self, parcel: Parcel, ends: float) -> bool:
        seconds = min(self._patience.queue, ends - time.time())
        if seconds <= 0 or not self._queue_breaker.allow(_now_ms()):
            return False
        sent = await self._guarded(self._send(parcel), seconds, self._queue_breaker)
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


class UnderWay:
    """Clicks that wait for something, for a stated time at most.

    A coroutine that the platform cuts off never says that it ended: its clicks are not counted for ever.
    """

    def __init__(self) -> None:
        self._held: dict[object, tuple[int, float]] = {}

    @contextmanager
    def holding(self, clicks: int, until: float) -> Iterator[None]:
        """Count some clicks as long as the context lasts, and no longer than until then."""
        ticket = object()
        self._held[ticket] = (clicks, until)
        try:
            yield
        finally:
            self._held.pop(ticket, None)

    def clicks(self, now: float) -> int:
        """Return how many clicks wait."""
        for ticket in [one for one, (_, until) in self._held.items() if until + _GRACE_SECONDS < now]:
            del self._held[ticket]
        return sum(clicks for clicks, _ in self._held.values())


def _new_ids() -> Callable[[], str]:
    """Return what names the batches of a flush; randomness is a crossing, so there is one for all."""
    flush, numbers = os.urandom(12).hex(), count()
    return lambda: f"{flush}{next(numbers):x}"


def _now_ms() -> int:
    return int(time.time() * 1000)


def _log(level: str, event: str, **more: Any) -> None:  # noqa: ANN401 - JSON values
    print(json.dumps({"level": level, "event": event, **more}))

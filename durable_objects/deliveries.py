"""Work that follows a change outside the object: done by its alarm, again and again until it succeeds."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

RETRY_MS = 2_000
"""KV takes one write a second a key."""


async def each(*works: Callable[[], Awaitable[None]]) -> None:
    """Do every piece of work, whatever fails of the others; then raise the first failure."""
    failures: list[Exception] = []
    for work in works:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - raised below
            failures.append(error)
    if failures:
        raise failures[0]


class Deliveries:
    """Runs one piece of work at a time. An object that dies in between goes on when its alarm wakes it."""

    def __init__(self, storage: Any, event: str) -> None:  # noqa: ANN401 - the runtime's object
        self._storage = storage
        self._event = event
        self._running = False

    async def schedule(self) -> None:
        """Work soon; committed together with the change that asks for it."""
        await self._storage.setAlarm(time.time() * 1000)

    async def run(self, work: Callable[[], Awaitable[None]], next_at: Callable[[], float | None]) -> None:
        """Do the work, or come back later if it fails; then wake at `next_at()`, if there is such a moment.

        `event` names the failure in the log.
        """
        if self._running:
            await self._storage.setAlarm(time.time() * 1000 + RETRY_MS)
            return
        self._running = True
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - whatever it is, the alarm tries again
            print(json.dumps({"level": "warning", "event": self._event, "error": str(error)}))
            await self._storage.setAlarm(time.time() * 1000 + RETRY_MS)
            return
        finally:
            self._running = False
        later = next_at()
        if later is not None and await self._storage.getAlarm() is None:
            await self._storage.setAlarm(max(later, time.time()) * 1000)

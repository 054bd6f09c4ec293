"""Carries a link's newest version to KV, which the edge reads, and to its account's library."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from sharelinks.outbox import LinkOutbox
from sharelinks.projection import library_entry, link_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from sharelinks.record import LinkRecord
    from sharelinks.store import StoredLink
    from sql_port import Database

RETRY_MS = 2_000
"""KV takes one write a second a key."""


class LinkProjection:
    """Delivers by the object's alarm, one delivery at a time, always the newest version.

    So a late write can never undo a newer one, and an object that dies in between delivers when it wakes.
    """

    def __init__(self, database: Database, storage: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
        self._outbox = LinkOutbox(database)
        self._storage = storage
        self._env = env
        self._delivering = False

    async def schedule(self) -> None:
        """Deliver soon; committed together with the change that asks for it."""
        await self._storage.setAlarm(time.time() * 1000)

    async def deliver(self, newest: Callable[[], StoredLink | None]) -> None:
        """Deliver until both destinations have the newest version, or come back later."""
        if self._delivering:
            await self._come_back()
            return
        self._delivering = True
        try:
            while (stored := newest()) is not None and self._due(stored.record.version):
                await self._send(stored.record)
        except Exception as error:  # noqa: BLE001 - whatever they say, the alarm tries again
            print(json.dumps({"level": "warning", "event": "projection_delayed", "error": str(error)}))
            await self._come_back()
        finally:
            self._delivering = False

    def _due(self, version: int) -> bool:
        return self._outbox.is_due("kv", version) or self._outbox.is_due("library", version)

    async def _send(self, record: LinkRecord) -> None:
        if self._outbox.is_due("library", record.version):
            await self._env.LIBRARY.getByName(record.account_id).add([library_entry(record)])
            self._outbox.delivered("library", record.version)
        if self._outbox.is_due("kv", record.version):
            await self._env.METADATA.put(link_key(record.code), json.dumps(record.to_wire()))
            self._outbox.delivered("kv", record.version)

    async def _come_back(self) -> None:
        await self._storage.setAlarm(time.time() * 1000 + RETRY_MS)

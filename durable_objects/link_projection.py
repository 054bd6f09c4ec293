"""Carries a link's newest version to KV, which the edge reads, and to whoever else has to know."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from durable_objects.deliveries import each
from moderating.digests import link_content
from moderating.messages import link_message
from sharelinks.news import NEWS_OF_LINKS
from sharelinks.outbox import LinkOutbox
from sharelinks.projection import library_entry, link_key

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sharelinks.record import LinkRecord
    from sharelinks.store import StoredLink
    from sql_port import Database

KV, NEWS, LIBRARY, MODERATION = "kv", "news", "library", "moderation"
RETRY_MS = 2_000
"""KV takes one write a second a key."""


class LinkProjection:
    """Delivers by the object's alarm, one delivery at a time, always the newest version.

    So a late write can never undo a newer one, and an object that dies in between delivers when it wakes: no
    link is there that moderation is not asked about.
    """

    def __init__(self, database: Database, storage: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
        self._outbox = LinkOutbox(database)
        self._storage = storage
        self._env = env
        self._delivering = False

    async def schedule(self) -> None:
        """Deliver soon; committed together with the change that asks for it."""
        await self._storage.setAlarm(time.time() * 1000)

    def compare(self, before: LinkRecord, after: LinkRecord) -> None:
        """Spare moderation a version in which there is nothing new to look at; call it with the change."""
        is_asked = not self._outbox.is_due(MODERATION, before.version)
        if is_asked and link_content(before) == link_content(after):
            self._outbox.delivered(MODERATION, after.version)

    async def deliver(self, newest: Callable[[], StoredLink | None]) -> None:
        """Deliver until every destination has the newest version, or come back later."""
        if self._delivering:
            await self._come_back()
            return
        self._delivering = True
        try:
            while (stored := newest()) is not None and self._due(stored.record):
                await self._send(stored.record)
        except Exception as error:  # noqa: BLE001 - whatever they say, the alarm tries again
            print(json.dumps({"level": "warning", "event": "projection_delayed", "error": str(error)}))
            await self._come_back()
        finally:
            self._delivering = False

    def _due(self, record: LinkRecord) -> bool:
        destinations = (KV, LIBRARY, MODERATION, NEWS) if _is_change(record) else (KV, LIBRARY, MODERATION)
        return any(self._outbox.is_due(one, record.version) for one in destinations)

    async def _send(self, record: LinkRecord) -> None:
        async def tell(destination: str, say: Callable[[LinkRecord], Awaitable[object]]) -> None:
            if self._outbox.is_due(destination, record.version):
                await say(record)
                self._outbox.delivered(destination, record.version)

        async def tell_readers() -> None:
            await tell(KV, self._show)
            # Not before: whoever fetches it upon the news must find the change.
            if _is_change(record):
                await tell(NEWS, self._announce)

        await each(lambda: tell(LIBRARY, self._list), tell_readers, lambda: tell(MODERATION, self._ask))

    async def _list(self, record: LinkRecord) -> None:
        await self._env.LIBRARY.getByName(record.account_id).add([library_entry(record)])

    async def _show(self, record: LinkRecord) -> None:
        await self._env.METADATA.put(link_key(record.code), json.dumps(record.to_wire()))

    async def _announce(self, record: LinkRecord) -> None:
        await self._env.LINK_NEWS.getByName(NEWS_OF_LINKS).announce(record.code)

    async def _ask(self, record: LinkRecord) -> None:
        """Ask for a look. An alias is looked at with its link."""
        if record.alias_of is None:
            await self._env.MODERATION.send(link_message(record))

    async def _come_back(self) -> None:
        await self._storage.setAlarm(time.time() * 1000 + RETRY_MS)


def _is_change(record: LinkRecord) -> bool:
    """Tell whether readers may have an older copy."""
    return record.version > 1

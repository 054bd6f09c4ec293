"""`LinkNews`: one object that hears of every link that changed, and tells all readers by one key of KV."""

from __future__ import annotations

import json
import time
from typing import Any

from durable_objects.deliveries import Deliveries
from durable_objects.storage import DurableDatabase
from sharelinks.news import NEWS_OF_LINKS, news_key
from sharelinks.news_store import NewsStore
from workers import DurableObject

BETWEEN_WRITES_SECONDS = 1.0
"""KV takes one write a second a key."""
MENDED_AFTER_SECONDS = 60.0
"""Readers ask here when KV has nothing for them; as long as this it may not have heard of the last write."""


class LinkNews(DurableObject):
    """Owners announce here what KV has of them already, so that who reads KV later finds the change there.

    A claim is no news: nobody has a copy of what was not there.
    """

    def __init__(self, ctx: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
        super().__init__(ctx, env)
        self._store = NewsStore(DurableDatabase(self.ctx.storage))
        self._deliveries = Deliveries(self.ctx.storage, "news_delayed")
        self._written_at = 0.0

    async def announce(self, code: str) -> None:
        """Take note that a link changed; answering means that readers will hear of it."""
        planned = await self.ctx.storage.getAlarm()
        self._store.note(code, time.time())
        if planned is None:
            await self._write_soon()

    async def look_up(self) -> dict[str, Any]:
        """Return the news, and write them to KV, where somebody missed them."""
        now = time.time()
        news = self._store.read(now)
        if now >= self._written_at + MENDED_AFTER_SECONDS and await self.ctx.storage.getAlarm() is None:
            await self._write_soon()
        return {"record": news.to_wire()}

    async def alarm(self) -> None:
        """Write to KV what is new."""
        await self._deliveries.run(self._write, lambda: None)

    async def _write_soon(self) -> None:
        """Plan the next write, if none is planned: changes that keep coming must not put it off."""
        at = max(time.time(), self._written_at + BETWEEN_WRITES_SECONDS)
        await self.ctx.storage.setAlarm(at * 1000)

    async def _write(self) -> None:
        self._written_at = time.time()
        news = self._store.read(self._written_at)
        await self.env.METADATA.put(
            news_key(NEWS_OF_LINKS), json.dumps(news.to_wire(), separators=(",", ":"))
        )

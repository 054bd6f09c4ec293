"""`ShortLink`: one object per code. It claims the code, owns its record and counts its clicks."""

from __future__ import annotations

import json
import time
from typing import Any

from analytics.click_store import ClickStore
from analytics.clicks import Click
from durable_objects.storage import DurableDatabase
from sharelinks.projection import link_key
from sharelinks.record import LinkRecord
from sharelinks.store import ShareLinkStore
from workers import DurableObject

PROJECTION_RETRY_MS = 2_000
"""KV takes one write a second a key."""


class ShortLink(DurableObject):
    """Owns one code. An object nobody claimed writes nothing: a scan of codes leaves no storage behind."""

    def __init__(self, ctx: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
        super().__init__(ctx, env)
        self._database = DurableDatabase(self.ctx.storage)
        self._links = ShareLinkStore(self._database)
        self._clicks: ClickStore | None = None

    async def claim(self, wire: dict[str, Any]) -> dict[str, Any]:
        """Claim this object's code with a record; `{"claimed": False}` if it is taken."""
        record = LinkRecord.from_wire(wire)
        if not self._links.claim(record):
            return {"claimed": False}
        await self._project(record)
        return {"claimed": True}

    async def read(self, code: str) -> dict[str, Any] | None:
        """Return the record and its clicks, or None for a code nobody claimed."""
        stored = self._links.get(code)
        if stored is None:
            return None
        return {"record": stored.record.to_wire(), "clicks": self._click_store().totals()["total_clicks"]}

    async def count(self, code: str, batch_id: str, clicks: list[list[Any]]) -> dict[str, Any]:
        """Count a batch of clicks once, however often it is sent; answering means it is committed."""
        if self._links.get(code) is None:
            return {"counted": False}
        batch = [Click.from_wire(values) for values in clicks]
        outcome = self._click_store().record_batch(batch_id, batch, time.time())
        return {"counted": True, "outcome": outcome.value}

    async def alarm(self) -> None:
        """Write the projection that could not be written when the record changed."""
        stored = self._links.first()
        if stored is not None:
            await self._project(stored.record)

    def _click_store(self) -> ClickStore:
        if self._clicks is None:
            self._clicks = ClickStore(self._database)
        return self._clicks

    async def _project(self, record: LinkRecord) -> None:
        """Write the record to KV, now or, if KV refuses, at the alarm."""
        try:
            await self.env.METADATA.put(link_key(record.code), json.dumps(record.to_wire()))
        except Exception as error:  # noqa: BLE001 - whatever KV says, the claim stands and the alarm retries
            print(json.dumps({"level": "warning", "event": "projection_delayed", "error": str(error)}))
            await self.ctx.storage.setAlarm(time.time() * 1000 + PROJECTION_RETRY_MS)

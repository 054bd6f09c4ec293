"""`ShortLink`: one object per code. It claims the code, owns its record and counts its clicks."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from analytics.click_replay import clicks_in
from analytics.click_reports import DIMENSIONS
from analytics.click_store import ClickStore
from analytics.click_wire import unpack
from analytics.errors import InvalidClickError
from durable_objects.call_rate import CallRate
from durable_objects.link_projection import LinkProjection
from durable_objects.shards import COUNTED, Shards
from durable_objects.storage import DurableDatabase
from sharelinks.changes import changed
from sharelinks.record import ACTIVE, LinkRecord
from sharelinks.store import ShareLinkStore
from workers import DurableObject

if TYPE_CHECKING:
    from sharelinks.store import StoredLink


class ShortLink(DurableObject):
    """Owns one code. An object nobody claimed writes nothing: a scan of codes leaves no storage behind."""

    def __init__(self, ctx: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
        super().__init__(ctx, env)
        self._database = DurableDatabase(self.ctx.storage)
        self._links = ShareLinkStore(self._database)
        self._clicks: ClickStore | None = None
        self._projection = LinkProjection(self._database, self.ctx.storage, self.env)
        self._shards = Shards(self._database, self.env)
        self._calls = CallRate()

    async def claim(self, wire: dict[str, Any]) -> dict[str, Any]:
        """Claim this object's code with a record; if it is taken, say in which state its record is."""
        record = LinkRecord.from_wire(wire)
        if not self._links.claim(record):
            holder = self._links.get(record.code)
            return {"claimed": False, "state": holder.record.state if holder else None}
        await self._projection.schedule()
        return {"claimed": True, "state": record.state}

    async def look_up(self, code: str) -> dict[str, Any] | None:
        """Return the record alone, or None for a code nobody claimed.

        A visitor waits for it, so it asks nobody: not the journals and helpers that keep clicks.
        """
        stored = self._links.get(code)
        return None if stored is None else {"record": stored.record.to_wire()}

    async def read(self, code: str) -> dict[str, Any] | None:
        """Return the record and all its acknowledged clicks, or None for a code nobody claimed."""
        if self._links.get(code) is None:
            return None
        await self._shards.collect(code, self._record, time.time())
        stored = self._links.get(code)
        return None if stored is None else self._answer(stored)

    async def change(
        self, code: str, changes: dict[str, Any], expected_version: int | None
    ) -> dict[str, Any]:
        """Change fields of the record, unless it is unknown or somebody else changed it first."""
        if changes.get("max_clicks") is not None and self._links.get(code) is not None:
            # A limit counts the clicks that are on their way too.
            await self._shards.collect(code, self._record, time.time())
        stored = self._links.get(code)
        if stored is None:
            return {"outcome": "unknown"}
        if expected_version is not None and stored.record.version != int(expected_version):
            return {"outcome": "conflict", **self._answer(stored)}
        replaced = self._links.replace(
            changed(stored.record, changes, time.time()), expected_version=stored.record.version
        )
        if replaced is not None:
            self._projection.compare(stored.record, replaced.record)
        await self._projection.schedule()
        return {"outcome": "changed", **self._answer(replaced or stored)}

    async def statistics(self, code: str) -> dict[str, Any] | None:
        """Return everything that is known of the clicks, or None for a code nobody claimed."""
        if self._links.get(code) is None:
            return None
        await self._shards.collect(code, self._record, time.time())
        store = self._click_store()
        return {
            **store.summary(time.time()),
            "last_click_at": store.totals()["last_click_at"],
            "by_dimension": {name: store.by_dimension(name) for name in DIMENSIONS},
            "recent": store.recent(),
        }

    async def count(self, code: str, batch_id: str, payload: str) -> dict[str, Any]:
        """Count a batch of clicks once, however often it is sent; answering means it is committed.

        `shards` above 0 asks the sender to spread its next batches over that many `ClickShard` objects.
        """
        if self._links.get(code) is None:
            return {"counted": False, "outcome": "unclaimed", "shards": 0}
        outcome = self._record(code, batch_id, payload)
        return {"counted": True, "outcome": outcome, "shards": self._shards_for_senders(1)}

    async def count_many(self, code: str, batches: list[list[str]]) -> dict[str, Any]:
        """Count the batches that a shard kept, each once; name the outcome of each, in their order."""
        if self._links.get(code) is None:
            return {"counted": False, "outcomes": []}
        outcomes = [self._record(code, batch_id, payload) for batch_id, payload in batches]
        self._shards_for_senders(len(batches))
        return {"counted": True, "outcomes": outcomes}

    async def take(self, code: str, batch_id: str, payload: str) -> dict[str, Any]:
        """Count one click of a limited link if the limit leaves room, before the visitor is sent on.

        A click that was granted is granted again under the same id, whatever happened since: whoever did not
        hear the answer may ask once more. Outcomes: `taken`, `full`, `unclaimed`, `stopped` (which comes with
        the record), and what `count` may say of a batch that it does not count.
        """
        stored = self._links.get(code)
        if stored is None:
            return {"outcome": "unclaimed"}
        if self._click_store().has_counted(batch_id):
            return {"outcome": "taken"}
        record = stored.record
        if record.state != ACTIVE:
            return {"outcome": "stopped", "record": record.to_wire()}
        if record.max_clicks is not None and self._total() >= record.max_clicks:
            return {"outcome": "full"}
        outcome = self._record(code, batch_id, payload)
        return {"outcome": "taken" if outcome in COUNTED else outcome}

    async def alarm(self) -> None:
        """Bring KV, the account's library and moderation up to date."""
        stored = self._links.first()
        if stored is not None:
            await self._projection.deliver(self._links.first)

    def _record(self, code: str, batch_id: str, payload: str) -> str:
        """Count a batch and name the outcome; what is not counted, now or before, is named in the log.

        Whoever holds such a batch keeps it or puts it aside.
        """
        try:
            outcome = self._click_store().record(batch_id, unpack(payload), time.time()).value
        except InvalidClickError:
            outcome = "refused"
        if outcome not in COUNTED:
            event = {"level": "warning", "event": "batch_not_counted", "code": code, "batch_id": batch_id}
            print(json.dumps({**event, "outcome": outcome, "clicks": clicks_in(payload)}))
        return outcome

    def _shards_for_senders(self, batches: int) -> int:
        """Note that so many batches came, and return over how many helpers senders shall spread the next."""
        now = time.time()
        if self._calls.is_high(now, float(self.env.SHARD_CALLS_PER_SECOND), batches):
            self._shards.open(now)
        return self._shards.wanted(now)

    def _total(self) -> int:
        return self._click_store().totals()["total_clicks"]

    def _answer(self, stored: StoredLink) -> dict[str, Any]:
        return {"record": stored.record.to_wire(), "clicks": self._total()}

    def _click_store(self) -> ClickStore:
        if self._clicks is None:
            self._clicks = ClickStore(self._database)
        return self._clicks

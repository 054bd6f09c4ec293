"""`ClickShard`: helps the owner of a hot code by keeping batches of clicks for a moment."""

from __future__ import annotations

import json
import time
from typing import Any, ClassVar

from durable_objects.storage import DurableDatabase
from sql_port import migrate, schema_version
from workers import DurableObject

DRAIN_AFTER_MS = 1_000
RETRY_AFTER_MS = 5_000
BATCHES_PER_CALL = 50

_NAME = "kept_clicks"


class ClickShard(DurableObject):
    """Keeps batches durably and hands them on, many in a call. The owner counts each batch once, so that
    handing one on twice does no harm and nothing here has to remember what was handed on."""

    MIGRATIONS: ClassVar[tuple[str, ...]] = (
        """CREATE TABLE kept_clicks (
            batch_id TEXT PRIMARY KEY, code TEXT NOT NULL, payload TEXT NOT NULL
        ) WITHOUT ROWID""",
    )

    def __init__(self, ctx: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
        super().__init__(ctx, env)
        self._database = DurableDatabase(self.ctx.storage)
        self._scheduled = False

    async def count(self, code: str, batch_id: str, payload: str) -> dict[str, Any]:
        """Keep a batch; answering means it is committed and will be counted."""
        migrate(self._database, _NAME, self.MIGRATIONS)
        self._database.execute(
            "INSERT INTO kept_clicks (batch_id, code, payload) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            batch_id,
            code,
            payload,
        )
        if not self._scheduled:
            self._scheduled = True
            await self.ctx.storage.setAlarm(time.time() * 1000 + DRAIN_AFTER_MS)
        return {"counted": True, "outcome": "kept"}

    async def pending(self) -> list[list[str]]:
        """Return some of the batches that are kept."""
        return [[row["batch_id"], row["payload"]] for row in self._kept()]

    async def forget(self, batch_ids: list[str]) -> None:
        """Drop batches that the owner has counted."""
        for batch_id in batch_ids:
            self._database.execute("DELETE FROM kept_clicks WHERE batch_id = ?", batch_id)

    async def alarm(self) -> None:
        """Hand everything to the owner; come back later if it does not answer."""
        self._scheduled = False
        while rows := self._kept():
            code = rows[0]["code"]
            batches = [[row["batch_id"], row["payload"]] for row in rows]
            try:
                await self.env.SHORT_LINK.getByName(code).count_many(code, batches)
            except Exception as error:  # noqa: BLE001 - whatever the owner says, the batches stay
                event = {"level": "warning", "event": "shard_delayed", "code": code, "error": str(error)}
                print(json.dumps(event))
                self._scheduled = True
                await self.ctx.storage.setAlarm(time.time() * 1000 + RETRY_AFTER_MS)
                return
            await self.forget([batch_id for batch_id, _ in batches])

    def _kept(self) -> list[dict[str, Any]]:
        if not schema_version(self._database, _NAME):
            return []
        rows = self._database.execute(
            "SELECT batch_id, code, payload FROM kept_clicks ORDER BY batch_id LIMIT CAST(? AS INTEGER)",
            BATCHES_PER_CALL,
        )
        return [dict(row) for row in rows]

"""`ClickShard`: keeps batches of clicks for a while, of one hot code or, as a journal, of many quiet ones."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any, ClassVar

from analytics.click_replay import COUNTED, Fate, LateBatch, clicks_in, fate_named
from durable_objects.storage import DurableDatabase
from runtime.put_aside import put_aside
from sql_port import Tables
from workers import DurableObject

DRAIN_AFTER_MS = 1_000
RETRY_AFTER_MS = 5_000
BATCHES_PER_CALL = 50
CODES_PER_ALARM = 500
FAILED_CODES_PER_ALARM = 20
"""Then it is not the owners that are broken, and waiting for each would take longer than an alarm may."""
OWNER_TIMEOUT_SECONDS = 10.0

_NAME = "kept_clicks"


class ClickShard(DurableObject):
    """Keeps batches durably and hands them on, many in a call. The owner counts each batch once, so that
    handing one on twice does no harm and nothing here has to remember what was handed on. What the owner will
    not count is put aside in R2."""

    MIGRATIONS: ClassVar[tuple[str, ...]] = (
        """CREATE TABLE kept_clicks (
            batch_id TEXT PRIMARY KEY, code TEXT NOT NULL, payload TEXT NOT NULL
        ) WITHOUT ROWID""",
        "CREATE INDEX kept_clicks_by_code ON kept_clicks (code)",
    )

    def __init__(self, ctx: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
        super().__init__(ctx, env)
        self._database = DurableDatabase(self.ctx.storage)
        self._scheduled = False
        self._tables = Tables(self._database, _NAME, self.MIGRATIONS)
        self._last_code = ""

    async def count(self, code: str, batch_id: str, payload: str) -> dict[str, Any]:
        """Keep a batch of a hot code; answering means it is committed and will be counted."""
        return await self._keep([[batch_id, code, payload]], DRAIN_AFTER_MS)

    async def keep(self, letters: str) -> dict[str, Any]:
        """Keep batches of many codes, a JSON list of `[batch_id, code, payload]`, as `count` does.

        Their owners ask for them when somebody wants to know; otherwise they hear of them after
        `JOURNAL_SECONDS`, when some more may have come.
        """
        return await self._keep(json.loads(letters), float(self.env.JOURNAL_SECONDS) * 1_000)

    async def pending(self, code: str, after: str) -> list[list[str]]:
        """Return some of the batches of a code that are kept: those whose ids follow `after`."""
        return [[row["batch_id"], row["payload"]] for row in self._kept(code, after)]

    async def forget(self, batch_ids: list[str]) -> None:
        """Drop batches that the owner has counted."""
        self._database.execute(
            "DELETE FROM kept_clicks WHERE batch_id IN (SELECT value FROM json_each(?))",
            json.dumps(batch_ids),
        )

    async def alarm(self) -> None:
        """Hand everything to the owners, code by code; come back for what failed, or if there is too much.

        A code whose owner fails holds up no other. The next run goes on where this one ended.
        """
        self._scheduled = False
        failed: set[str] = set()
        for _ in range(CODES_PER_ALARM):
            code = self._next_code(failed)
            if code is None or len(failed) == FAILED_CODES_PER_ALARM:
                break
            self._last_code = code
            try:
                await self._hand_over(code)
            except Exception as error:  # noqa: BLE001 - whatever the owner says, the batches stay
                failed.add(code)
                event = {"level": "warning", "event": "shard_delayed", "code": code}
                print(json.dumps({**event, "error": str(error) or "timeout"}))
        if failed or self._next_code(failed) is not None:
            await self._schedule(RETRY_AFTER_MS if failed else DRAIN_AFTER_MS)

    async def _keep(self, letters: list[list[str]], drain_after_ms: float) -> dict[str, Any]:
        self._tables.create()
        self._database.execute(
            "INSERT INTO kept_clicks (batch_id, code, payload)"
            " SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]')"
            " FROM json_each(?) WHERE true ON CONFLICT DO NOTHING",
            json.dumps(letters),
        )
        if not self._scheduled:
            # A new instance must not put off what the one before it had planned.
            self._scheduled = True
            if await self.ctx.storage.getAlarm() is None:
                await self._schedule(drain_after_ms)
        return {"counted": True, "outcome": "kept"}

    async def _schedule(self, after_ms: float) -> None:
        self._scheduled = True
        await self.ctx.storage.setAlarm(time.time() * 1000 + after_ms)

    async def _hand_over(self, code: str) -> None:
        while rows := self._kept(code):
            batches = [[row["batch_id"], row["payload"]] for row in rows]
            call = self.env.SHORT_LINK.getByName(code).count_many(code, batches)
            answer = await asyncio.wait_for(call, OWNER_TIMEOUT_SECONDS)
            for number, (batch_id, payload) in enumerate(batches):
                counted = answer["counted"]
                fate = fate_named(answer["outcomes"][number]) if counted else Fate.UNCLAIMED
                if fate not in COUNTED:
                    batch = LateBatch(code, batch_id, payload, clicks_in(payload))
                    await put_aside(self.env.MEDIA, fate, batch, time.time())
            await self.forget([batch_id for batch_id, _ in batches])

    def _next_code(self, but: set[str]) -> str | None:
        """Return the code that follows the last one that was tried, in a circle, and is none of these."""
        if not self._tables.exist():
            return None
        for after in (self._last_code, ""):
            rows = self._database.execute(
                "SELECT code FROM kept_clicks WHERE code > ? AND code NOT IN (SELECT value FROM json_each(?))"
                " ORDER BY code LIMIT 1",
                after,
                json.dumps(list(but)),
            )
            if rows:
                return str(rows[0]["code"])
        return None

    def _kept(self, code: str, after: str = "") -> list[dict[str, Any]]:
        if not self._tables.exist():
            return []
        rows = self._database.execute(
            "SELECT batch_id, payload FROM kept_clicks WHERE code = ? AND batch_id > ? ORDER BY batch_id"
            " LIMIT CAST(? AS INTEGER)",
            code,
            after,
            BATCHES_PER_CALL,
        )
        return [dict(row) for row in rows]

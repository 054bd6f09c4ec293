"""The helpers of a hot code: objects that keep batches until the owner has counted them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sharelinks.projection import journal_name, shard_name
from sql_port import Tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from sql_port import Database

SHARDS = 8
QUIET_SECONDS = 600.0
"""How long a code is not hot until its senders are asked to come straight to the owner again."""
CLOSED_AFTER_SECONDS = 2 * QUIET_SECONDS
"""Senders spread their batches for another minute after they heard of helpers: by then all know."""
BUSY_NOTED_SECONDS = 60.0

COUNTED = ("recorded", "repeated")
"""The outcomes after which a batch need not be kept any longer."""

_NAME = "click_shards"


class Shards:
    """Knows whether a code has helpers, durably, so that no batch they keep is overlooked by a reader."""

    MIGRATIONS: ClassVar[tuple[str, ...]] = (
        "CREATE TABLE click_shards (id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER NOT NULL)",
        "ALTER TABLE click_shards ADD COLUMN busy_at REAL NOT NULL DEFAULT 0",
    )

    def __init__(self, database: Database, env: Any) -> None:  # noqa: ANN401 - the bindings
        self._database = database
        self._tables = Tables(database, _NAME, self.MIGRATIONS)
        self._env = env
        self._known: tuple[int, float] | None = None

    def open(self, now: float) -> None:
        """Have helpers from now on; committed before any sender hears of them. Called while a code is hot."""
        number, busy_at = self._state()
        if number and now - busy_at < BUSY_NOTED_SECONDS:
            return
        self._tables.create()
        self._database.execute(
            "INSERT INTO click_shards (id, number, busy_at) VALUES (1, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET busy_at = excluded.busy_at",
            SHARDS,
            now,
        )
        self._known = (number or SHARDS, now)

    def wanted(self, now: float) -> int:
        """Return over how many helpers senders shall spread their batches; 0 for a code that is not hot."""
        number, busy_at = self._state()
        return number if now - busy_at < QUIET_SECONDS else 0

    async def collect(self, code: str, record: Callable[[str, str, str], str], now: float) -> None:
        """Count what helpers and the code's journal keep, so that a reader sees every acknowledged click.

        What the owner does not count stays where it is: whoever keeps it puts it aside. Helpers that nobody
        has used for long are asked for the last time.
        """
        number, busy_at = self._state()
        for name in (journal_name(code), *(shard_name(code, one) for one in range(number))):
            await self._collect_from(self._env.CLICK_SHARD.getByName(name), code, record)
        if number and now - busy_at >= CLOSED_AFTER_SECONDS and self._state() == (number, busy_at):
            self._database.execute("DELETE FROM click_shards")
            self._known = (0, 0.0)

    async def _collect_from(self, shard: Any, code: str, record: Callable[[str, str, str], str]) -> None:  # noqa: ANN401 - a stub
        last = ""
        while batches := await shard.pending(code, last):
            counted = [
                batch_id for batch_id, payload in batches if record(code, batch_id, payload) in COUNTED
            ]
            last = str(batches[-1][0])
            if counted:
                await shard.forget(counted)

    def _state(self) -> tuple[int, float]:
        """Return how many helpers the code has, 0 until it was hot, and when it was so last."""
        if self._known is None:
            rows = []
            if self._tables.exist():
                rows = self._database.execute("SELECT number, busy_at FROM click_shards")
            self._known = (int(rows[0]["number"]), float(rows[0]["busy_at"])) if rows else (0, 0.0)
        return self._known

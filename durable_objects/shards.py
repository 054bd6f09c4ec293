"""The helpers of a hot code: objects that keep batches until the owner has counted them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sharelinks.projection import journal_name, shard_name
from sql_port import migrate, schema_version

if TYPE_CHECKING:
    from collections.abc import Callable

    from sql_port import Database

SHARDS = 8
_NAME = "click_shards"


class Shards:
    """Knows whether a code has helpers, durably, so that no batch they keep is overlooked by a reader."""

    MIGRATIONS: ClassVar[tuple[str, ...]] = (
        "CREATE TABLE click_shards (id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER NOT NULL)",
    )

    def __init__(self, database: Database, env: Any) -> None:  # noqa: ANN401 - the bindings
        self._database = database
        self._env = env
        self._number: int | None = None

    @property
    def number(self) -> int:
        """Return how many helpers the code has; 0 until it was hot."""
        if self._number is None:
            known = schema_version(self._database, _NAME)
            rows = self._database.execute("SELECT number FROM click_shards") if known else []
            self._number = int(rows[0]["number"]) if rows else 0
        return self._number

    def open(self) -> None:
        """Have helpers from now on; committed before any sender hears of them."""
        if self.number == 0:
            migrate(self._database, _NAME, self.MIGRATIONS)
            self._database.execute("INSERT INTO click_shards (id, number) VALUES (1, ?)", SHARDS)
            self._number = SHARDS

    async def collect(self, code: str, record: Callable[[str, str, str], str]) -> None:
        """Count what helpers and the code's journal keep, so that a reader sees every acknowledged click."""
        for name in (journal_name(code), *(shard_name(code, number) for number in range(self.number))):
            shard = self._env.CLICK_SHARD.getByName(name)
            while batches := await shard.pending(code):
                for batch_id, payload in batches:
                    record(code, batch_id, payload)
                await shard.forget([batch_id for batch_id, _ in batches])

"""Append-only schema steps, counted per store."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sql_port.port import Database

_TABLE = "schema_versions"


def schema_version(database: Database, store: str) -> int:
    """Return how many steps of `store` have run; reading creates nothing."""
    known = database.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", _TABLE)
    if not known:
        return 0
    rows = database.execute(f"SELECT version FROM {_TABLE} WHERE store = ?", store)  # noqa: S608 - constant
    return int(rows[0]["version"]) if rows else 0


def migrate(database: Database, store: str, steps: Sequence[str]) -> None:
    """Run the steps of `store` that have not run yet, all or none.

    Each step is one statement. Steps are only ever appended: changing one that has shipped would leave old
    databases behind.
    """
    if schema_version(database, store) != len(steps):
        _advance(database, store, steps)


class Tables:
    """The tables of one store, which come with what is first written."""

    def __init__(self, database: Database, store: str, steps: Sequence[str]) -> None:
        self._database = database
        self._store = store
        self._steps = steps
        self._are_there = False

    def exist(self) -> bool:
        """Tell whether anything was ever written, bringing an older schema up to date if so.

        Asking creates nothing. Once they are there, the schema is not read again: that costs as much as the
        work that follows.
        """
        if not self._are_there:
            version = schema_version(self._database, self._store)
            if version and version != len(self._steps):
                _advance(self._database, self._store, self._steps)
            self._are_there = version > 0
        return self._are_there

    def create(self) -> None:
        """Make the tables, where they are not there yet.

        Only `exist` takes note of them, when it is asked next: a transaction may be undone, and they with it.
        """
        if not self.exist():
            _advance(self._database, self._store, self._steps)


def _advance(database: Database, store: str, steps: Sequence[str]) -> None:
    def run() -> None:
        done = schema_version(database, store)
        if done == len(steps):
            return
        if done > len(steps):
            raise ValueError(f"store {store!r} is at version {done}, newer than this code's {len(steps)}")
        versions = f"CREATE TABLE IF NOT EXISTS {_TABLE} (store TEXT PRIMARY KEY, version INTEGER NOT NULL)"
        database.run_all([versions, *steps[done:]])
        database.execute(
            f"INSERT INTO {_TABLE} (store, version) VALUES (?, ?)"  # noqa: S608 - constant
            " ON CONFLICT (store) DO UPDATE SET version = excluded.version",
            store,
            len(steps),
        )

    database.transaction(run)

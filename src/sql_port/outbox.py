"""Which versions of an owner's record the readers' copies have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sql_port.migrations import Tables

if TYPE_CHECKING:
    from sql_port.port import Database


class Outbox:
    """Remembers, per destination, the newest version that arrived; reading creates nothing.

    `name` is the table's: a store has its own.
    """

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        steps = (
            f"CREATE TABLE {name} (destination TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID",
        )
        self._tables = Tables(database, name, steps)

    def is_due(self, destination: str, version: int) -> bool:
        """Tell whether the destination still lacks this version."""
        if not self._tables.exist():
            return True
        rows = self._database.execute(
            f"SELECT version FROM {self._name} WHERE destination = ?",  # noqa: S608 - the store's constant
            destination,
        )
        return not rows or rows[0]["version"] < version

    def delivered(self, destination: str, version: int) -> None:
        """Note that a version arrived; one that is older than what is known changes nothing."""
        self._tables.create()
        self._database.execute(
            f"INSERT INTO {self._name} (destination, version) VALUES (?, CAST(? AS INTEGER))"  # noqa: S608 - constant
            " ON CONFLICT (destination) DO UPDATE SET version = max(version, excluded.version)",
            destination,
            version,
        )

    def expect(self, destination: str) -> None:
        """Note a destination before anything was sent there, so that it is known whatever happens next."""
        self.delivered(destination, 0)

    def destinations(self) -> list[str]:
        """Return every destination that got something or is to get it."""
        if not self._tables.exist():
            return []
        rows = self._database.execute(
            f"SELECT destination FROM {self._name} ORDER BY destination"  # noqa: S608 - constant
        )
        return [row["destination"] for row in rows]

    def forget(self, destination: str) -> None:
        """Drop a destination that gets nothing any more."""
        if self._tables.exist():
            self._database.execute(
                f"DELETE FROM {self._name} WHERE destination = ?",  # noqa: S608 - constant
                destination,
            )

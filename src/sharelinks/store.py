"""Links in SQL, keyed by code: many in process, one in the Durable Object that owns a code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sharelinks.record import ACTIVE, LinkRecord
from sql_port import Tables

if TYPE_CHECKING:
    from sql_port import Database, Row, SqlValue

_NAME = "share_links"
_COLUMNS = "code, target, status, state, created_at, asset_id, title, tags, clicks, more"
_IN_COLUMNS = frozenset({"code", "target", "status", "state", "created_at", "asset_id", "title", "tags"})


@dataclass(frozen=True, slots=True)
class StoredLink:
    """A record and its counter as one statement saw them."""

    record: LinkRecord
    clicks: int


class ShareLinkStore:
    """The links of one database. Reading never creates anything; the tables come with the first claim."""

    MIGRATIONS = (
        """
        CREATE TABLE share_links (
            code TEXT PRIMARY KEY, target TEXT NOT NULL, status INTEGER NOT NULL, state TEXT NOT NULL,
            created_at REAL NOT NULL, asset_id TEXT, title TEXT NOT NULL, tags TEXT NOT NULL,
            clicks INTEGER NOT NULL DEFAULT 0
        )
        """,
        "CREATE INDEX share_links_by_asset ON share_links (asset_id)",
        "ALTER TABLE share_links ADD COLUMN more TEXT NOT NULL DEFAULT '{}'",
    )

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tables = Tables(database, _NAME, self.MIGRATIONS)

    def claim(self, record: LinkRecord) -> bool:
        """Store a new link and return True, or return False when its code is taken."""
        self._tables.create()
        rows = self._database.execute(
            f"INSERT INTO share_links ({_COLUMNS})"  # noqa: S608 - a constant list of columns
            " VALUES (?, ?, CAST(? AS INTEGER), ?, ?, ?, ?, ?, 0, ?)"
            " ON CONFLICT (code) DO NOTHING RETURNING code",
            record.code,
            *_values(record),
        )
        return bool(rows)

    def replace(self, record: LinkRecord, expected_version: int) -> StoredLink | None:
        """Store the new state of a link and return it, or None if its version is not the expected one."""

        def work() -> StoredLink | None:
            stored = self.get(record.code)
            if stored is None or stored.record.version != expected_version:
                return None
            rows = self._database.execute(
                "UPDATE share_links SET target = ?, status = CAST(? AS INTEGER), state = ?, created_at = ?,"  # noqa: S608 - constant
                f" asset_id = ?, title = ?, tags = ?, more = ? WHERE code = ? RETURNING {_COLUMNS}",
                *_values(record),
                record.code,
            )
            return _read(rows)

        return self._database.transaction(work)

    def get(self, code: str) -> StoredLink | None:
        """Return a link, or None for a code nobody claimed."""
        if not self._tables.exist():
            return None
        rows = self._database.execute(
            f"SELECT {_COLUMNS} FROM share_links WHERE code = ?",  # noqa: S608 - constant
            code,
        )
        return _read(rows)

    def first(self) -> StoredLink | None:
        """Return the oldest link (the only one in an object that owns a code), or None."""
        if not self._tables.exist():
            return None
        rows = self._database.execute(
            f"SELECT {_COLUMNS} FROM share_links ORDER BY created_at, code LIMIT 1"  # noqa: S608 - constant
        )
        return _read(rows)

    def count_click(self, code: str) -> StoredLink | None:
        """Add one click to an active link and return it with the new count, or None."""
        if not self._tables.exist():
            return None
        rows = self._database.execute(
            "UPDATE share_links SET clicks = clicks + 1 WHERE code = ? AND state = ?"  # noqa: S608 - constant
            f" RETURNING {_COLUMNS}",
            code,
            ACTIVE,
        )
        return _read(rows)


def _read(rows: list[Row]) -> StoredLink | None:
    if not rows:
        return None
    (row,) = rows
    wire = {name: row[name] for name in _IN_COLUMNS if name != "tags"} | json.loads(row["more"])
    record = LinkRecord.from_wire(wire | {"tags": json.loads(row["tags"])})
    return StoredLink(record, int(row["clicks"]))


def _values(record: LinkRecord) -> tuple[SqlValue, ...]:
    more = {name: value for name, value in record.to_wire().items() if name not in _IN_COLUMNS}
    return (
        record.target,
        record.status,
        record.state,
        record.created_at,
        record.asset_id,
        record.title,
        json.dumps(record.tags),
        json.dumps(more, separators=(",", ":")),
    )

"""What a database holds of assets: records, references and litter, row by row."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from assets.outcomes import StoredAsset
from assets.record import AssetRecord
from assets.references import Reference
from sql_port import Tables

if TYPE_CHECKING:
    from sql_port import Database, Row

_NAME = "assets"


class AssetRows:
    """The tables of `AssetStore`, which alone writes them. Reading creates none."""

    MIGRATIONS: ClassVar[tuple[str, ...]] = (
        """CREATE TABLE assets (
            asset_id TEXT PRIMARY KEY, version INTEGER NOT NULL, record TEXT
        ) WITHOUT ROWID""",
        """CREATE TABLE asset_references (
            asset_id TEXT NOT NULL, account_id TEXT NOT NULL, created_at REAL NOT NULL, erase_at REAL,
            reference TEXT NOT NULL, PRIMARY KEY (asset_id, account_id)
        ) WITHOUT ROWID""",
        "CREATE INDEX asset_references_by_end ON asset_references (erase_at) WHERE erase_at IS NOT NULL",
        "CREATE TABLE asset_litter (key TEXT PRIMARY KEY) WITHOUT ROWID",
        "ALTER TABLE assets ADD COLUMN heard_seq INTEGER NOT NULL DEFAULT 0",
    )

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tables = Tables(database, _NAME, self.MIGRATIONS)

    def read(self, asset_id: str) -> StoredAsset | None:
        """Return an asset, or None for one that is not there (any more)."""
        if not self._tables.exist():
            return None
        rows = self._database.execute("SELECT record FROM assets WHERE asset_id = ?", asset_id)
        if not rows or rows[0]["record"] is None:
            return None
        return StoredAsset(AssetRecord.from_wire(json.loads(rows[0]["record"])), self._references(asset_id))

    def version(self, asset_id: str) -> int:
        """Return the version of an asset, of one that is gone the one it went with, 0 of one never seen."""
        if not self._tables.exist():
            return 0
        rows = self._database.execute("SELECT version FROM assets WHERE asset_id = ?", asset_id)
        return int(rows[0]["version"]) if rows else 0

    def ids(self) -> list[str]:
        """Return the ids of all assets there ever were."""
        rows = self._database.execute("SELECT asset_id FROM assets") if self._tables.exist() else []
        return [row["asset_id"] for row in rows]

    def litter(self) -> list[str]:
        """Return R2 keys to be deleted."""
        rows = (
            self._database.execute("SELECT key FROM asset_litter LIMIT 1000") if self._tables.exist() else []
        )
        return [row["key"] for row in rows]

    def expect_litter(self, *left: str) -> None:
        """Note keys that are to be deleted unless a change comes to name them.

        For who is about to put something there, of an asset that is filed: it shall not outlive a crash.
        """
        self._litter(list(left))

    def tidied(self, *removed: str) -> None:
        """Note that keys were deleted, or are in use again."""
        for key in removed:
            self._database.execute("DELETE FROM asset_litter WHERE key = ?", key)

    def _put(self, record: AssetRecord) -> AssetRecord:
        self._database.execute(
            "INSERT INTO assets (asset_id, version, record) VALUES (?, CAST(? AS INTEGER), ?)"
            " ON CONFLICT (asset_id) DO UPDATE SET version = excluded.version, record = excluded.record",
            record.asset_id,
            record.version,
            json.dumps(record.to_wire(), separators=(",", ":")),
        )
        return record

    def _put_reference(self, asset_id: str, reference: Reference, stored: StoredAsset | None) -> Reference:
        """Store a reference, one version later than the account's last one in `stored`, and return it."""
        former = stored.reference_of(reference.account_id) if stored else None
        newer = replace(reference, version=former.version + 1 if former else 1)
        self._write_reference(asset_id, newer)
        return newer

    def _write_reference(self, asset_id: str, reference: Reference) -> None:
        self._database.execute(
            "INSERT INTO asset_references (asset_id, account_id, created_at, erase_at, reference)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT (asset_id, account_id) DO UPDATE SET"
            " created_at = excluded.created_at, erase_at = excluded.erase_at, reference = excluded.reference",
            asset_id,
            reference.account_id,
            reference.created_at,
            reference.erase_at,
            json.dumps(reference.to_wire(), separators=(",", ":")),
        )

    def _references(self, asset_id: str) -> tuple[Reference, ...]:
        rows: list[Row] = self._database.execute(
            "SELECT reference FROM asset_references WHERE asset_id = ? ORDER BY created_at, account_id",
            asset_id,
        )
        return tuple(Reference.from_wire(json.loads(row["reference"])) for row in rows)

    def _litter(self, left: list[str]) -> None:
        for key in left:
            self._database.execute("INSERT INTO asset_litter (key) VALUES (?) ON CONFLICT DO NOTHING", key)

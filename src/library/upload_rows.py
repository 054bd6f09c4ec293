"""What a database holds of uploads under way: reservations, sessions and their parts, row by row."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

from sql_port import Tables

if TYPE_CHECKING:
    from sql_port import Database, Row

PIECE = "piece"
OPEN = "open"
COMPLETING = "completing"
DONE = "done"

_NAME = "library_uploads"


class Part(TypedDict):
    """A part of an upload that lies in the bucket."""

    number: int
    bytes: int
    etag: str


class Ended(TypedDict):
    """An upload that was given up, with what its session knew of it."""

    upload_id: str
    state: str
    session: dict[str, Any]


class UploadRows:
    """The tables of `UploadBook`, which alone writes them. Reading creates none."""

    MIGRATIONS: ClassVar[tuple[str, ...]] = (
        """CREATE TABLE library_uploads (
            upload_id TEXT PRIMARY KEY,
            state TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            created_at REAL NOT NULL,
            expires_at REAL NOT NULL,
            session TEXT NOT NULL
        ) WITHOUT ROWID""",
        "CREATE INDEX library_uploads_by_end ON library_uploads (expires_at)",
        """CREATE TABLE library_upload_parts (
            upload_id TEXT NOT NULL,
            number INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            etag TEXT NOT NULL,
            PRIMARY KEY (upload_id, number)
        ) WITHOUT ROWID""",
        "ALTER TABLE library_uploads ADD COLUMN retry_at REAL NOT NULL DEFAULT 0",
    )

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tables = Tables(database, _NAME, self.MIGRATIONS)

    def _row(self, upload_id: str) -> Row | None:
        if not self._tables.exist():
            return None
        rows = self._database.execute("SELECT * FROM library_uploads WHERE upload_id = ?", upload_id)
        return rows[0] if rows else None

    def _parts(self, upload_id: str) -> list[Part]:
        rows = self._database.execute(
            "SELECT number, bytes, etag FROM library_upload_parts WHERE upload_id = ? ORDER BY number",
            upload_id,
        )
        return [
            {"number": int(row["number"]), "bytes": int(row["bytes"]), "etag": row["etag"]} for row in rows
        ]

    def _drop(self, upload_id: str) -> None:
        if self._tables.exist():
            self._database.execute("DELETE FROM library_upload_parts WHERE upload_id = ?", upload_id)
            self._database.execute("DELETE FROM library_uploads WHERE upload_id = ?", upload_id)


def session_of(row: Row, parts: list[Part]) -> dict[str, Any]:
    """Return an upload in parts as callers see it."""
    return {
        **json.loads(row["session"]),
        "upload_id": row["upload_id"],
        "state": row["state"],
        "created_at": float(row["created_at"]),
        "expires_at": float(row["expires_at"]),
        "received": parts,
    }


def ended_of(row: Row) -> Ended:
    """Return what giving an upload up needs of it."""
    return {
        "upload_id": row["upload_id"],
        "state": row["state"],
        "session": json.loads(row["session"]),
    }

"""`AssetIndex`: the assets of one account, newest first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

from assets.projection import DELETED, ERASED
from library.cursors import PageCursor, read_cursor, write_cursor
from library.words import bounded, folded, lines
from sql_port import Tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sql_port import Database, SqlValue

MAX_ASSET_PAGE = 1_000

_NAME = "library_assets"


class AssetPage(TypedDict):
    """Some entries, and where to go on; None at the end."""

    assets: list[dict[str, Any]]
    next: str | None


class AssetTotals(TypedDict):
    """What an account keeps. What was deleted counts apart until its grace period ends."""

    assets: int
    bytes: int
    deleted_assets: int
    deleted_bytes: int


class AssetIndex:
    """The index over an account's assets, brought up to date by version.

    Reading never creates anything. What was erased keeps its version only, so that a late entry does not
    bring it back.
    """

    MIGRATIONS: ClassVar[tuple[str, ...]] = (
        """CREATE TABLE library_assets (
            asset_id TEXT PRIMARY KEY,
            created_at REAL NOT NULL,
            state TEXT NOT NULL,
            visibility TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            version INTEGER NOT NULL,
            tags TEXT NOT NULL,
            words TEXT NOT NULL,
            entry TEXT
        ) WITHOUT ROWID""",
        """CREATE INDEX library_assets_by_age ON library_assets (created_at DESC, asset_id DESC)
            WHERE entry IS NOT NULL""",
        # What an account keeps is asked for before each upload: counting would take longer with each asset.
        """CREATE TABLE library_asset_totals (
            gone INTEGER PRIMARY KEY, assets INTEGER NOT NULL, bytes INTEGER NOT NULL
        )""",
        """INSERT INTO library_asset_totals (gone, assets, bytes)
            SELECT sides.gone, count(a.asset_id), coalesce(sum(a.bytes), 0)
            FROM (SELECT 0 AS gone UNION ALL SELECT 1) AS sides LEFT JOIN library_assets AS a
            ON a.entry IS NOT NULL AND (a.state = 'deleted') = sides.gone GROUP BY sides.gone""",
        """CREATE TRIGGER library_assets_added AFTER INSERT ON library_assets
        WHEN new.entry IS NOT NULL BEGIN
            UPDATE library_asset_totals SET assets = assets + 1, bytes = bytes + new.bytes
            WHERE gone = (new.state = 'deleted');
        END""",
        """CREATE TRIGGER library_assets_changed AFTER UPDATE ON library_assets
        WHEN old.bytes <> new.bytes OR (old.state = 'deleted') <> (new.state = 'deleted')
        OR (old.entry IS NULL) <> (new.entry IS NULL) BEGIN
            UPDATE library_asset_totals SET assets = assets - 1, bytes = bytes - old.bytes
            WHERE old.entry IS NOT NULL AND gone = (old.state = 'deleted');
            UPDATE library_asset_totals SET assets = assets + 1, bytes = bytes + new.bytes
            WHERE new.entry IS NOT NULL AND gone = (new.state = 'deleted');
        END""",
    )

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tables = Tables(database, _NAME, self.MIGRATIONS)

    def add(self, entries: Sequence[Mapping[str, Any]]) -> int:
        """Insert or update entries and return how many were not older than what is known.

        An entry is what `assets.projection` makes of a record and a reference.
        """
        if not entries:
            return 0
        self._tables.create()
        return self._database.transaction(lambda: sum(self._put(entry) for entry in entries))

    def page(self, query: Mapping[str, Any]) -> AssetPage:
        """Return entries, newest first: `limit`, `cursor`, `search`, `tag`, `state` and `visibility`.

        `search` finds parts of ids, titles, descriptions and tags in any case. What was deleted is listed
        only when `state` asks for it. Raises InvalidCursorError.
        """
        limit = bounded(query.get("limit"), MAX_ASSET_PAGE)
        conditions, parameters = _conditions(query)
        if not self._tables.exist():
            return {"assets": [], "next": None}
        rows = self._database.execute(
            "SELECT asset_id, created_at, entry FROM library_assets"  # noqa: S608 - constant conditions
            f" WHERE {' AND '.join(conditions)}"
            " ORDER BY created_at DESC, asset_id DESC LIMIT CAST(? AS INTEGER)",
            *parameters,
            limit + 1,
        )
        kept = rows[:limit]
        last = PageCursor(kept[-1]["created_at"], kept[-1]["asset_id"]) if len(rows) > limit else None
        return {
            "assets": [json.loads(row["entry"]) for row in kept],
            "next": write_cursor(last) if last else None,
        }

    def get(self, asset_id: str) -> dict[str, Any] | None:
        """Return the account's entry of one asset, a deleted one too, or None."""
        if not self._tables.exist():
            return None
        rows = self._database.execute("SELECT entry FROM library_assets WHERE asset_id = ?", asset_id)
        return json.loads(rows[0]["entry"]) if rows and rows[0]["entry"] else None

    def totals(self) -> AssetTotals:
        """Return how many assets there are and how many bytes they have."""
        found: dict[bool, tuple[int, int]] = {}
        if self._tables.exist():
            rows = self._database.execute("SELECT gone, assets, bytes FROM library_asset_totals")
            found = {bool(row["gone"]): (int(row["assets"]), int(row["bytes"])) for row in rows}
        (kept, kept_bytes), (gone, gone_bytes) = found.get(False, (0, 0)), found.get(True, (0, 0))
        return {
            "assets": kept,
            "bytes": kept_bytes,
            "deleted_assets": gone,
            "deleted_bytes": gone_bytes,
        }

    def _put(self, entry: Mapping[str, Any]) -> int:
        is_erased = entry["state"] == ERASED
        tags = entry.get("tags", ())
        words = (entry["asset_id"], entry.get("title", ""), entry.get("description", ""), *tags)
        rows = self._database.execute(
            "INSERT INTO library_assets"
            " (asset_id, created_at, state, visibility, bytes, version, tags, words, entry)"
            " VALUES (?, ?, ?, ?, CAST(? AS INTEGER), CAST(? AS INTEGER), ?, ?, ?)"
            " ON CONFLICT (asset_id) DO UPDATE SET created_at = excluded.created_at,"
            " state = excluded.state, visibility = excluded.visibility, bytes = excluded.bytes,"
            " version = excluded.version, tags = excluded.tags, words = excluded.words,"
            " entry = excluded.entry WHERE excluded.version >= library_assets.version RETURNING asset_id",
            entry["asset_id"],
            entry["created_at"],
            entry["state"],
            entry.get("visibility", ""),
            entry["bytes"],
            entry["version"],
            "" if is_erased else lines(tags),
            "" if is_erased else lines(words),
            None if is_erased else json.dumps(dict(entry), separators=(",", ":")),
        )
        return len(rows)


def _conditions(query: Mapping[str, Any]) -> tuple[list[str], list[SqlValue]]:
    conditions = ["entry IS NOT NULL"]
    parameters: list[SqlValue] = []
    if query.get("cursor"):
        conditions.append("(created_at, asset_id) < (?, ?)")
        parameters += read_cursor(query["cursor"])
    if query.get("search"):
        conditions.append("instr(words, ?) > 0")
        parameters.append(folded(query["search"]))
    if query.get("tag"):
        conditions.append("instr(tags, ?) > 0")
        parameters.append(lines([query["tag"]]))
    if query.get("visibility"):
        conditions.append("visibility = ?")
        parameters.append(query["visibility"])
    conditions.append("state = ?" if query.get("state") else "state <> ?")
    parameters.append(query.get("state") or DELETED)
    return conditions, parameters

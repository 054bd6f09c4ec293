"""`LibraryStore`: the links of one account, newest first, and the codes that visitors asked for in vain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

from library.cursors import PageCursor, read_cursor, write_cursor
from library.words import bounded, folded, lines
from sharelinks.record import DELETED
from sql_port import Tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sql_port import Database, SqlValue

MAX_PAGE = 1_000
MAX_CODES = 10_000
MAX_MISSES = 1_000

_NAME = "library"
_CODES_PER_STATEMENT = 90


class CodePage(TypedDict):
    """Some codes, and where to go on; None at the end."""

    codes: list[str]
    next: str | None


class Miss(TypedDict):
    """A code nobody has claimed, and how often it was asked for."""

    code: str
    count: int
    first_at: float
    last_at: float


class LibraryStore:
    """The index of one account. Reading never creates anything; the tables come with the first entry.

    Texts are searched case-folded in a column of their own: LIKE takes 50 bytes in an object, and SQLite
    folds ASCII alone. Aliases are found through their link; what is deleted keeps its version
    and its asset only.
    """

    MIGRATIONS: ClassVar[tuple[str, ...]] = (
        """CREATE TABLE library_links (
            code TEXT PRIMARY KEY,
            created_at REAL NOT NULL,
            state TEXT NOT NULL,
            version INTEGER NOT NULL,
            alias_of TEXT,
            tags TEXT NOT NULL,
            words TEXT NOT NULL
        ) WITHOUT ROWID""",
        """CREATE INDEX library_links_by_age ON library_links (created_at DESC, code DESC)
            WHERE alias_of IS NULL AND state <> 'deleted'""",
        "CREATE INDEX library_links_by_home ON library_links (alias_of) WHERE alias_of IS NOT NULL",
        """CREATE TABLE library_misses (
            code TEXT PRIMARY KEY,
            count INTEGER NOT NULL,
            first_at REAL NOT NULL,
            last_at REAL NOT NULL
        ) WITHOUT ROWID""",
        "CREATE INDEX library_misses_by_age ON library_misses (last_at DESC, code)",
        "ALTER TABLE library_links ADD COLUMN asset_id TEXT",
        "CREATE INDEX library_links_by_asset ON library_links (asset_id, code) WHERE asset_id IS NOT NULL",
    )

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tables = Tables(database, _NAME, self.MIGRATIONS)

    def add(self, entries: Sequence[Mapping[str, Any]]) -> int:
        """Insert or update entries and return how many were not older than what is known.

        An entry is what `sharelinks.projection.library_entry` makes of a record.
        """
        if not entries:
            return 0
        self._tables.create()
        return self._database.transaction(lambda: sum(self._put(entry) for entry in entries))

    def page(self, query: Mapping[str, Any]) -> CodePage:
        """Return codes of links, newest first: `limit`, `cursor`, `search`, `tag` and `state` are optional.

        `search` finds parts of codes, aliases, titles, targets and tags in any case.
        Raises InvalidCursorError.
        """
        limit = bounded(query.get("limit"), MAX_PAGE)
        conditions, parameters = _conditions(query)
        if not self._tables.exist():
            return {"codes": [], "next": None}
        rows = self._database.execute(
            "SELECT code, created_at FROM library_links AS links"  # noqa: S608 - constant conditions
            f" WHERE {' AND '.join(conditions)}"
            " ORDER BY created_at DESC, code DESC LIMIT CAST(? AS INTEGER)",
            *parameters,
            limit + 1,
        )
        kept = rows[:limit]
        last = PageCursor(kept[-1]["created_at"], kept[-1]["code"]) if len(rows) > limit else None
        return {"codes": [row["code"] for row in kept], "next": write_cursor(last) if last else None}

    def codes(self, cursor: str | None = None, limit: int = MAX_CODES) -> CodePage:
        """Return every code the account ever had, by code: links, aliases and deleted ones.

        For rebuilding what is projected from the owners; `next` is the last code of the page.
        """
        limit = bounded(limit, MAX_CODES)
        if not self._tables.exist():
            return {"codes": [], "next": None}
        rows = self._database.execute(
            "SELECT code FROM library_links WHERE code > ? ORDER BY code LIMIT CAST(? AS INTEGER)",
            cursor or "",
            limit + 1,
        )
        codes = [row["code"] for row in rows]
        return {"codes": codes[:limit], "next": codes[limit - 1] if len(codes) > limit else None}

    def aliases(self, codes: Sequence[str]) -> dict[str, list[str]]:
        """Return the aliases of each of some links, oldest first; a link without any is left out."""
        found: dict[str, list[str]] = {}
        if not self._tables.exist():
            return found
        for start in range(0, len(codes), _CODES_PER_STATEMENT):
            some = codes[start : start + _CODES_PER_STATEMENT]
            rows = self._database.execute(
                "SELECT code, alias_of FROM library_links"  # noqa: S608 - question marks
                f" WHERE alias_of IN ({', '.join('?' * len(some))}) AND state <> ?"
                " ORDER BY created_at, code",
                *some,
                DELETED,
            )
            for row in rows:
                found.setdefault(row["alias_of"], []).append(row["code"])
        return found

    def leading_to(
        self, asset_id: str, is_deleted: bool, cursor: str | None = None, limit: int = MAX_PAGE
    ) -> CodePage:
        """Return codes of links whose target is an asset, the deleted ones or the others; aliases aside.

        `next` is the last code of the page.
        """
        limit = bounded(limit, MAX_PAGE)
        if not self._tables.exist():
            return {"codes": [], "next": None}
        rows = self._database.execute(
            "SELECT code FROM library_links WHERE asset_id = ? AND (state = 'deleted') = CAST(? AS INTEGER)"
            " AND code > ? ORDER BY code LIMIT CAST(? AS INTEGER)",
            asset_id,
            int(is_deleted),
            cursor or "",
            limit + 1,
        )
        codes = [row["code"] for row in rows]
        return {"codes": codes[:limit], "next": codes[limit - 1] if len(codes) > limit else None}

    def totals(self) -> dict[str, int]:
        """Return how many links there are, aliases and deleted ones aside."""
        if not self._tables.exist():
            return {"links": 0}
        (row,) = self._database.execute(
            "SELECT count(*) AS links FROM library_links WHERE alias_of IS NULL AND state <> 'deleted'"
        )
        return {"links": int(row["links"])}

    def note_misses(self, entries: Sequence[Mapping[str, Any]]) -> int:
        """Add `count` misses of each `code`, the latest at `last_at`; keep the 1,000 latest codes."""
        if not entries:
            return 0
        self._tables.create()
        return self._database.transaction(lambda: self._note(entries))

    def misses(self, limit: int = MAX_MISSES) -> list[Miss]:
        """Return the codes that were asked for in vain, the latest first."""
        limit = bounded(limit, MAX_MISSES)
        if not self._tables.exist():
            return []
        rows = self._database.execute(
            "SELECT code, count, first_at, last_at FROM library_misses"
            " ORDER BY last_at DESC, code LIMIT CAST(? AS INTEGER)",
            limit,
        )
        return [
            {
                "code": row["code"],
                "count": int(row["count"]),
                "first_at": float(row["first_at"]),
                "last_at": float(row["last_at"]),
            }
            for row in rows
        ]

    def _put(self, entry: Mapping[str, Any]) -> int:
        is_deleted = entry["state"] == DELETED
        is_alias = entry.get("alias_of") is not None
        words = (
            (entry["code"],) if is_alias else (entry["code"], entry["title"], entry["target"], *entry["tags"])
        )
        rows = self._database.execute(
            "INSERT INTO library_links (code, created_at, state, version, alias_of, tags, words, asset_id)"
            " VALUES (?, ?, ?, CAST(? AS INTEGER), ?, ?, ?, ?)"
            " ON CONFLICT (code) DO UPDATE SET created_at = excluded.created_at, state = excluded.state,"
            " version = excluded.version, alias_of = excluded.alias_of, tags = excluded.tags,"
            " words = excluded.words, asset_id = excluded.asset_id"
            " WHERE excluded.version >= library_links.version RETURNING code",
            entry["code"],
            entry["created_at"],
            entry["state"],
            entry["version"],
            entry.get("alias_of"),
            "" if is_deleted or is_alias else lines(entry["tags"]),
            "" if is_deleted else lines(words),
            None if is_alias else entry.get("asset_id"),
        )
        self._database.execute("DELETE FROM library_misses WHERE code = ?", entry["code"])
        return len(rows)

    def _note(self, entries: Sequence[Mapping[str, Any]]) -> int:
        for entry in entries:
            self._database.execute(
                "INSERT INTO library_misses (code, count, first_at, last_at)"
                " VALUES (?, CAST(? AS INTEGER), ?, ?) ON CONFLICT (code) DO UPDATE SET"
                " count = count + excluded.count, first_at = min(first_at, excluded.first_at),"
                " last_at = max(last_at, excluded.last_at)",
                entry["code"],
                entry["count"],
                entry["last_at"],
                entry["last_at"],
            )
        self._database.execute(
            "DELETE FROM library_misses WHERE code IN (SELECT code FROM library_misses"
            " ORDER BY last_at DESC, code LIMIT -1 OFFSET CAST(? AS INTEGER))",
            MAX_MISSES,
        )
        return len(entries)


def _conditions(query: Mapping[str, Any]) -> tuple[list[str], list[SqlValue]]:
    conditions = ["alias_of IS NULL", "state <> 'deleted'"]
    parameters: list[SqlValue] = []
    if query.get("cursor"):
        conditions.append("(created_at, code) < (?, ?)")
        parameters += read_cursor(query["cursor"])
    if query.get("search"):
        conditions.append(
            "(instr(words, ?) > 0 OR EXISTS (SELECT 1 FROM library_links AS aliases"
            " WHERE aliases.alias_of = links.code AND instr(aliases.words, ?) > 0))"
        )
        parameters += [folded(query["search"])] * 2
    if query.get("tag"):
        conditions.append("instr(tags, ?) > 0")
        parameters.append(lines([query["tag"]]))
    if query.get("state"):
        conditions.append("state = ?")
        parameters.append(query["state"])
    return conditions, parameters

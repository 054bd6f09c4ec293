"""Hashes of content that does not come in again: exact ones, and those of pictures that look alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypedDict

from casework import inputs
from casework.errors import CaseworkInputError
from casework.trail import row_key
from sql_port import migrate

if TYPE_CHECKING:
    from casework.trail import Trail
    from sql_port import Row

EXACT = "exact"
ALIKE = "alike"
NEAR_BITS = 6
"""So many of a picture's 64 bits may differ from a blocked one's unless the caller says otherwise."""
MOST_BITS = 7
"""Hashes that differ in seven bits at most share one of their eight bytes, which the indexes find."""
MAX_BLOCKED_PAGE = 500
BLOCKED = "blocked"
UNBLOCKED = "unblocked"

_PICTURE = re.compile(r"[0-9a-f]{16}")
_BYTES = [f"substr(hash, {place}, 2)" for place in range(1, 16, 2)]
# Each condition has the kind beside it: only so does SQLite take the eight indexes instead of every row.
_SHARES_A_BYTE = " OR ".join(f"(kind = '{ALIKE}' AND {byte} = ?)" for byte in _BYTES)


class Match(TypedDict):
    """A blocked hash that content has, or nearly has."""

    hash: str
    kind: str
    distance: int
    reason: str


class BlockList:
    """The hashes that stop an upload at the door."""

    MIGRATIONS = (
        """CREATE TABLE blocked_hashes (
            hash TEXT PRIMARY KEY, kind TEXT NOT NULL, reason TEXT NOT NULL, subject TEXT,
            moderator TEXT NOT NULL, at REAL NOT NULL
        ) WITHOUT ROWID""",
        *(
            f"CREATE INDEX blocked_hashes_byte_{number} ON blocked_hashes ({byte}) WHERE kind = '{ALIKE}'"
            for number, byte in enumerate(_BYTES, 1)
        ),
        f"CREATE INDEX blocked_files ON blocked_hashes (hash) WHERE kind = '{EXACT}'",
    )

    def __init__(self, trail: Trail) -> None:
        self._trail = trail
        self._database = trail.database
        migrate(self._database, "blocked_hashes", self.MIGRATIONS)

    def block(self, value: str, reason: str, moderator: str, subject: str | None = None) -> bool:
        """Block a SHA-256, or a picture's perceptual hash of 16 digits; False if it is blocked already."""
        kind = _kind(value)
        fields = {
            "hash": value,
            "reason": inputs.text("reason", reason, inputs.MAX_REASON_CHARACTERS),
            "moderator": inputs.identifier("moderator", moderator),
        }
        about = None if subject is None else inputs.subject(subject)

        def work() -> bool:
            added = self._database.execute(
                "INSERT INTO blocked_hashes (hash, kind, reason, subject, moderator, at)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING hash",
                value,
                kind,
                reason,
                about,
                moderator,
                self._trail.clock(),
            )
            if added:
                self._trail.add(BLOCKED, fields, [row_key("blocked_hashes", value)], subject=about)
            return bool(added)

        return self._database.transaction(work)

    def unblock(self, value: str, reason: str, moderator: str) -> bool:
        """Let a hash in again; False if it was not blocked."""
        _kind(value)
        fields = {
            "hash": value,
            "reason": inputs.text("reason", reason, inputs.MAX_REASON_CHARACTERS),
            "moderator": inputs.identifier("moderator", moderator),
        }

        def work() -> bool:
            gone = self._database.execute(
                "DELETE FROM blocked_hashes WHERE hash = ? RETURNING subject", value
            )
            if gone:
                keys = [row_key("blocked_hashes", value)]
                self._trail.add(UNBLOCKED, fields, keys, subject=gone[0]["subject"])
            return bool(gone)

        return self._database.transaction(work)

    def match(self, sha256: str, picture: str | None = None, most_bits: int = NEAR_BITS) -> Match | None:
        """Return the blocked hash that is the content's or comes nearest to its picture's, or None."""
        bound = inputs.whole("most_bits", most_bits, 0, MOST_BITS)
        rows = self._database.execute("SELECT * FROM blocked_hashes WHERE hash = ?", inputs.sha256(sha256))
        if rows:
            return _match(rows[0], 0)
        if picture is None:
            return None
        if _kind(picture) != ALIKE:
            raise CaseworkInputError("a picture's hash has 16 lower-case hexadecimal digits")
        return self._nearest(picture, bound)

    def files(self, limit: int) -> list[str]:
        """Return so many of the SHA-256 that are blocked."""
        rows = self._database.execute(
            f"SELECT hash FROM blocked_hashes WHERE kind = '{EXACT}' LIMIT CAST(? AS INTEGER)",  # noqa: S608 - constant
            limit,
        )
        return [row["hash"] for row in rows]

    def page(self, after: str = "", limit: int = MAX_BLOCKED_PAGE) -> list[dict[str, Any]]:
        """Return blocked hashes in their order, behind the one that a page ended with."""
        return self._database.execute(
            "SELECT * FROM blocked_hashes WHERE hash > ? ORDER BY hash LIMIT CAST(? AS INTEGER)",
            inputs.text("after", after, 64),
            inputs.whole("limit", limit, 1, MAX_BLOCKED_PAGE),
        )

    def _nearest(self, picture: str, most_bits: int) -> Match | None:
        rows = self._database.execute(
            f"SELECT * FROM blocked_hashes WHERE {_SHARES_A_BYTE} ORDER BY hash",  # noqa: S608 - constants
            *(picture[place : place + 2] for place in range(0, 16, 2)),
        )
        near = [(distance(row["hash"], picture), row) for row in rows]
        best = min((one for one in near if one[0] <= most_bits), key=lambda one: one[0], default=None)
        return _match(best[1], best[0]) if best else None


def distance(one: str, other: str) -> int:
    """Return in how many bits two perceptual hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _kind(value: object) -> str:
    if isinstance(value, str) and _PICTURE.fullmatch(value):
        return ALIKE
    inputs.sha256(value)
    return EXACT


def _match(row: Row, bits: int) -> Match:
    return {"hash": row["hash"], "kind": row["kind"], "distance": bits, "reason": row["reason"]}

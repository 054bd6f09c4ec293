"""The trail of a ledger: each event states what the rows that it changed look like afterwards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from casework.errors import EventConflictError
from casework.inputs import OWN_EVENTS
from moderation.audit_chain import canonical_json, digest
from moderation.audit_store import AuditStore
from moderation.timestamps import timestamp
from sql_port import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sql_port import Database, Row, SqlValue

WITNESSED: dict[str, tuple[str, ...]] = {
    "cases": ("subject",),
    "case_holders": ("subject", "account_id"),
    "case_reports": ("number",),
    "blocked_hashes": ("hash",),
    "moderation_scans": ("decision",),
    "refused_uploads": ("account_id", "sha256"),
}
"""Tables whose rows the trail proves, with the columns that name a row."""


def row_key(table: str, *values: SqlValue) -> str:
    """Return the name of a row."""
    return canonical_json([table, *map(_number, values)])


class Trail:
    """Appends events and remembers which event speaks last about each row.

    So a row that was changed, put back to what it was, removed or made up behind the ledger's back does not
    agree with the trail. Columns that are NULL are left out, so that tables can grow columns.
    """

    MIGRATIONS = (
        "CREATE TABLE case_witnesses (row_key TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID",
        "CREATE INDEX case_witnesses_by_seq ON case_witnesses (seq)",
    )

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self.database = database
        self.clock = clock
        self.audit = AuditStore(database, clock=clock)
        migrate(database, "case_trail", self.MIGRATIONS)

    def is_repeated(self, event_id: str, kind: str, request: Mapping[str, Any]) -> bool:
        """Tell whether an event is recorded; raise EventConflictError if it was another one under that id.

        Of an event whose payload is redacted only the kind can be compared.
        """
        known = self.audit.find(event_id)
        if known is None:
            return False
        payload = known["payload"]
        if known["kind"] != kind or (payload and payload.get("request") != _digest(request)):
            raise EventConflictError(f"event {event_id!r} is recorded with other content")
        return True

    def next_seq(self) -> int:
        """Return the number that the next event gets."""
        return self.audit.head().seq + 1

    def moment(self) -> str:
        """Return now as the trail writes it."""
        return timestamp(self.clock())

    def add(
        self,
        kind: str,
        fields: Mapping[str, Any],
        rows: Iterable[str] = (),
        *,
        event_id: str | None = None,
        subject: str | None = None,
        decision: str | None = None,
        request: Mapping[str, Any] | None = None,
    ) -> int:
        """Record an event after its changes were made, in one transaction with them; return its number."""
        seq = self.next_seq()
        states = {key: self.state_of(key) for key in rows}
        payload = {**fields, "asset_id": subject, "decision": decision, "rows": states}
        if request is not None:
            payload["request"] = _digest(request)
        self.audit.append(kind, event_id or f"{OWN_EVENTS}{seq}", payload)
        for key in states:
            self.database.execute(
                "INSERT INTO case_witnesses (row_key, seq) VALUES (?, CAST(? AS INTEGER))"
                " ON CONFLICT (row_key) DO UPDATE SET seq = excluded.seq",
                key,
                seq,
            )
        return seq

    def state_of(self, key: str) -> str | None:
        """Return the digest of a row as it is now, None if there is none; raise ValueError or TypeError."""
        return row_state(self.database, key)


def row_state(database: Database, key: str) -> str | None:
    """Return the digest of a row as it is now, None if there is none; raise ValueError or TypeError."""
    table, *values = json.loads(key)
    condition = " AND ".join(f"{column} = ?" for column in WITNESSED[table])
    rows = database.execute(f"SELECT * FROM {table} WHERE {condition}", *values)  # noqa: S608 - a known table
    return row_digest(rows[0]) if rows else None


def row_digest(row: Row) -> str:
    """Return the digest of a row; a number is the same number whether the engine calls it whole or not."""
    return _digest({name: _number(value) for name, value in row.items() if value is not None})


def _number(value: SqlValue) -> SqlValue:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _digest(value: Mapping[str, Any]) -> str:
    return digest(canonical_json(dict(value)))

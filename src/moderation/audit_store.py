"""The audit trail in SQL: append-only, hash-chained, with redaction instead of deletion."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, TypedDict

from moderation.audit_chain import (
    GENESIS,
    REDACTION,
    UNREADABLE,
    ChainCheck,
    Head,
    Verification,
    canonical_json,
    compress_ranges,
    digest,
    record_hash,
)
from moderation.model import AuditConflictError
from moderation.timestamps import timestamp
from sql_port import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sql_port import Database, Row, SqlValue

_PAGE = 500


class AuditRecord(TypedDict):
    """One record as it is kept; `payload` holds its fields, or None once it is redacted."""

    seq: int
    at: str
    kind: str
    event_id: str
    payload: dict[str, Any] | None
    payload_hash: str
    previous_hash: str
    hash: str


class AuditStore:
    """Appends records and proves that none was changed, removed or moved.

    Each record's hash covers its header and its predecessor's hash; the header covers the payload by its
    hash, so that a payload can be erased later. The head row catches a cut tail; someone who can rewrite the
    whole database can rewrite that too, so keep `head()` elsewhere now and then and give it to `verify`.
    """

    MIGRATIONS = (
        (
            "CREATE TABLE moderation_audit ("
            " seq INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, event_id TEXT NOT NULL UNIQUE,"
            " asset_id TEXT, decision TEXT, payload TEXT, payload_hash TEXT NOT NULL,"
            " previous_hash TEXT NOT NULL, hash TEXT NOT NULL)"
        ),
        "CREATE INDEX moderation_audit_asset ON moderation_audit (asset_id, seq)",
        (
            "CREATE TABLE moderation_audit_head (one INTEGER PRIMARY KEY CHECK (one = 1),"
            " seq INTEGER NOT NULL, hash TEXT NOT NULL)"
        ),
    )

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        migrate(database, "moderation_audit", self.MIGRATIONS)

    def append(self, kind: str, event_id: str, payload: Mapping[str, Any]) -> AuditRecord:
        """Add a record and return it; the same event again returns the record it already has.

        Raises AuditConflictError when the event id is taken by other content, TypeError or ValueError when
        the payload is not JSON.
        """
        text = canonical_json(dict(payload))

        def add() -> AuditRecord:
            known = self._database.execute("SELECT * FROM moderation_audit WHERE event_id = ?", event_id)
            if known:
                if known[0]["kind"] != kind or known[0]["payload_hash"] != digest(text):
                    raise AuditConflictError(f"event {event_id!r} is recorded with other content")
                return _record(known[0])
            return self._insert(kind, event_id, text)

        return self._database.transaction(add)

    def redact(
        self,
        event_id: str,
        asset_id: str | None = None,
        *,
        actor: str = "system",
        through: int | None = None,
        keep: Sequence[str] = (),
    ) -> int:
        """Erase the payloads of one asset, or of all, and return how many; a redaction record says which.

        `through` is the last record to erase; kinds in `keep` stay, and redaction records always do. When
        nothing is left to erase nothing is recorded.
        """
        condition = f"payload IS NOT NULL AND kind NOT IN (?{', ?' * len(keep)})"
        parameters: list[SqlValue] = [REDACTION, *keep]
        for comparison, bound in (("asset_id = ?", asset_id), ("seq <= CAST(? AS INTEGER)", through)):
            if bound is not None:
                condition += f" AND {comparison}"
                parameters.append(bound)

        def erase() -> int:
            rows = self._database.execute(
                f"SELECT seq FROM moderation_audit WHERE {condition} ORDER BY seq",  # noqa: S608 - constants
                *parameters,
            )
            if not rows:
                return 0
            self._database.execute(
                "UPDATE moderation_audit SET payload = NULL, asset_id = NULL, decision = NULL"  # noqa: S608 - constants
                f" WHERE {condition}",
                *parameters,
            )
            ranges = compress_ranges(row["seq"] for row in rows)
            payload = {"asset_id": asset_id, "decision": None, "moderator": actor, "redacted": ranges}
            self._insert(REDACTION, event_id, canonical_json(payload))
            return len(rows)

        return self._database.transaction(erase)

    def find(self, event_id: str) -> AuditRecord | None:
        """Return the record of an event, redacted or not."""
        rows = self._database.execute("SELECT * FROM moderation_audit WHERE event_id = ?", event_id)
        return _record(rows[0]) if rows else None

    def latest(
        self, asset_id: str | None = None, decision: str | None = None, limit: int = 100
    ) -> list[AuditRecord]:
        """Return the newest scans and reviews that are not redacted, newest first."""
        condition, parameters = "payload IS NOT NULL AND kind <> ?", [REDACTION]
        for column, value in (("asset_id", asset_id), ("decision", decision)):
            if value is not None:
                condition += f" AND {column} = ?"
                parameters.append(value)
        return self._select(f"{condition} ORDER BY seq DESC LIMIT CAST(? AS INTEGER)", *parameters, limit)

    def between(self, start: str | None = None, end: str | None = None) -> list[AuditRecord]:
        """Return what is not redacted in a span of timestamps, both ends included, redaction records too."""
        condition, parameters = "payload IS NOT NULL", []
        for comparison, bound in ((">=", start), ("<=", end)):
            if bound is not None:
                condition += f" AND at {comparison} ?"
                parameters.append(bound)
        return self._select(f"{condition} ORDER BY seq", *parameters)

    def page(
        self, after: int, limit: int, start: str | None = None, end: str | None = None
    ) -> list[AuditRecord]:
        """Return records behind a number, redacted ones too, oldest first; spans are those of `between`."""
        condition = "seq > CAST(? AS INTEGER)"
        parameters: list[SqlValue] = [after]
        for comparison, bound in ((">=", start), ("<=", end)):
            if bound is not None:
                condition += f" AND at {comparison} ?"
                parameters.append(bound)
        return self._select(f"{condition} ORDER BY seq LIMIT CAST(? AS INTEGER)", *parameters, limit)

    def head(self) -> Head:
        """Return the checkpoint of the chain as it is now; an empty chain has seq 0."""
        rows = self._database.execute("SELECT seq, hash FROM moderation_audit_head")
        return Head(int(rows[0]["seq"]), rows[0]["hash"]) if rows else Head(0, GENESIS)

    def verify(self, checkpoint: Head | None = None) -> Verification:
        """Prove the chain, and that it holds `checkpoint` unchanged; else name the first broken record."""
        return self._database.transaction(lambda: self._verify(checkpoint))

    def _verify(self, checkpoint: Head | None) -> Verification:
        check = ChainCheck()
        at_checkpoint = GENESIS if checkpoint and checkpoint.seq == 0 else None
        last = None
        while True:
            rows = self._page(last)
            if not rows:
                break
            last = rows[-1]["seq"]
            check.feed(rows)
            if checkpoint:
                hashes = {row["seq"]: row["hash"] for row in rows}
                at_checkpoint = hashes.get(checkpoint.seq, at_checkpoint)
            if check.problem:
                return check.problem
        proof = check.result()
        if not proof.ok:
            return proof
        reached = check.head
        try:
            head = self.head()
        except UNREADABLE as error:
            return Verification(False, reached.seq, reached.seq, f"the head cannot be read: {error!r}")
        if head != reached:
            first = min(head.seq, reached.seq) + 1 if head.seq != reached.seq else head.seq
            return Verification(False, first - 1, first, "the chain does not end where its head says")
        if checkpoint and at_checkpoint != checkpoint.hash:
            first = min(checkpoint.seq, reached.seq + 1)
            return Verification(False, first - 1, first, "the chain does not hold the checkpoint")
        return proof

    def _page(self, after: int | None) -> list[Row]:
        if after is None:
            return self._database.execute(f"SELECT * FROM moderation_audit ORDER BY seq LIMIT {_PAGE}")  # noqa: S608 - constant
        return self._database.execute(
            f"SELECT * FROM moderation_audit WHERE seq > CAST(? AS INTEGER) ORDER BY seq LIMIT {_PAGE}",  # noqa: S608 - constant
            after,
        )

    def _insert(self, kind: str, event_id: str, payload: str) -> AuditRecord:
        head = self.head()
        fields = json.loads(payload)
        row: Row = {
            "seq": head.seq + 1,
            "at": timestamp(self._clock()),
            "kind": kind,
            "event_id": event_id,
            "asset_id": fields.get("asset_id"),
            "decision": fields.get("decision"),
            "payload": payload,
            "payload_hash": digest(payload),
            "previous_hash": head.hash,
        }
        row["hash"] = record_hash(row)
        marks = ", ".join("?" * len(row))
        self._database.execute(
            f"INSERT INTO moderation_audit ({', '.join(row)}) VALUES ({marks})",  # noqa: S608 - our own columns
            *row.values(),
        )
        self._database.execute(
            "INSERT INTO moderation_audit_head (one, seq, hash) VALUES (1, ?, ?)"
            " ON CONFLICT (one) DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
            row["seq"],
            row["hash"],
        )
        return _record(row)

    def _select(self, condition: str, *parameters: SqlValue) -> list[AuditRecord]:
        rows = self._database.execute(f"SELECT * FROM moderation_audit WHERE {condition}", *parameters)  # noqa: S608 - our own
        return [_record(row) for row in rows]


def _record(row: Row) -> AuditRecord:
    return AuditRecord(
        seq=row["seq"],
        at=row["at"],
        kind=row["kind"],
        event_id=row["event_id"],
        payload=None if row["payload"] is None else json.loads(row["payload"]),
        payload_hash=row["payload_hash"],
        previous_hash=row["previous_hash"],
        hash=row["hash"],
    )

"""The proof of a ledger: its chain, its checkpoints, and that every row is what the trail says of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from casework.checkpoints import CHECKPOINT, checkpoint_of, kept_head, problem_of
from casework.trail import WITNESSED, row_key, row_state
from moderation.audit_chain import UNREADABLE
from sql_port import SqlError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from casework.trail import Trail
    from moderation.audit_chain import Head
    from moderation.audit_store import AuditRecord
    from sql_port import Database

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Proof:
    """The proof, or the first record that breaks it and how.

    `row` names the row that does not agree with that record, and stands alone where no record speaks of it.
    `signed_seq` is how far checkpoints whose signature was checked reach: what comes later is only chained.
    """

    ok: bool
    records: int
    broken_seq: int | None = None
    problem: str = ""
    row: str = ""
    checkpoints: int = 0
    signed_seq: int = 0

    def to_wire(self) -> dict[str, Any]:
        """Return a plain dict, as it goes over RPC."""
        return asdict(self)


def prove(trail: Trail, keys: Mapping[str, str], kept: Mapping[str, Any] | None = None) -> Proof:
    """Prove the ledger in one transaction and constant memory.

    `keys` are the secrets of checkpoints by key id; without any, signatures are not looked at. `kept` is a
    checkpoint from outside: only that shows a ledger that was cut or written anew as a whole.
    """
    head = None if kept is None else kept_head(kept, keys)
    return trail.database.transaction(lambda: _Prover(trail, keys).prove(head))


class _Prover:
    def __init__(self, trail: Trail, keys: Mapping[str, str]) -> None:
        self._trail = trail
        self._database: Database = trail.database
        self._keys = keys
        self._records = 0
        self._checkpoints = 0
        self._signed_seq = 0
        self._witnesses = 0

    def prove(self, kept: Head | None) -> Proof:
        """Return the proof; a table that cannot be read breaks it where the proof had come to."""
        try:
            return self._prove(kept)
        except (SqlError, *UNREADABLE) as error:
            return self._broken(None, f"the ledger cannot be read: {error!r}", "")

    def _prove(self, kept: Head | None) -> Proof:
        chain = self._trail.audit.verify(kept)
        if not chain.ok:
            return Proof(False, chain.records, chain.broken_seq, chain.problem)
        while page := self._trail.audit.page(self._records, _PAGE):
            for record in page:
                try:
                    problem, row = self._check(record)
                except (SqlError, *UNREADABLE) as error:
                    problem, row = f"the record cannot be read: {error!r}", ""
                if problem:
                    return self._broken(record["seq"], problem, row)
                self._records = record["seq"]
        return (
            self._unspoken_rows()
            or self._outbox()
            or Proof(True, self._records, checkpoints=self._checkpoints, signed_seq=self._signed_seq)
        )

    def _check(self, record: AuditRecord) -> tuple[str, str]:
        payload = record["payload"]
        if payload is None:
            return "", ""
        if record["kind"] == CHECKPOINT:
            return self._check_checkpoint(record["seq"], record["previous_hash"], payload), ""
        for key, state in payload.get("rows", {}).items():
            problem = self._check_row(key, state, record["seq"])
            if problem:
                return problem, key
        return "", ""

    def _check_checkpoint(self, seq: int, previous_hash: str, payload: Mapping[str, Any]) -> str:
        made = checkpoint_of(payload)
        if (made["seq"], made["hash"]) != (seq - 1, previous_hash):
            return "the checkpoint is not that of the records before it"
        if self._keys:
            problem = problem_of(made, self._keys)
            if problem:
                return problem
            self._signed_seq = made["seq"]
        self._checkpoints += 1
        return ""

    def _check_row(self, key: str, state: str | None, seq: int) -> str:
        witness = self._database.execute("SELECT seq FROM case_witnesses WHERE row_key = ?", key)
        last = witness[0]["seq"] if witness else 0
        if not isinstance(last, (int, float)) or last < seq:
            return "the ledger does not remember that this record speaks of the row"
        if last > seq:
            return ""
        self._witnesses += 1
        try:
            now = row_state(self._database, key)
        except (SqlError, *UNREADABLE) as error:
            return f"the row cannot be read: {error!r}"
        return "" if now == state else "the row is not as this record left it"

    def _unspoken_rows(self) -> Proof | None:
        """Return what is wrong where no record speaks: memories of records that are not, rows of nobody."""
        (known,) = self._database.execute("SELECT count(*) AS n FROM case_witnesses")
        if known["n"] != self._witnesses:
            problem = "the ledger remembers records about rows that say nothing of them"
            return self._broken(None, problem, self._unbacked())
        tables = self._database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        # A ledger that never had a report has no table for them.
        for table in sorted({one["name"] for one in tables} & WITNESSED.keys()):
            columns = WITNESSED[table]
            row = self._stranger(table, columns)
            if row:
                return self._broken(None, "no record speaks of the row", row)
        return None

    def _outbox(self) -> Proof | None:
        """Return what is wrong with the list of what owners have not heard, which the cases tell as well."""
        wrong = self._database.execute(
            "SELECT subject, standing_seq, case_outbox.seq AS due FROM cases LEFT JOIN case_outbox"
            " USING (subject) WHERE CASE WHEN coalesce(standing_seq, 0) = coalesce(enforced_seq, 0)"
            " THEN case_outbox.seq IS NOT NULL ELSE case_outbox.seq IS NOT standing_seq END"
            " ORDER BY standing_seq LIMIT 1"
        ) or self._database.execute(
            "SELECT subject, NULL AS standing_seq, seq AS due FROM case_outbox"
            " WHERE subject NOT IN (SELECT subject FROM cases) LIMIT 1"
        )
        if not wrong:
            return None
        (row,) = wrong
        seq = None if row["standing_seq"] is None else int(row["standing_seq"])
        problem = "its owner has heard of this, and the outbox says that it has not"
        if row["due"] is None:
            problem = "its owner has not heard of this, and the outbox does not say so"
        elif row["due"] != row["standing_seq"]:
            problem = "the outbox names another record than this one"
        return self._broken(seq, problem, row_key("case_outbox", row["subject"]))

    def _unbacked(self) -> str:
        after = ""
        while rows := self._database.execute(
            "SELECT row_key, payload FROM case_witnesses LEFT JOIN moderation_audit"
            " USING (seq) WHERE row_key > ? ORDER BY row_key LIMIT CAST(? AS INTEGER)",
            after,
            _PAGE,
        ):
            for row in rows:
                after = row["row_key"]
                if after not in json.loads(row["payload"] or "{}").get("rows", {}):
                    return str(after)
        return ""

    def _stranger(self, table: str, columns: tuple[str, ...]) -> str:
        """Return a row that nothing remembers, which a page of the table in its order holds."""
        names = ", ".join(columns)
        last: list[Any] = []
        while True:
            marks = ", ".join("?" * len(columns))
            behind = f"WHERE ({names}) > ({marks})" if last else ""
            rows = self._database.execute(
                f"SELECT {names} FROM {table} {behind} ORDER BY {names} LIMIT CAST(? AS INTEGER)",  # noqa: S608 - known
                *last,
                _PAGE,
            )
            for row in rows:
                last = [row[name] for name in columns]
                if not all(value is None or isinstance(value, (str, int, float)) for value in last):
                    return f"{table}: a row whose name is no text"
                key = row_key(table, *last)
                if not self._database.execute("SELECT 1 FROM case_witnesses WHERE row_key = ?", key):
                    return key
            if len(rows) < _PAGE:
                return ""

    def _broken(self, seq: int | None, problem: str, row: str) -> Proof:
        return Proof(False, self._records, seq, problem, row, self._checkpoints, self._signed_seq)

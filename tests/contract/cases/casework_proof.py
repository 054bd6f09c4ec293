"""What nobody may write past the ledger: each cell and each row of it, and records that make no sense."""

from __future__ import annotations

from typing import Any

from casework import prove, sign_head
from casework.trail import row_key
from sql_port import Database, Row
from tests.contract.cases.casework import KEY, OTHER_SHA, Desk

UNPROVED = {
    "call_budget": {"day", "calls"},
    "case_reminders": {"subject", "at"},
    "case_outbox": {"tried_at"},
    "schema_versions": {"store", "version"},
}
"""Columns that decide nothing about content: what was spent, listed and migrated."""
ANOTHER: tuple[Any, ...] = ("another", 77, b"\x01", None)


def busy_desk(database: Database) -> Desk:
    """Return a desk with rows in every table: decided, due, reported, appealed, blocked and signed."""
    desk = Desk(database)
    desk.bring("approved")
    assert desk.ledger.cases.outbox.enforced("asset:a", desk.ledger.due("asset:a")["seq"])
    desk.report("x")
    desk.open("asset:b", "bob")
    desk.scan("rejected", "asset:b")
    desk.appeal("asset:b", "bob")
    desk.queue.claim("asset:b", "mo", 600)
    desk.open("asset:c", "bob")
    desk.ledger.cases.outbox.waiting(desk.now + 1, 10)
    desk.blocked.block(OTHER_SHA, "known", "mo", "asset:b")
    desk.budget.spend(1, 5)
    desk.offenders.turned_away(desk.event(), "asset:b", "eve", OTHER_SHA)
    sign_head(desk.trail, "k1", KEY["k1"])
    return desk


def tables(database: Database) -> list[str]:
    rows = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [row["name"] for row in rows if not row["name"].startswith(("sqlite_", "_"))]


def write(database: Database, table: str, rows: list[Row]) -> None:
    def work() -> None:
        database.execute(f"DELETE FROM {table}")  # noqa: S608 - ours
        for row in rows:
            marks = ", ".join("?" * len(row))
            database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", *row.values())  # noqa: S608 - ours

    database.transaction(work)


def is_taken(database: Database, table: str, rows: list[Row]) -> bool:
    """Write rows that a constraint of the table may forbid."""
    try:
        write(database, table, rows)
    except Exception:  # noqa: BLE001 - whatever the engine says, it did not let it in
        return False
    return True


def case_each_cell_of_each_table_is_proved(database: Database) -> None:
    desk = busy_desk(database)
    assert desk.prove().ok, desk.prove()
    tried = 0
    for table in tables(database):
        selected = f"SELECT * FROM {table}"  # noqa: S608 - ours
        rows = database.execute(selected)
        assert rows, table
        columns = rows[0].keys() - UNPROVED.get(table, set())
        for place, column, value in (
            (place, column, value)
            for place in range(len(rows))
            for column in sorted(columns)
            for value in ANOTHER
        ):
            changed = [*rows[:place], {**rows[place], column: value}, *rows[place + 1 :]]
            if is_taken(database, table, changed) and database.execute(selected) != rows:
                tried += 1
                proof = desk.prove()
                assert not proof.ok, (table, place, column, value)
                assert proof.problem, (table, place, column, value)
            write(database, table, rows)
    assert tried > 500
    assert desk.prove().ok


def case_each_row_of_each_table_is_proved(database: Database) -> None:
    desk = busy_desk(database)
    for table in tables(database):
        if not _proved(table, database):
            continue
        rows = database.execute(f"SELECT * FROM {table}")  # noqa: S608 - ours
        for place in range(len(rows)):
            write(database, table, [*rows[:place], *rows[place + 1 :]])
            assert not desk.prove().ok, (table, place)
        write(database, table, rows)
        assert desk.prove().ok


def _proved(table: str, database: Database) -> bool:
    (row, *_) = database.execute(f"SELECT * FROM {table}")  # noqa: S608 - ours
    return bool(row.keys() - UNPROVED.get(table, set()))


def case_each_table_that_is_gone_is_told(database: Database) -> None:
    desk = busy_desk(database)
    kept = {}
    for table in tables(database):
        if not _proved(table, database):
            continue
        kept[table] = database.execute("SELECT sql FROM sqlite_master WHERE name = ?", table)[0]["sql"]
        rows = database.execute(f"SELECT * FROM {table}")  # noqa: S608 - ours
        database.execute(f"DROP TABLE {table}")
        proof = desk.prove()
        assert (proof.ok, bool(proof.problem)) == (False, True), table
        database.execute(kept[table])
        write(database, table, rows)
        assert desk.prove().ok, table


def case_what_an_owner_has_not_heard_cannot_be_taken_off_the_list(database: Database) -> None:
    desk = Desk(database)
    desk.bring("rejected")
    (due,) = database.execute("SELECT * FROM case_outbox")
    database.execute("DELETE FROM case_outbox")
    proof = desk.prove()
    assert (proof.ok, proof.broken_seq, "outbox" in proof.problem) == (False, 2, True)
    assert proof.row == row_key("case_outbox", "asset:a")
    write(database, "case_outbox", [{**due, "subject": "asset:nobody"}])
    assert not desk.prove().ok
    write(database, "case_outbox", [due])
    assert desk.ledger.cases.outbox.enforced("asset:a", due["seq"])
    assert desk.prove().ok
    write(database, "case_outbox", [due])
    assert (desk.prove().ok, desk.prove().broken_seq) == (False, 2)
    write(database, "case_outbox", [{**due, "subject": "asset:nobody"}])
    assert (desk.prove().ok, desk.prove().broken_seq) == (False, None)


def case_a_record_that_makes_no_sense_is_named(database: Database) -> None:
    """Somebody who can write the whole chain can write anything into it, and still breaks no proof of it."""
    unknown = '["nonsense","x"]'
    nameless = {"asset_id": None, "decision": None}
    signed = {"seq": 2, "hash": "h", "at": "x", "key_id": "k1", "signature": "\u00e9"}
    nonsense: list[tuple[str, dict[str, Any]]] = [
        ("checkpoint", {}),
        ("checkpoint", signed),
        ("checkpoint", {**signed, "seq": "two"}),
        ("checkpoint", {**signed, "key_id": ["k1"]}),
        ("scan", {"rows": [1]}),
        ("scan", {"rows": None}),
        ("scan", {"rows": {unknown: None}}),
        ("scan", {"rows": {"no JSON": None}}),
        ("scan", {"rows": {"7": None}}),
        ("redaction", {"redacted": "all"}),
    ]
    desk = Desk(database)
    desk.bring("approved")
    kept = {
        table: database.execute(f"SELECT * FROM {table}")  # noqa: S608 - ours
        for table in ("moderation_audit", "moderation_audit_head", "case_witnesses")
    }
    for kind, payload in nonsense:
        if payload.get("hash") == "h":
            payload = {**payload, "hash": desk.trail.audit.head().hash}  # noqa: PLW2901 - the chain's own
        desk.trail.audit.append(kind, "of somebody else", {**nameless, **payload})
        rows = payload.get("rows")
        for key in rows if isinstance(rows, dict) else ():
            database.execute("INSERT INTO case_witnesses (row_key, seq) VALUES (?, 3)", key)
        proof = desk.prove()
        assert (proof.ok, proof.broken_seq, bool(proof.problem)) == (False, 3, True), (kind, payload)
        for table, before in kept.items():
            write(database, table, before)
        assert desk.prove().ok


def case_a_ledger_without_sense_still_answers_verify(database: Database) -> None:
    desk = Desk(database)
    desk.bring("approved")
    database.execute("UPDATE moderation_audit_head SET seq = 'none'")
    told = prove(desk.trail, KEY).to_wire()
    assert (told["ok"], told["records"], told["broken_seq"]) == (False, 2, 2)

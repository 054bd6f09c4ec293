"""The port itself: transactions, limits, values, migrations."""

from __future__ import annotations

from sql_port import (
    MAX_INTEGER,
    MAX_LIKE_PATTERN_BYTES,
    MAX_PARAMETERS,
    MAX_VALUE_BYTES,
    Database,
    Row,
    SqlError,
    SqlLimitError,
    SqlValue,
    Tables,
    migrate,
    schema_version,
)
from tests.contract.cases import raises


def case_values_come_back_as_they_went_in(database: Database) -> None:
    database.execute("CREATE TABLE t (i INTEGER, r REAL, s TEXT, b BLOB, n INTEGER)")
    database.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?)", MAX_INTEGER, 0.5, "grüße 🎬", b"\x00\xff", None)
    (row,) = database.execute("SELECT * FROM t")
    assert row == {"i": MAX_INTEGER, "r": 0.5, "s": "grüße 🎬", "b": b"\x00\xff", "n": None}
    assert isinstance(row["i"], int)
    assert isinstance(row["b"], bytes)


def case_a_failed_transaction_leaves_nothing(database: Database) -> None:
    database.execute("CREATE TABLE t (x INTEGER)")

    def work() -> None:
        database.execute("INSERT INTO t VALUES (1)")
        raise KeyError("changed my mind")

    with raises(KeyError):
        database.transaction(work)
    assert database.execute("SELECT count(*) AS n FROM t") == [{"n": 0}]


def case_an_inner_transaction_joins_the_outer(database: Database) -> None:
    database.execute("CREATE TABLE t (x INTEGER)")

    def inner() -> None:
        database.execute("INSERT INTO t VALUES (1)")

    def outer() -> None:
        database.transaction(inner)
        raise KeyError("changed my mind")

    with raises(KeyError):
        database.transaction(outer)
    assert database.execute("SELECT count(*) AS n FROM t") == [{"n": 0}]
    assert database.transaction(lambda: 7) == 7


def case_a_bad_statement_is_an_sql_error_and_undoes_its_transaction(database: Database) -> None:
    database.execute("CREATE TABLE t (x INTEGER PRIMARY KEY)")

    def work() -> None:
        database.execute("INSERT INTO t VALUES (1)")
        database.execute("INSERT INTO t VALUES (1)")

    with raises(SqlError):
        database.transaction(work)
    assert database.execute("SELECT count(*) AS n FROM t") == [{"n": 0}]
    with raises(SqlError):
        database.execute("SELEC 1")


def case_a_hundred_parameters_are_allowed_and_no_more(database: Database) -> None:
    marks = ", ".join("?" * MAX_PARAMETERS)
    (row,) = database.execute(f"SELECT {marks}", *[1] * MAX_PARAMETERS)
    assert set(row.values()) == {1}
    with raises(SqlLimitError):
        database.execute(f"SELECT {marks}, ?", *[1] * (MAX_PARAMETERS + 1))


def case_a_like_pattern_has_fifty_bytes_at_most(database: Database) -> None:
    longest = "a" * MAX_LIKE_PATTERN_BYTES
    assert database.execute("SELECT ? LIKE ? AS hit", longest, longest) == [{"hit": 1}]
    with raises(SqlLimitError):
        database.execute("SELECT ? LIKE ? AS hit", longest, longest + "%")


def case_a_value_has_two_megabytes_at_most(database: Database) -> None:
    database.execute("CREATE TABLE t (b BLOB)")
    # The row's own header counts too, so the largest storable value is a little smaller.
    database.execute("INSERT INTO t VALUES (?)", b"x" * (MAX_VALUE_BYTES - 64))
    assert database.execute("SELECT length(b) AS n FROM t") == [{"n": MAX_VALUE_BYTES - 64}]
    with raises(SqlLimitError):
        database.execute("INSERT INTO t VALUES (?)", b"x" * (MAX_VALUE_BYTES + 1))


def case_values_that_would_change_silently_are_refused(database: Database) -> None:
    with raises(SqlLimitError):
        database.execute("SELECT ?", True)
    with raises(SqlLimitError):
        database.execute("SELECT ?", MAX_INTEGER + 1)


def case_migrations_run_once_and_reading_the_version_creates_nothing(database: Database) -> None:
    assert schema_version(database, "demo") == 0
    tables = "SELECT count(*) AS n FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'"
    assert database.execute(tables) == [{"n": 0}]
    migrate(database, "demo", ["CREATE TABLE demo (x INTEGER)"])
    migrate(database, "demo", ["CREATE TABLE demo (x INTEGER)", "ALTER TABLE demo ADD COLUMN y TEXT"])
    database.execute("INSERT INTO demo VALUES (1, 'a')")
    migrate(database, "demo", ["CREATE TABLE demo (x INTEGER)", "ALTER TABLE demo ADD COLUMN y TEXT"])
    assert schema_version(database, "demo") == 2
    with raises(ValueError):
        migrate(database, "demo", ["CREATE TABLE demo (x INTEGER)"])


def case_tables_come_with_what_is_first_written(database: Database) -> None:
    first = ["CREATE TABLE demo (x INTEGER)"]
    tables = Tables(database, "demo", first)
    assert not tables.exist()
    assert schema_version(database, "demo") == 0
    tables.create()
    tables.create()
    database.execute("INSERT INTO demo VALUES (1)")
    assert tables.exist()
    assert Tables(database, "demo", first).exist()
    newer = Tables(database, "demo", [*first, "ALTER TABLE demo ADD COLUMN y TEXT"])
    assert newer.exist()
    assert database.execute("SELECT x, y FROM demo") == [{"x": 1, "y": None}]
    with raises(ValueError):
        Tables(database, "demo", first).exist()


class _Watched:
    """A database, and what it was asked."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.transaction = database.transaction
        self.run_all = database.run_all
        self.asked: list[str] = []

    def execute(self, statement: str, *parameters: SqlValue) -> list[Row]:
        self.asked.append(statement)
        return self._database.execute(statement, *parameters)


def case_the_schema_of_tables_that_exist_is_read_once(database: Database) -> None:
    watched = _Watched(database)
    Tables(database, "demo", ["CREATE TABLE demo (x INTEGER)"]).create()
    tables = Tables(watched, "demo", ["CREATE TABLE demo (x INTEGER)"])
    assert tables.exist()
    assert watched.asked
    watched.asked.clear()
    assert tables.exist()
    tables.create()
    assert watched.asked == []


def case_a_failed_migration_leaves_no_table(database: Database) -> None:
    with raises(SqlError):
        migrate(database, "demo", ["CREATE TABLE demo (x INTEGER)", "this is not SQL"])
    assert schema_version(database, "demo") == 0
    with raises(SqlError):
        database.execute("SELECT * FROM demo")


def case_several_statements_run_as_one_and_are_undone_as_one(database: Database) -> None:
    database.run_all(
        [
            "CREATE TABLE t (x INTEGER)",
            "CREATE TABLE log (x INTEGER)",
            "CREATE TRIGGER noted AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.x); END",
            "INSERT INTO t VALUES (1)",
        ]
    )
    assert database.execute("SELECT x FROM log") == [{"x": 1}]
    with raises(SqlError):
        database.transaction(
            lambda: database.run_all(["INSERT INTO t VALUES (2)", "INSERT INTO nowhere VALUES (3)"])
        )
    assert database.execute("SELECT count(*) AS n FROM t") == [{"n": 1}]

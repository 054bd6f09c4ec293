"""What a store may ask of its database, and the limits both homes share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SqlValue: TypeAlias = "int | float | str | bytes | None"
Row: TypeAlias = dict[str, Any]
"""Columns by name. Any: the statement, not the type checker, knows what a column holds."""
Result = TypeVar("Result")

MAX_PARAMETERS = 100
MAX_LIKE_PATTERN_BYTES = 50
MAX_VALUE_BYTES = 2_000_000
MAX_INTEGER = 2**53 - 1
"""Durable Objects bind numbers as doubles: larger integers would change silently. Keep them as text."""


class SqlError(Exception):
    """A statement failed: syntax, constraint or storage. The message is the engine's."""


class SqlLimitError(SqlError):
    """A statement asked for more than the platform allows (parameters, value size, pattern, integer)."""


class Database(Protocol):
    """One SQLite database.

    `execute` runs exactly one statement with `?` placeholders and returns all its rows. `run_all` runs
    several that have neither, for one crossing to where the database is. `transaction` runs
    `work` and keeps its writes only if it returns; a call inside another joins the outer one. A store must
    not write BEGIN, COMMIT or SAVEPOINT itself, because a Durable Object refuses them.
    """

    def execute(self, statement: str, *parameters: SqlValue) -> list[Row]:
        """Run one statement and return its rows; raise SqlError."""
        ...

    def run_all(self, statements: Sequence[str]) -> None:
        """Run statements one after the other; raise SqlError for the first that fails."""
        ...

    def transaction(self, work: Callable[[], Result]) -> Result:
        """Return what `work` returns with its writes committed, or undo them and re-raise."""
        ...


def check_parameters(parameters: tuple[SqlValue, ...]) -> None:
    """Refuse what a Durable Object would refuse or change without a word."""
    if len(parameters) > MAX_PARAMETERS:
        raise SqlLimitError(f"{len(parameters)} bound parameters; at most {MAX_PARAMETERS} are allowed")
    for value in parameters:
        if isinstance(value, bool):
            raise SqlLimitError("a bool is not an SQL value here; bind 0 or 1")
        if isinstance(value, int) and abs(value) > MAX_INTEGER:
            raise SqlLimitError(f"integer {value} is beyond 2**53 - 1; keep it as text")
        if isinstance(value, (str, bytes)):
            size = len(value) if isinstance(value, bytes) else len(value.encode())
            if size > MAX_VALUE_BYTES:
                raise SqlLimitError(f"a value of {size} bytes; at most {MAX_VALUE_BYTES} are allowed")


def in_process(path: str | None = None) -> Database:
    """Open a database of this process: in memory, or the file at `path`."""
    from sql_port.sqlite import SqliteDatabase  # noqa: PLC0415 - the Worker has no sqlite3 module

    return SqliteDatabase(path)

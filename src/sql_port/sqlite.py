"""The port on sqlite3, with the platform's limits switched on."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING, TypeVar

from sql_port.port import (
    MAX_LIKE_PATTERN_BYTES,
    MAX_PARAMETERS,
    MAX_VALUE_BYTES,
    Row,
    SqlError,
    SqlLimitError,
    SqlValue,
    check_parameters,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Result = TypeVar("Result")

_LIMIT_MESSAGES = ("too big", "pattern too complex", "too many SQL variables")


class SqliteDatabase:
    """One sqlite3 connection that any thread may use: a lock serialises statements and transactions."""

    def __init__(self, path: str | None = None) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, MAX_PARAMETERS)
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, MAX_LIKE_PATTERN_BYTES)
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
        if path:
            self._connection.execute("PRAGMA journal_mode = WAL")

    def execute(self, statement: str, *parameters: SqlValue) -> list[Row]:
        """Run one statement and return its rows; raise SqlError."""
        check_parameters(parameters)
        with self._lock:
            try:
                return [dict(row) for row in self._connection.execute(statement, parameters)]
            except (sqlite3.Error, sqlite3.Warning) as error:
                kind = SqlLimitError if any(text in str(error) for text in _LIMIT_MESSAGES) else SqlError
                raise kind(str(error)) from error

    def run_all(self, statements: Sequence[str]) -> None:
        """Run statements one after the other; raise SqlError for the first that fails."""
        with self._lock:
            for statement in statements:
                self.execute(statement)

    def transaction(self, work: Callable[[], Result]) -> Result:
        """Return what `work` returns with its writes committed, or undo them and re-raise."""
        with self._lock:
            if self._depth:
                return work()
            self._depth += 1
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                result = work()
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1
            return result

    def close(self) -> None:
        """Release the connection; the database is unusable afterwards."""
        with self._lock:
            self._connection.close()

    def __del__(self) -> None:
        # The documented classes make a database of their own and have no `close`; their last reference is it.
        connection = getattr(self, "_connection", None)
        if connection is not None:
            connection.close()

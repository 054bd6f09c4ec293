"""`ctx.storage.sql` behind the SQL port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pyodide.ffi import JsException, create_once_callable, jsnull, to_js  # type: ignore[attr-defined]

from sql_port import SqlError, SqlLimitError, check_parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sql_port import Row, SqlValue

Result = TypeVar("Result")

_LARGEST_SMALL_INTEGER = 2**31 - 1
_LIMIT_MESSAGES = ("too big", "pattern too complex", "too many SQL variables", "wrong number of parameter")


class DurableDatabase:
    """The database of one Durable Object. Calls are synchronous: nothing interleaves within a method."""

    def __init__(self, storage: Any) -> None:  # noqa: ANN401 - a JavaScript object
        self._storage = storage
        self._exec = _unwrapped(storage).sql.exec
        self._in_transaction = False

    def execute(self, statement: str, *parameters: SqlValue) -> list[Row]:
        """Run one statement and return its rows; raise SqlError."""
        check_parameters(parameters)
        try:
            rows = self._exec(statement, *map(_bindable, parameters)).toArray().to_py()
        except JsException as error:
            raise _failure(error) from error
        return [{name: _value(value) for name, value in row.items()} for row in rows]

    def run_all(self, statements: Sequence[str]) -> None:
        """Run statements one after the other; raise SqlError for the first that fails."""
        try:
            self._exec(";\n".join(statements))
        except JsException as error:
            raise _failure(error) from error

    def transaction(self, work: Callable[[], Result]) -> Result:
        """Return what `work` returns with its writes committed, or undo them and re-raise."""
        if self._in_transaction:
            return work()
        results: list[Result] = []
        failures: list[BaseException] = []

        def run() -> None:
            try:
                results.append(work())
            except BaseException as error:
                # The class of an exception is lost on its way through JavaScript.
                failures.append(error)
                raise

        self._in_transaction = True
        try:
            self._storage.transactionSync(create_once_callable(run))
        except JsException as error:
            if failures:
                raise failures[0] from None
            raise SqlError(str(error)) from error
        finally:
            self._in_transaction = False
        return results[0]


def _failure(error: JsException) -> SqlError:
    message = str(error)
    kind = SqlLimitError if any(text in message for text in _LIMIT_MESSAGES) else SqlError
    return kind(message)


def _unwrapped(storage: Any) -> Any:  # noqa: ANN401 - a JavaScript object
    """Return the platform's own object: the SDK's wrapper costs 150 microseconds a statement.

    Its wrapper would serve as well, should it stop to name what it wraps.
    """
    return getattr(storage, "_binding", storage)


def _bindable(value: SqlValue) -> Any:  # noqa: ANN401 - what JavaScript makes of it
    """Return a value as SQL takes it: Pyodide makes a BigInt of a large int, and nothing good of None."""
    if value is None:
        return jsnull
    if isinstance(value, int):
        return float(value) if abs(value) > _LARGEST_SMALL_INTEGER else int(value)
    return to_js(value) if isinstance(value, bytes) else value


def _value(value: Any) -> SqlValue:  # noqa: ANN401 - what the binding made of a column
    if value is jsnull:
        return None
    return bytes(value) if isinstance(value, memoryview) else value

"""Many rows in one statement, within the number of parameters that a statement may bind."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sql_port import MAX_PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sql_port import Database, Row, SqlValue

Item = TypeVar("Item")


def insert_rows(database: Database, head: str, rows: Sequence[tuple[SqlValue, ...]], tail: str) -> list[Row]:
    """Run `head VALUES … tail` for all rows, in few statements, and return what they return."""
    returned: list[Row] = []
    for chunk in _chunks(rows, MAX_PARAMETERS // max(map(len, rows), default=1)):
        statement = f"{head} VALUES {_marks(chunk)} {tail}"
        returned += database.execute(statement, *(value for row in chunk for value in row))
    return returned


def known_values(database: Database, day: int, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those (dimension, value) pairs that the day has already."""
    known: set[tuple[str, str]] = set()
    for chunk in _chunks(list(pairs), (MAX_PARAMETERS - 1) // 2):
        # CROSS JOIN keeps the order: one key lookup for each wanted pair instead of a scan of the table.
        rows = database.execute(
            f"WITH wanted (dimension, value) AS (VALUES {_marks(chunk)})"  # noqa: S608 - marks only
            " SELECT click_values.dimension, click_values.value FROM wanted CROSS JOIN click_values"
            " ON click_values.dimension = wanted.dimension AND click_values.day = ?"
            " AND click_values.value = wanted.value",
            *(text for pair in chunk for text in pair),
            day,
        )
        known.update((row["dimension"], row["value"]) for row in rows)
    return known


def _marks(rows: Sequence[tuple[SqlValue, ...]]) -> str:
    return ", ".join([f"({', '.join('?' * len(rows[0]))})"] * len(rows))


def _chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))

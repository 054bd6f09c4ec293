"""CSV as RFC 4180 has it, read record by record with bounds.

The standard library's reader has one limit for the whole process and loses its place after an error; here a
record that breaks the grammar costs that record, and reading goes on at the next line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from link_transfer.bounds import MAX_CELL_BYTES, MAX_COLUMNS, check_size, check_text
from link_transfer.errors import CELL_TOO_LONG, MALFORMED_QUOTES, TOO_MANY_COLUMNS, TransferError

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE_END = re.compile(r"\r\n?|\n")
_EMPTY_LINES = re.compile(r"[\r\n]++")
_PLAIN = re.compile(r'[^",\r\n]*+')
_QUOTED = re.compile(r'"((?:[^"]++|"")*+)"')
_NEEDS_QUOTES = re.compile(r'[",\r\n]')
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def records(text: str) -> Iterator[tuple[int, list[str] | TransferError]]:
    """Yield the number of each record and its cells, or what is wrong with it.

    Empty lines are no records, but they are counted, as a spreadsheet counts them.
    """
    number, position = 0, 0
    while position < len(text):
        empty = _EMPTY_LINES.match(text, position)
        if empty:
            number, position = number + _line_ends(empty[0]), empty.end()
            continue
        number += 1
        end = _LINE_END.search(text, position)
        stop, following = end.span() if end else (len(text), len(text))
        try:
            if '"' in text[position:stop]:
                cells, following = _record(text, position)
            else:
                cells = _unquoted(text[position:stop])
            yield number, cells
        except TransferError as error:
            yield number, error
        position = following


def write_record(cells: list[str]) -> str:
    """Return one record with its line end."""
    return ",".join(map(_quoted, cells)) + "\r\n"


def guard(cell: str) -> str:
    """Return the cell so that no spreadsheet takes it for a formula: with an apostrophe in front.

    A cell that already has apostrophes before such a beginning gets one more, so that `unguard` is exact.
    """
    return "'" + cell if _FORMULA.match(cell) else cell


def unguard(cell: str) -> str:
    """Return a cell without the apostrophe that `guard` put there."""
    return cell[1:] if _GUARDED.match(cell) else cell


def _unquoted(line: str) -> list[str]:
    if line.count(",") >= MAX_COLUMNS:
        raise _too_many_columns()
    check_text(line)
    cells = line.split(",")
    for cell in cells:
        check_size(cell)
    return cells


def _record(text: str, position: int) -> tuple[list[str], int]:
    cells: list[str] = []
    while True:
        cell, position = _cell(text, position)
        check_text(cell)
        check_size(cell)
        cells.append(cell)
        if len(cells) > MAX_COLUMNS:
            raise _too_many_columns()
        if not text.startswith(",", position):
            break
        position += 1
    end = _LINE_END.match(text, position)
    if end is None and position < len(text):
        raise TransferError(MALFORMED_QUOTES, "a quote stands where the cell has no quotes around it")
    return cells, end.end() if end else position


def _cell(text: str, position: int) -> tuple[str, int]:
    if not text.startswith('"', position):
        plain = _PLAIN.match(text, position)
        assert plain is not None  # noqa: S101 - it matches nothing at least
        return plain[0], plain.end()
    limit = position + 2 * MAX_CELL_BYTES + 2
    quoted = _QUOTED.match(text, position, limit)
    if quoted is None and limit < len(text):
        raise TransferError(CELL_TOO_LONG, "a cell in quotes is too long, or its last quote is missing")
    if quoted is None:
        raise TransferError(MALFORMED_QUOTES, "a cell in quotes has no last quote")
    return quoted[1].replace('""', '"'), quoted.end()


def _line_ends(text: str) -> int:
    return text.count("\r") + text.count("\n") - text.count("\r\n")


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if _NEEDS_QUOTES.search(cell) else cell


def _too_many_columns() -> TransferError:
    return TransferError(TOO_MANY_COLUMNS, f"there are more than {MAX_COLUMNS} columns")

"""From the text of a file to its rows: records under a header, or JSON objects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from link_transfer.bounds import check_size
from link_transfer.csv_text import records, unguard
from link_transfer.errors import (
    DUPLICATE_COLUMN,
    DUPLICATE_FIELD,
    EMPTY_FILE,
    MISSING_COLUMN,
    NO_LINKS,
    RAGGED_ROW,
    UNKNOWN_COLUMN,
    UNSUPPORTED_VERSION,
    TransferError,
    named,
)
from link_transfer.json_text import Member, decode_object, decode_value, document, members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_EMPTY_LINES = re.compile(r"(?:[ \t\r]*+(?:\n|\Z))++")


class Row(NamedTuple):
    """A row by its number, and what it holds or what is wrong with it."""

    number: int
    content: Mapping[str, Any] | TransferError


def own_records(text: str, columns: Sequence[str], required: str) -> Iterator[Row]:
    """Yield the records of a table whose columns are all known and in any order; empty cells are left out.

    As in a spreadsheet the header is row 1, and empty lines count.
    """
    table = records(text)
    header = [name.strip().lower() for name in _header(table)]
    unknown = [name for name in header if name not in columns]
    if unknown:
        raise TransferError(UNKNOWN_COLUMN, f"there is no column {named(unknown[0])}")
    if required not in header:
        raise TransferError(MISSING_COLUMN, f"the column {required!r} is missing")
    for number, content in _records_under(header, table):
        if isinstance(content, TransferError):
            yield Row(number, content)
        else:
            yield Row(number, {name: unguard(cell) for name, cell in content.items()})


def foreign_records(text: str) -> Iterator[Row]:
    """Yield the records of another product's table; columns go by `plain_name`, empty cells are left out."""
    table = records(text)
    yield from _records_under([plain_name(name) for name in _header(table)], table)


def plain_name(column: str) -> str:
    """Return a column's name without case, spaces and punctuation: products and versions differ in them."""
    return "".join(filter(str.isalnum, column.lower()))


def json_objects(
    text: str, paths: Sequence[tuple[str, ...]], is_known_version: Callable[[object], bool] | None = None
) -> Iterator[Row]:
    """Yield the links of a JSON document, from 1, that are at the first of these paths that it has.

    With `is_known_version` the document must be an object whose "version" is one of those.
    """
    whole = document(text)
    if is_known_version is not None:
        version = _inside(text, whole).get("version")
        if version is None or not is_known_version(_short_value(text[version.start : version.end])):
            raise TransferError(UNSUPPORTED_VERSION, "the version of the file is missing or not known")
    found = next(filter(None, (_at(text, whole, path) for path in paths)), None)
    if found is None:
        raise TransferError(NO_LINKS, "the file has no list of links where this format has it")
    for number, member in enumerate(members(text, found), 1):
        yield Row(number, _object(text[member.start : member.end]))


def json_lines(text: str) -> Iterator[Row]:
    """Yield the objects of JSON Lines by the number of their line; empty lines are left out."""
    number, position = 0, 0
    while position < len(text):
        empty = _EMPTY_LINES.match(text, position)
        if empty:
            number, position = number + empty[0].count("\n"), empty.end()
            continue
        line = _line(text, position)
        number, position = number + 1, position + len(line) + 1
        yield Row(number, _object(line))


def _line(text: str, position: int) -> str:
    end = text.find("\n", position)
    return text[position:end] if end >= 0 else text[position:]


def _object(text: str) -> Mapping[str, Any] | TransferError:
    try:
        return decode_object(text)
    except TransferError as error:
        return error


def _short_value(text: str) -> object:
    check_size(text)
    return decode_value(text)


def _header(table: Iterator[tuple[int, list[str] | TransferError]]) -> list[str]:
    _, cells = next(table, (0, TransferError(EMPTY_FILE, "the file is empty")))
    if isinstance(cells, TransferError):
        raise cells
    return cells


def _records_under(
    header: list[str], table: Iterator[tuple[int, list[str] | TransferError]]
) -> Iterator[Row]:
    double = [name for name in header if name and header.count(name) > 1]
    if double:
        raise TransferError(DUPLICATE_COLUMN, f"the column {named(double[0])} is there twice")
    for number, cells in table:
        if isinstance(cells, TransferError):
            yield Row(number, cells)
        elif len(cells) != len(header):
            yield Row(number, TransferError(RAGGED_ROW, f"{len(cells)} cells under {len(header)} columns"))
        else:
            pairs = zip(header, cells, strict=True)
            yield Row(number, {name: cell for name, cell in pairs if name and cell})


def _at(text: str, container: Member, path: tuple[str, ...]) -> Member | None:
    for name in path:
        inner = _inside(text, container).get(name)
        if inner is None:
            return None
        container = inner
    if text.startswith("[", container.start) or (path and text.startswith("{", container.start)):
        return container
    return None


def _inside(text: str, container: Member) -> dict[str, Member]:
    if not text.startswith("{", container.start):
        return {}
    found: dict[str, Member] = {}
    for member in members(text, container):
        if member.name in found:
            raise TransferError(DUPLICATE_FIELD, f"the field {named(member.name)} is there twice")
        found[member.name] = member
    return found

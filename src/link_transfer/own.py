"""Our own formats, CSV, JSON and JSON Lines; what is written is read back exactly.

- CSV: RFC 4180 in UTF-8 with a header, the columns being the fields of `LinkDraft` in any order. An empty
  cell is a field at its default. Times are ISO 8601 or seconds since the epoch. Tags stand between commas,
  or are a JSON list where one has a comma, a quote or a space at its end; `metadata` and `utm` are JSON
  objects, `rules` and `split` JSON lists. Aliases stand between commas, or are a JSON object with the time
  each ends, or null. A cell that a spreadsheet would take for a formula has an apostrophe in front.
- JSON: `{"version": 1, "links": [{"target": "https://…", …}, …]}`, times in seconds. JSON Lines: one link a
  line.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from link_transfer import shapes
from link_transfer.bounds import check_values
from link_transfer.carried import Carried, split_tags
from link_transfer.csv_text import guard, write_record
from link_transfer.draft import FIELDS, LinkDraft
from link_transfer.errors import INVALID_TAGS, TransferError
from link_transfer.json_text import decode_value
from link_transfer.rows import Row, json_objects, own_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

VERSION = 1


def read_csv(text: str) -> Iterator[Row]:
    """Yield the rows of our CSV; unknown columns are refused by name."""
    return own_records(text, FIELDS, "target")


def read_json(text: str) -> Iterator[Row]:
    """Yield the links of our JSON."""
    return json_objects(text, [("links",)], lambda version: type(version) is int and version == VERSION)


def of_cells(cells: Mapping[str, str]) -> Carried:
    """Return the link of a CSV row."""
    return of_fields({name: _CELL_READERS.get(name, str)(cell) for name, cell in cells.items()})


def of_fields(fields: Mapping[str, Any]) -> Carried:
    """Return the link of a JSON object."""
    return Carried(LinkDraft.from_fields(fields))


def write_csv(links: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield CSV, a record at a time."""
    yield write_record(list(FIELDS))
    for link in links:
        fields = _checked(link)
        yield write_record([guard(_cell(name, fields[name])) if name in fields else "" for name in FIELDS])


def write_json(links: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a JSON document, a link at a time."""
    yield f'{{"version":{VERSION},"links":['
    separator = "\n"
    for link in links:
        yield separator + _json(_checked(link))
        separator = ",\n"
    yield "\n]}\n"


def write_json_lines(links: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield JSON Lines."""
    for link in links:
        yield _json(_checked(link)) + "\n"


def _checked(link: Mapping[str, Any]) -> dict[str, Any]:
    fields = LinkDraft.from_fields(link).to_fields()
    check_values(fields)
    return fields


def _cell(name: str, value: object) -> str:
    writer = _CELL_WRITERS.get(name)
    if writer is not None:
        return writer(value)
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _aliases_of_cell(cell: str) -> object:
    return decode_value(cell) if cell.startswith("{") else split_tags(cell, ",")


def _cell_of_aliases(aliases: dict[str, float | None]) -> str:
    joined = ", ".join(aliases)
    is_plain = not any(end is not None for end in aliases.values()) and not joined.startswith("{")
    return joined if is_plain and split_tags(joined, ",") == list(aliases) else _json(aliases)


def _tags_of_cell(cell: str) -> object:
    if not cell.startswith("["):
        return split_tags(cell, ",")
    try:
        return decode_value(cell)
    except TransferError as error:
        raise TransferError(INVALID_TAGS, f"tags: {error}") from error


def _cell_of_tags(tags: list[str]) -> str:
    joined = ", ".join(tags)
    return joined if _tags_as_split(joined) == tags else _json(tags)


def _tags_as_split(cell: str) -> list[str] | None:
    return None if cell.startswith("[") else split_tags(cell, ",")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


_CELL_READERS: dict[str, Callable[[str], object]] = {
    "tags": _tags_of_cell,
    "metadata": decode_value,
    "utm": decode_value,
    "rules": decode_value,
    "split": decode_value,
    "aliases": _aliases_of_cell,
}
_CELL_WRITERS: dict[str, Callable[[Any], str]] = {
    "tags": _cell_of_tags,
    "metadata": _json,
    "utm": _json,
    "rules": _json,
    "split": _json,
    "aliases": _cell_of_aliases,
    "created_at": shapes.written_moment,
    "starts_at": shapes.written_moment,
    "expires_at": shapes.written_moment,
}

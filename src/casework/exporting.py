"""The trail as text, record by record: JSON Lines for machines, CSV for spreadsheets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from casework import inputs
from casework.errors import CaseworkInputError
from moderation.audit_chain import canonical_json
from moderation.model import ModerationInputError
from moderation.timestamps import range_end, range_start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from moderation.audit_store import AuditRecord, AuditStore

PAGE_RECORDS = 500
COLUMNS = (
    "seq",
    "at",
    "kind",
    "event_id",
    "subject",
    "decision",
    "moderator",
    "reason",
    "notes",
    "redacted",
    "payload",
    "payload_hash",
    "previous_hash",
    "hash",
)


class ExportPage(TypedDict):
    """Some records as text, and behind which number to go on; None at the end."""

    text: str
    next: int | None


def records(
    audit: AuditStore, start: str | None = None, end: str | None = None, after: int = 0
) -> Iterator[AuditRecord]:
    """Yield the records of a span of time, both ends included, redacted ones too; memory does not grow.

    A time without an offset is UTC, an end without time of day means the whole day.
    """
    first, last = _span(start, end)
    while page := audit.page(after, PAGE_RECORDS, first, last):
        yield from page
        after = page[-1]["seq"]


def json_lines(exported: Iterable[AuditRecord]) -> Iterator[str]:
    """Yield one JSON object a line, with all that a reader needs to check the hashes."""
    for record in exported:
        yield canonical_json(dict(record)) + "\n"


def csv_lines(exported: Iterable[AuditRecord], *, header: bool = True) -> Iterator[str]:
    """Yield CSV as RFC 4180 has it; no cell is a formula to a spreadsheet."""
    # Loading the readers of other products' files takes time that no other call should pay for.
    from link_transfer.csv_text import guard, write_record  # noqa: PLC0415

    if header:
        yield write_record(list(COLUMNS))
    for record in exported:
        yield write_record([guard(cell) for cell in _cells(record)])


_FORMATS: dict[str, Callable[[list[AuditRecord], bool], Iterator[str]]] = {
    "jsonl": lambda some, _: json_lines(some),
    "csv": lambda some, is_first: csv_lines(some, header=is_first),
}


def export_page(audit: AuditStore, query: Mapping[str, Any]) -> ExportPage:
    """Return a page of an export: `format` (jsonl or csv), `start`, `end`, `after` (a page's `next`).

    The pages of a span put together are its export.
    """
    write = _FORMATS.get(query.get("format", "jsonl"))
    if write is None:
        raise CaseworkInputError(f"format is one of {', '.join(_FORMATS)}")
    first, last = _span(query.get("start"), query.get("end"))
    after = inputs.optional(query, "after", None)
    behind = 0 if after is None else inputs.whole("after", after, 0, 2**53 - 1)
    page = audit.page(behind, PAGE_RECORDS, first, last)
    text = "".join(write(page, after is None))
    return {"text": text, "next": page[-1]["seq"] if len(page) == PAGE_RECORDS else None}


def _span(start: str | None, end: str | None) -> tuple[str | None, str | None]:
    try:
        first = None if start is None else range_start(start)
        last = None if end is None else range_end(end)
    except ModerationInputError as error:
        raise CaseworkInputError(str(error)) from error
    if first and last and first > last:
        raise CaseworkInputError("start lies after end")
    return first, last


def _cells(record: AuditRecord) -> list[str]:
    payload = record["payload"]
    fields = payload or {}
    said = {"subject": fields.get("asset_id"), "redacted": "yes" if payload is None else ""}
    said["payload"] = "" if payload is None else canonical_json(payload)
    return [_cell({**fields, **record, **said}.get(column)) for column in COLUMNS]


def _cell(value: object) -> str:
    return "" if value is None else str(value)

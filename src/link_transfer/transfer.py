"""Reading and writing files of links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from link_transfer import bitly, dub, own, shlink, sink, yourls
from link_transfer.bounds import MAX_ROWS, decode
from link_transfer.draft import DraftResult, RowDraft, RowError
from link_transfer.errors import TOO_MANY_ROWS, TransferError
from link_transfer.formats import Format
from link_transfer.rows import Row, foreign_records, json_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from link_transfer.carried import Carried


class _Source(NamedTuple):
    """How a format's text becomes rows, and a row becomes a link."""

    rows: Callable[[str], Iterator[Row]]
    link: Callable[[Mapping[str, Any]], Carried]


_SOURCES = {
    Format.CSV: _Source(own.read_csv, own.of_cells),
    Format.JSON: _Source(own.read_json, own.of_fields),
    Format.JSON_LINES: _Source(json_lines, own.of_fields),
    Format.BITLY_CSV: _Source(foreign_records, bitly.of_cells),
    Format.BITLY_JSON: _Source(bitly.read_json, bitly.of_object),
    Format.DUB_CSV: _Source(foreign_records, dub.of_cells),
    Format.DUB_JSON: _Source(dub.read_json, dub.of_object),
    Format.SHLINK_CSV: _Source(foreign_records, shlink.of_cells),
    Format.SHLINK_JSON: _Source(shlink.read_json, shlink.of_object),
    Format.SINK_JSON: _Source(sink.read_json, sink.of_object),
    Format.YOURLS_CSV: _Source(foreign_records, yourls.of_cells),
    Format.YOURLS_JSON: _Source(yourls.read_json, yourls.of_object),
}
_WRITERS = {
    Format.CSV: own.write_csv,
    Format.JSON: own.write_json,
    Format.JSON_LINES: own.write_json_lines,
}


def read(data: bytes, kind: Format) -> Iterator[DraftResult]:
    """Yield a draft or an error for each row of a file; a bad row does not stop the rest.

    In CSV the header is row 1, in JSON the first link; in JSON Lines the row is the line. An error in row 0
    is about the file itself, and nothing follows it; nor does anything follow one row too many.
    """
    source = _SOURCES[kind]
    try:
        for count, row in enumerate(source.rows(decode(data)), 1):
            if count > MAX_ROWS:
                yield RowError(row.number, TOO_MANY_ROWS, f"there are more than {MAX_ROWS} links")
                return
            yield _result(row, source.link)
    except TransferError as error:
        yield RowError(0, error.code, str(error))


def write(links: Iterable[Mapping[str, Any]], kind: Format) -> Iterator[str]:
    """Yield the text of a file piece by piece; each link has the fields of `LinkDraft`, as in `to_fields`.

    Only our own formats are written. A link that has no target, an unknown field, a value of the wrong type,
    a NUL or half a surrogate pair raises TransferError.
    """
    if kind not in _WRITERS:
        raise ValueError(f"files of links are not written in the format {kind.value!r}")
    return _WRITERS[kind](links)


def _result(row: Row, link: Callable[[Mapping[str, Any]], Carried]) -> DraftResult:
    try:
        if isinstance(row.content, TransferError):
            raise row.content
        carried = link(row.content)
    except TransferError as error:
        return RowError(row.number, error.code, str(error))
    return RowDraft(row.number, carried.draft, carried.left_out)

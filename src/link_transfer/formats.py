"""The formats of files of links, and which of them a file seems to be in."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from link_transfer.csv_text import records
from link_transfer.rows import plain_name

if TYPE_CHECKING:
    from collections.abc import Iterator


class Format(StrEnum):
    """Ours, which are written too, and those of other products, which are only read."""

    CSV = "csv"
    JSON = "json"
    JSON_LINES = "jsonl"
    BITLY_CSV = "bitly_csv"
    BITLY_JSON = "bitly_json"
    DUB_CSV = "dub_csv"
    DUB_JSON = "dub_json"
    SHLINK_CSV = "shlink_csv"
    SHLINK_JSON = "shlink_json"
    SINK_JSON = "sink_json"
    YOURLS_CSV = "yourls_csv"
    YOURLS_JSON = "yourls_json"


_ENDINGS = {
    ".csv": Format.CSV,
    ".json": Format.JSON,
    ".jsonl": Format.JSON_LINES,
    ".ndjson": Format.JSON_LINES,
}
_CONTENT_TYPES = {
    "text/csv": Format.CSV,
    "application/csv": Format.CSV,
    "application/json": Format.JSON,
    "application/jsonl": Format.JSON_LINES,
    "application/x-ndjson": Format.JSON_LINES,
}
_JSON_TOKEN = re.compile(r'"((?:[^"\\]++|\\.)*+)"(\s*+:)?|([\[{])|[\]}]', re.DOTALL)

# The first set of columns that a header has all of decides; narrower sets stand before wider ones.
_TABLES = (
    ({"keyword", "url"}, Format.YOURLS_CSV),
    ({"source", "target", "hits"}, Format.YOURLS_CSV),
    ({"target"}, Format.CSV),
    ({"shortlink", "destinationurl"}, Format.DUB_CSV),
    ({"bitlink"}, Format.BITLY_CSV),
    ({"customlink"}, Format.BITLY_CSV),
    ({"link", "destinationurl"}, Format.BITLY_CSV),
    ({"link", "longurl"}, Format.BITLY_CSV),
    ({"shortlink", "longurl"}, Format.BITLY_CSV),
    ({"longurl", "shortcode"}, Format.SHLINK_CSV),
    ({"longurl", "shorturl"}, Format.SHLINK_CSV),
)
# A name and the level it is at, counted from 1 for the outermost brackets.
_DOCUMENTS = (
    ((1, "shortUrls"), Format.SHLINK_JSON),
    ((1, "exportedAt"), Format.SINK_JSON),
    ((1, "pagination"), Format.BITLY_JSON),
    ((1, "statusCode"), Format.YOURLS_JSON),
    ((1, "target"), Format.JSON_LINES),
    ((2, "link_1"), Format.YOURLS_JSON),
    ((2, "long_url"), Format.BITLY_JSON),
    ((2, "shortLink"), Format.DUB_JSON),
    ((3, "target"), Format.JSON),
    ((3, "slug"), Format.SINK_JSON),
    ((3, "long_url"), Format.BITLY_JSON),
    ((3, "keyword"), Format.YOURLS_JSON),
    ((1, "version"), Format.JSON),
)


def detect(
    filename: str | None, content_type: str | None, head: bytes, explicit: Format | None = None
) -> Format | None:
    """Return the format of a file that begins with `head`, or None when nothing tells.

    The explicit format always wins, then what the content shows, then the file's name, then its media type;
    name and type stand for our own formats. A few KiB of the file are enough.
    """
    if explicit is not None:
        return explicit
    text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").lstrip()
    shown = _of_document(text) if text.startswith(("{", "[")) else _of_table(text)
    if shown is not None:
        return shown
    ending = re.search(r"\.[a-z]+$", (filename or "").lower())
    named = _ENDINGS.get(ending[0]) if ending else None
    return named or _CONTENT_TYPES.get((content_type or "").partition(";")[0].strip().lower())


def _of_table(text: str) -> Format | None:
    _, header = next(records(text), (0, None))
    if not isinstance(header, list):
        return None
    columns = {plain_name(name) for name in header}
    return next((found for needed, found in _TABLES if needed <= columns), None)


def _of_document(text: str) -> Format | None:
    names = set(_names(text))
    return next((found for name, found in _DOCUMENTS if name in names), None)


def _names(text: str) -> Iterator[tuple[int, str]]:
    level = 0
    for token in _JSON_TOKEN.finditer(text):
        name, colon, opening = token.groups()
        if opening:
            level += 1
        elif name is None:
            level -= 1
        elif colon:
            yield level, name

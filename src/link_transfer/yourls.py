"""Links exported from YOURLS.

- JSON: the API's `stats` action, described at yourls.org/docs/guide/advanced/api (`yourls_get_stats` in
  github.com/YOURLS/YOURLS): `{"links": {"link_1": {"shorturl", "url", "title", "timestamp", "ip",
  "clicks"}, …}, "stats": {…}, "statusCode"}`, without "links" when there are none. The `list` action that
  Shlink's importer plugin adds has `{"result": [{"keyword", …}]}`.
- CSV: the table of links (keyword, url, title, timestamp, ip, clicks) as database tools export it, where a
  missing title may be NULL or \\N; and the export of the plugin YOURLS Import Export (source, target,
  hits), whose source is the keyword between slashes.

Times have no zone and are the database's; they are taken as UTC, which is not certain. The address of who
created a link is personal data and deliberately not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from link_transfer.carried import Carried, carry, code_of
from link_transfer.rows import Row, json_objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NULLS = ("NULL", "\\N")


def read_json(text: str) -> Iterator[Row]:
    """Yield the links of YOURLS's API."""
    return json_objects(text, [("links",), ("result",)])


def of_object(link: Mapping[str, Any]) -> Carried:
    """Return a link of YOURLS's API."""
    fields = {
        "target": link.get("url"),
        "code": link.get("keyword") or code_of(link.get("shorturl")),
        "title": link.get("title"),
    }
    return carry(link, fields, {"created_at": "timestamp", "clicks": "clicks"})


def of_cells(cells: Mapping[str, str]) -> Carried:
    """Return a link of one of the CSV exports of YOURLS."""
    if "source" in cells:
        fields = {"target": cells.get("target"), "code": cells["source"].strip("/")}
        return carry(cells, fields, {"clicks": "hits"})
    title = cells.get("title")
    fields = {
        "target": cells.get("url"),
        "code": cells.get("keyword"),
        "title": None if title in _NULLS else title,
    }
    return carry(cells, fields, {"created_at": "timestamp", "clicks": "clicks"})

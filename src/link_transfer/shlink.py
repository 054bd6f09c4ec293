"""Links exported from Shlink.

- JSON: answers of `GET /rest/v3/short-urls`, described in docs/swagger of github.com/shlinkio/shlink:
  `{"shortUrls": {"data": [{"shortCode", "shortUrl", "longUrl", "dateCreated", "visitsSummary", "tags",
  "meta", "title", "forwardQuery", …}], "pagination": {…}}}`; older servers have `visitsCount` for the
  summary.
- CSV: what Shlink's web client writes (`ExportShortUrlsBtn` in github.com/shlinkio/shlink-web-component):
  createdAt, domain, shortCode, shortUrl, longUrl, title, tags between bars, visits. The importer of Shlink
  (github.com/shlinkio/shlink-importer) takes the same names with spaces and in any case, and tags between
  commas; so do we. The CSV has neither dates nor limits of visits: export through the API where links have
  them.

Shlink limits visits by all there ever were, as a draft does. Redirect rules are another request of the API
and are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from link_transfer import shapes
from link_transfer.carried import Carried, carry, code_of, split_tags
from link_transfer.rows import Row, json_objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_UNHELD = ("hasRedirectRules", "deviceLongUrls")


def read_json(text: str) -> Iterator[Row]:
    """Yield the links of Shlink's API."""
    return json_objects(text, [("shortUrls", "data"), ("data",), ()])


def of_object(link: Mapping[str, Any]) -> Carried:
    """Return a link of Shlink's API."""
    meta, summary = _object(link.get("meta")), _object(link.get("visitsSummary"))
    visits = summary.get("total", link.get("visitsCount"))
    fields = {
        "target": link.get("longUrl"),
        "code": link.get("shortCode") or code_of(link.get("shortUrl")),
        "title": link.get("title"),
        "tags": link.get("tags"),
        "starts_at": meta.get("validSince"),
        "expires_at": meta.get("validUntil"),
        "forward_query": link.get("forwardQuery"),
        "max_clicks": meta.get("maxVisits"),
    }
    if meta.get("maxVisits") is not None and visits:
        # What remains of a limit depends on the visits: here an unreadable number costs the row.
        fields["clicks"] = shapes.whole(visits)
    row = {**link, "visits": visits}
    return carry(row, fields, {"created_at": "dateCreated", "clicks": "visits"}, _UNHELD)


def of_cells(cells: Mapping[str, str]) -> Carried:
    """Return a link of the CSV of Shlink's web client."""
    tags = cells.get("tags", "")
    fields = {
        "target": cells.get("longurl"),
        "code": cells.get("shortcode") or code_of(cells.get("shorturl")),
        "title": cells.get("title"),
        "tags": split_tags(tags, "," if "," in tags else "|"),
    }
    return carry(cells, fields, {"created_at": "createdat", "clicks": "visits"})


def _object(value: object) -> dict[str, Any]:
    return {} if value is None else shapes.mapping(value)

"""Links exported from Bitly.

- JSON: answers of `GET /v4/groups/{guid}/bitlinks`, described at
  dev.bitly.com/api-reference/#getBitlinksByGroup: `{"links": [{"created_at", "id", "link",
  "custom_bitlinks", "long_url", "title", "archived", "tags", "deeplinks", …}], "pagination": {…}}`; a bare
  list of such links is read too.
- CSV: the columns of the web application's export are not documented. Guides of others that read it name
  "Link", "Custom Link" and "Destination URL" (URLR), or "Bitlink", "Long URL", "Title", "Tags", "Created"
  and "Total Clicks"; all of these are understood, and an unreadable date, whose format is not certain, does
  not cost a row.

A link with custom back-halves keeps the first of them; the others, and the random one, are its
`imported_aliases`. An archived Bitly link still redirects. Deep links into apps are left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from link_transfer.carried import Carried, carry, coded, codes_of, first, present, split_tags
from link_transfer.rows import Row, json_objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TARGET = ("longurl", "destinationurl", "originalurl", "destination")
_CUSTOM = ("customlink", "customlinks", "custombitlink", "custombitlinks")
_LINK = ("bitlink", "link", "shortlink", "shorturl")
_CREATED = ("created", "createdat", "datecreated", "createddate")
_CLICKS = ("totalclicks", "clicks", "totalengagements", "engagements")


def read_json(text: str) -> Iterator[Row]:
    """Yield the links of Bitly's API."""
    return json_objects(text, [("links",), ()])


def of_object(link: Mapping[str, Any]) -> Carried:
    """Return a link of Bitly's API."""
    custom = link.get("custom_bitlinks")
    short_urls = [*custom] if isinstance(custom, list) else []
    fields = coded(codes_of([*short_urls, first(link, ("link", "id"))]))
    fields |= {"target": link.get("long_url"), "title": link.get("title"), "tags": link.get("tags")}
    informing = {"created_at": "created_at", "archived": "archived"}
    return carry(link, fields, informing, ["deeplinks"])


def of_cells(cells: Mapping[str, str]) -> Carried:
    """Return a link of Bitly's CSV."""
    custom = re.split(r"[\s,;|]+", first(cells, _CUSTOM) or "")
    fields = coded(codes_of([*custom, first(cells, _LINK)]))
    fields |= {
        "target": first(cells, _TARGET),
        "title": cells.get("title"),
        "tags": split_tags(first(cells, ("tags", "tag")) or "", ",;|"),
    }
    informing = {"created_at": present(cells, _CREATED), "clicks": present(cells, _CLICKS)}
    return carry(cells, fields, informing | {"archived": "archived"})

"""Links exported from Dub.

- JSON: answers of `GET /links`, described at dub.co/docs/api-reference; the schema is `LinkSchema` in
  apps/web/lib/zod/schemas/links.ts of github.com/dubinc/dub. A list of links, or an object with "links".
- CSV: the export of the web application, `exportLinksColumns` in the same file: "Short link", "Destination
  URL", "Clicks", "Created at" by default, "Tags" (joined by commas) and "Archived" ("Yes" or "No") on
  request, and figures of sales that are ignored. Dub, too, puts an apostrophe before what looks like a
  formula. In the version read, "Archived" seems to say "No" of every link.

Dub adds a link's UTM parameters to its `url` itself; they are kept as fields as well. An archived link
still redirects, one with `disabledAt` does not. The link of a bare domain, `_root`, gets a new code. The
CSV has neither passwords nor dates of expiry: export through the API where links have them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from link_transfer.carried import Carried, carry, code_of, split_tags
from link_transfer.csv_text import unguard
from link_transfer.rows import Row, json_objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
_UNHELD = ("expiredUrl", "ios", "android", "geo", "testVariants", "rewrite", "image", "video")


def read_json(text: str) -> Iterator[Row]:
    """Yield the links of Dub's API."""
    return json_objects(text, [(), ("links",)])


def of_object(link: Mapping[str, Any]) -> Carried:
    """Return a link of Dub's API."""
    key = link.get("key")
    notes = {"comment": link.get("comments"), "external_id": link.get("externalId")}
    fields = {
        "target": link.get("url"),
        "code": "" if key == "_root" else key or code_of(link.get("shortLink")),
        "title": link.get("title"),
        "description": link.get("description"),
        "tags": _tags(link.get("tags")),
        "metadata": {name: value for name, value in notes.items() if value},
        "expires_at": link.get("expiresAt"),
        "password": link.get("password"),
        "utm": {name: link[name] for name in _UTM if link.get(name)},
        "disabled": bool(link.get("disabledAt")),
    }
    informing = {"created_at": "createdAt", "clicks": "clicks", "archived": "archived"}
    return carry(link, fields, informing, _UNHELD)


def of_cells(cells: Mapping[str, str]) -> Carried:
    """Return a link of Dub's CSV."""
    read = {name: unguard(cell) for name, cell in cells.items()}
    fields = {
        "target": read.get("destinationurl"),
        "code": code_of(read.get("shortlink")),
        "tags": split_tags(read.get("tags", ""), ","),
    }
    return carry(read, fields, {"created_at": "createdat", "clicks": "clicks", "archived": "archived"})


def _tags(tags: object) -> object:
    if not isinstance(tags, list):
        return tags
    return [one.get("name") if isinstance(one, dict) else one for one in tags]

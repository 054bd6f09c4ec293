"""Links exported from Sink.

JSON as its dashboard saves it: `{"version": "1.0", "exportedAt", "count", "links": [{"id", "url", "slug",
"comment", "createdAt", "updatedAt", "expiration", "title", "description", "image", "apple", "google",
"cloaking", "redirectWithQuery", "password", "unsafe", "geo", "tags"}]}`, times in seconds; the schema is
shared/schemas/link.ts, the account docs/features/import-export.md of github.com/miantiao-me/Sink (before:
ccbikai/Sink). A page of the export API has "cursor" and "list_complete" as well. Only version 1.0 is known.

Sink exports passwords as its own hashes (`sink-pwd:v1:…`), early versions as plain words. A hash cannot be
carried, and without it the link would be open to all: such a row is an error until its password is replaced
or removed. Sink does not export clicks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from link_transfer.carried import Carried, carry
from link_transfer.errors import UNREADABLE_PASSWORD, TransferError
from link_transfer.rows import Row, json_objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_UNREADABLE = ("sink-pwd:", "__SINK_MASKED__")
_UNHELD = ("apple", "google", "geo", "cloaking", "unsafe", "image")


def read_json(text: str) -> Iterator[Row]:
    """Yield the links of Sink's export."""
    return json_objects(text, [("links",)], _is_known_version)


def of_object(link: Mapping[str, Any]) -> Carried:
    """Return a link of Sink's export."""
    password, comment = link.get("password"), link.get("comment")
    if isinstance(password, str) and password.startswith(_UNREADABLE):
        raise TransferError(UNREADABLE_PASSWORD, "the password is hashed; put a new one in its place")
    fields = {
        "target": link.get("url"),
        "code": link.get("slug"),
        "title": link.get("title"),
        "description": link.get("description"),
        "tags": link.get("tags"),
        "metadata": {"comment": comment} if comment else {},
        "expires_at": link.get("expiration"),
        "password": password,
        "forward_query": link.get("redirectWithQuery"),
    }
    return carry(link, fields, {"created_at": "createdAt"}, _UNHELD)


def _is_known_version(version: object) -> bool:
    return isinstance(version, str) and version.partition(".")[0] == "1"

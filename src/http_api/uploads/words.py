"""What is said about a file beside it: pairs of names and texts, checked like any other request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets.references import Reference
from http_api.errors import invalid_field
from http_api.links.validating import validated
from http_api.schemas.uploads import UploadWords

if TYPE_CHECKING:
    from collections.abc import Iterable

    from http_api.services import Services

_LIST = "tags"


def words_of(pairs: Iterable[tuple[str, str]], place: str, ports: Services) -> UploadWords:
    """Return the words that a form or a query has, or raise ApiError with every one that is not valid.

    `tags` may be repeated, separated by commas, or both; any other name occurs once. `place` says where they
    were.
    """
    found: dict[str, Any] = {}
    for name, text in pairs:
        if name == _LIST:
            found.setdefault(_LIST, []).extend(tag for tag in text.split(",") if tag.strip())
        elif name in found:
            raise invalid_field(f"{place}.{name[:200]}", "repeated_field", "the field occurs twice")
        else:
            found[name] = text
    return validated(UploadWords, found, ports, place=(place,))


def reference_of(words: UploadWords, account_id: str, now: float) -> Reference:
    """Return the reference that an upload makes for its account."""
    return Reference(
        account_id=account_id,
        created_at=now,
        visibility=words.visibility,
        title=words.title,
        tags=tuple(words.tags),
        description=words.description,
    )

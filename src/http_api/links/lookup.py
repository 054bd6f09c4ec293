"""Finding links by any code that names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from http_api.concurrency import map_concurrently
from http_api.errors import ApiError
from http_api.schemas.views import LinkView, link_view, visible_code
from sharelinks.codes import parse_code
from sharelinks.record import DELETED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from http_api.auth import Caller
    from library import CodePage
    from sharelinks.store import StoredLink


async def find_link(caller: Caller, code: str, *, deleted: bool = False) -> StoredLink:
    """Return the link that a code, its alias or its former code names; 404 for what the caller may not see.

    With `deleted`, only a deleted link is found.
    """
    stored = await _read(caller, code)
    if stored is not None and stored.record.alias_of is not None:
        is_removed = stored.record.state == DELETED
        stored = None if is_removed else await caller.ports.links.read(stored.record.alias_of)
    if stored is None or not caller.may_see(stored.record.account_id):
        raise unknown_link()
    if (stored.record.state == DELETED) is not deleted:
        raise unknown_link()
    return stored


async def find_own_code(caller: Caller, code: str) -> StoredLink:
    """Return the link whose own code this is: 409 for an alias, which must not take its link along."""
    stored = await find_link(caller, code)
    if caller.ports.canonical_code(code) not in {stored.record.code, visible_code(stored.record)}:
        raise ApiError(409, "alias_of_link", "This code is an alias; use the link's own code.")
    return stored


async def view_of(caller: Caller, stored: StoredLink) -> LinkView:
    """Return a link as its owner sees it, aliases included."""
    record = stored.record
    aliases = await caller.ports.libraries.aliases(record.account_id, [record.code])
    return link_view(stored, aliases.get(record.code, ()), caller.ports)


async def views_of(caller: Caller, codes: Sequence[str]) -> list[LinkView]:
    """Return the links of an account's library with exact clicks, read from their owners at once.

    A link deleted a moment ago is left out.
    """
    ports = caller.ports
    found = await map_concurrently(ports.links.read, codes)
    links = [stored for stored in found if stored is not None and stored.record.state != DELETED]
    homes = [stored.record.code for stored in links]
    aliases = await ports.libraries.aliases(caller.account_id, homes) if homes else {}
    return [link_view(stored, aliases.get(stored.record.code, ()), ports) for stored in links]


async def list_codes(caller: Caller, query: Mapping[str, Any]) -> CodePage:
    """Return the codes of the caller's links, newest first."""
    given = {name: value for name, value in query.items() if value is not None}
    return await caller.ports.libraries.page(caller.account_id, given)


def unknown_link() -> ApiError:
    """Return the error for a code that names no link of the caller's."""
    return ApiError(404, "unknown_link", "There is no link with this code.")


async def _read(caller: Caller, code: str) -> StoredLink | None:
    known = parse_code(caller.ports.canonical_code(code))
    return await caller.ports.links.read(known) if known else None

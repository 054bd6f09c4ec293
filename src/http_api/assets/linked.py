"""An account's links to its asset: they are deleted along with it, and come back with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from http_api.concurrency import map_concurrently
from http_api.links.creation import announce
from http_api.services import UnavailableError
from sharelinks.record import DELETED
from sharelinks.store import StoredLink
from sharelinks.suspension import resumption, suspension

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from http_api.auth import Caller
    from http_api.services import Services
    from sharelinks.record import LinkRecord

LINKS_PER_PAGE = 500
MAX_CHANGE_TRIES = 5


async def suspend_links(caller: Caller, asset_id: str) -> None:
    """Delete the links that lead to an asset; each remembers the state it had."""
    await _change_links(caller, asset_id, lambda link: suspension(link, asset_id), is_deleted=False)


async def resume_links(caller: Caller, asset_id: str) -> None:
    """Bring the links back that were deleted along with an asset."""
    await _change_links(caller, asset_id, resumption, is_deleted=True)


async def _change_links(
    caller: Caller,
    asset_id: str,
    choose: Callable[[LinkRecord], Mapping[str, Any]],
    *,
    is_deleted: bool,
) -> None:
    """Change the links in pages and tell the library; doing it again goes on where it failed."""
    ports, cursor = caller.ports, None
    while True:
        page = await ports.libraries.leading_to(
            caller.account_id, asset_id, is_deleted, cursor, LINKS_PER_PAGE
        )
        found = await map_concurrently(lambda code: _change(code, choose, ports), page["codes"])
        # Also what the library has in another state than its owner: an earlier try did not get to telling it.
        news = [record for record in found if record and (record.state == DELETED) is not is_deleted]
        if news:
            await announce(news, ports)
        cursor = page["next"]
        if cursor is None:
            return


async def _change(
    code: str, choose: Callable[[LinkRecord], Mapping[str, Any]], ports: Services
) -> LinkRecord | None:
    """Make the changes that are right for the newest record, if there are any; return the record."""
    for _ in range(MAX_CHANGE_TRIES):
        stored = await ports.links.read(code)
        if stored is None:
            return None
        changes = choose(stored.record)
        if not changes:
            return stored.record
        answer = await ports.links.change(code, changes, stored.record.version)
        if isinstance(answer, StoredLink):
            return answer.record
    raise UnavailableError(f"the link {code} changes faster than it can be read")

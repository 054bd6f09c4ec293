"""More than one code for a link: aliases and renaming.

A link keeps the object of its first code, its home, for ever. An alias is a record of its own code that names
the home. Renaming makes an alias the code that people see; the code it replaces leads on until the grace
period ends: for the home in its `renamed_until`, for a former alias in the alias's own `expires_at`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from http_api.errors import ApiError
from http_api.links.changes import apply_changes
from http_api.links.creation import announce, claim
from http_api.links.lookup import find_link, unknown_link
from http_api.schemas.links import MAX_ALIASES
from http_api.schemas.views import visible_code
from sharelinks.codes import parse_code
from sharelinks.record import DELETED, LinkRecord
from sharelinks.store import StoredLink

if TYPE_CHECKING:
    from collections.abc import Mapping

    from http_api.auth import Caller
    from http_api.services import Services


async def add_alias(caller: Caller, code: str, alias: str | None) -> tuple[LinkRecord, LinkRecord]:
    """Give a link one more code, random unless named; return the alias and the link."""
    home = (await find_link(caller, code)).record
    await _check_room(home, alias, caller.ports)
    return await _obtain(home, alias, caller.ports), home


async def remove_alias(caller: Caller, code: str, alias: str) -> None:
    """Take an alias away; its code stays reserved for the link."""
    home = (await find_link(caller, code)).record
    name = caller.ports.canonical_code(alias)
    if name == home.renamed_to:
        raise ApiError(409, "alias_in_use", "This is the code people see; rename the link first.")
    mine = await _alias_of(home, name, caller.ports)
    if mine is None or mine.state == DELETED:
        raise unknown_link()
    await _change_alias(mine, {"state": DELETED}, caller.ports)


async def rename_link(caller: Caller, code: str, new_code: str, grace_seconds: int) -> StoredLink:
    """Give a link a new code that people see; the one they saw so far works for the grace period."""
    ports = caller.ports
    stored = await find_link(caller, code)
    home, former = stored.record, visible_code(stored.record)
    new = ports.canonical_code(new_code)
    if new == former:
        return stored
    until = ports.now() + grace_seconds
    if new != home.code:
        await _check_room(home, new, ports)
        await _obtain(home, new, ports)

    def choose(record: LinkRecord) -> dict[str, Any]:
        if new == record.code:
            return {"renamed_to": None, "renamed_until": None}
        # A home whose grace period has begun keeps its end: a second renaming must not revive the code.
        grace = {} if record.renamed_to else {"renamed_until": until}
        return {"renamed_to": new, **grace}

    renamed = await apply_changes(caller, stored, choose, None)
    retired = await _alias_of(home, former, ports)
    if retired is not None:
        await _change_alias(retired, {"expires_at": until}, ports)
    return renamed


def alias_record(home: LinkRecord, code: str, now: float, *, expires_at: float | None = None) -> LinkRecord:
    """Return the record of an alias of a link."""
    return LinkRecord(
        code=code,
        target=home.target,
        created_at=now,
        account_id=home.account_id,
        alias_of=home.code,
        expires_at=expires_at,
    )


async def _check_room(home: LinkRecord, name: str | None, ports: Services) -> None:
    """Raise ApiError if a link has all the aliases it may have; former codes count until they are removed."""
    known = (await ports.libraries.aliases(home.account_id, [home.code])).get(home.code, [])
    if len(known) >= MAX_ALIASES and (name is None or ports.canonical_code(name) not in known):
        raise ApiError(409, "too_many_aliases", f"A link has at most {MAX_ALIASES} aliases.")


async def _obtain(home: LinkRecord, name: str | None, ports: Services) -> LinkRecord:
    """Claim an alias, or take back one that the link has or had; 409 if it is another link's."""
    try:
        record = await claim(lambda code: alias_record(home, code, ports.now()), name, ports)
    except ApiError:
        mine = await _alias_of(home, ports.canonical_code(name), ports) if name else None
        if mine is None:
            raise
        return await _change_alias(mine, {"state": None, "expires_at": None}, ports)
    await announce([record], ports)
    return record


async def _alias_of(home: LinkRecord, code: str, ports: Services) -> LinkRecord | None:
    known = parse_code(code)
    stored = await ports.links.read(known) if known else None
    return stored.record if stored and stored.record.alias_of == home.code else None


async def _change_alias(alias: LinkRecord, changes: Mapping[str, Any], ports: Services) -> LinkRecord:
    """Change an alias whatever its version: each of these changes is right on any."""
    answer = await ports.links.change(alias.code, changes, None)
    if not isinstance(answer, StoredLink):
        raise unknown_link()
    await announce([answer.record], ports)
    return answer.record

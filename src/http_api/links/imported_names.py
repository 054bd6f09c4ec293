"""The aliases that links of a file bring along: given where their codes are free, named where not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from http_api.concurrency import map_concurrently
from http_api.errors import ApiError
from http_api.links.creation import announce, claim
from http_api.links.names import alias_record
from sharelinks.record import LinkRecord

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from http_api.services import Services


class Wanted(NamedTuple):
    """The aliases of a new link with the time each ends; without a record nothing is to be claimed."""

    link: LinkRecord | None
    aliases: Mapping[str, float | None]


class Names(NamedTuple):
    """What became of a link's aliases."""

    given: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


class _Ask(NamedTuple):
    place: int
    link: LinkRecord | None
    code: str
    end: float | None


async def give_aliases(wanted: Sequence[Wanted], slugs: set[str], ports: Services) -> list[Names]:
    """Give each link the aliases whose codes are free, and tell them from the others.

    An alias is never worth a link: where the code is taken, is one of `slugs`, or its owner does not answer,
    the link stays without it. Of several links that want one alias the first gets it.
    """
    asks = [
        _Ask(place, link, code, end)
        for place, (link, aliases) in enumerate(wanted)
        for code, end in aliases.items()
    ]
    firsts: dict[str, int] = {}
    for ask in asks:
        firsts.setdefault(ask.code, ask.place)

    async def give(ask: _Ask) -> LinkRecord | bool:
        return ask.code not in slugs and firsts[ask.code] == ask.place and await _give(ask, ports)

    answers = await map_concurrently(give, asks)
    await announce([answer for answer in answers if isinstance(answer, LinkRecord)], ports)
    names = [Names()] * len(wanted)
    for ask, answer in zip(asks, answers, strict=True):
        given, refused = names[ask.place]
        names[ask.place] = (
            Names((*given, ask.code), refused) if answer else Names(given, (*refused, ask.code))
        )
    return names


async def _give(ask: _Ask, ports: Services) -> LinkRecord | bool:
    """Return the alias, or for a link that is not there whether its code is free."""
    link = ask.link
    try:
        if link is None:
            return await ports.links.read(ask.code) is None
        return await claim(
            lambda code: alias_record(link, code, ports.now(), expires_at=ask.end), ask.code, ports
        )
    except ApiError:
        return False
    except Exception as error:  # noqa: BLE001 - whatever it is, the link is there and the client must hear of it
        ports.incidents.note("alias_not_created", error)
        return False

"""Whether links may lead to the assets they name: one's own, or one that everybody may see."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from assets.record import is_open
from http_api.errors import invalid_request
from sharelinks.record import ASSET_SCHEME

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from http_api.errors import FieldError
    from http_api.services import Services

_UNKNOWN = "you have no such asset, and none that everybody may see has this id"


class AssetTargets:
    """Asks the assets' owners on behalf of one account, once for each asset, however many links name it."""

    def __init__(self, account_id: str, ports: Services) -> None:
        self._account_id = account_id
        self._ports = ports
        self._answers: dict[str, asyncio.Task[bool]] = {}

    async def check(
        self, wire: Mapping[str, Any], place: Sequence[object] = ("body",), known: Collection[str] = ()
    ) -> None:
        """Raise ApiError if a link, in its wire form, names assets that it may not lead to.

        Somebody else's private asset is refused like one that does not exist. The `known` ones are not looked
        up: a link that leads there already may go on.
        """
        errors: list[FieldError] = [
            {"field": ".".join(map(str, (*place, *field))), "code": "unknown_asset", "message": _UNKNOWN}
            for field, asset_id in _named(wire)
            if asset_id not in known and not await self._may_lead_to(asset_id)
        ]
        if errors:
            raise invalid_request(errors)

    async def _may_lead_to(self, asset_id: str) -> bool:
        if asset_id not in self._answers:
            self._answers[asset_id] = asyncio.ensure_future(self._ask(asset_id))
        return await self._answers[asset_id]

    async def _ask(self, asset_id: str) -> bool:
        stored = await self._ports.assets.read(asset_id)
        if stored is None:
            return False
        return stored.held_by(self._account_id) is not None or is_open(stored.record)


def assets_of(wire: Mapping[str, Any]) -> set[str]:
    """Return the ids of all assets that a link in its wire form may lead to."""
    return {asset_id for _, asset_id in _named(wire)}


def _named(wire: Mapping[str, Any]) -> Iterator[tuple[tuple[object, ...], str]]:
    """Yield each asset id with the field that names it."""
    targets: list[tuple[tuple[object, ...], str]] = [(("target",), wire.get("target") or "")]
    for name in ("rules", "split"):
        targets += [((name, n, "target"), one["target"]) for n, one in enumerate(wire.get(name) or ())]
    for field, target in targets:
        if target.startswith(ASSET_SCHEME):
            yield field, target.removeprefix(ASSET_SCHEME)

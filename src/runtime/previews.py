"""What everybody may be told of a link or an asset, read where visitors are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from delivery.grants import grant
from delivery.problems import Problem
from redirecting.showing import previewed, with_asset
from runtime.record_source import UnavailableError
from sharelinks.open_graph import target_host

if TYPE_CHECKING:
    from assets.record import AssetRecord
    from runtime.link_reader import LinkReader
    from runtime.shown_assets import ShownAssets

_UNKNOWN = {"outcome": "unknown"}
_UNAVAILABLE = {"outcome": "unavailable"}


class Previews:
    """Answers as plain values: `outcome` is "found", "unknown" or "unavailable"."""

    def __init__(self, links: LinkReader, assets: ShownAssets, base_url: str) -> None:
        self._links = links
        self._assets = assets
        self._base_url = base_url

    async def of_link(self, code: str, now: float, ctx: Any) -> dict[str, Any]:  # noqa: ANN401 - a JS object
        """Describe a link as bots that draw previews see it."""
        try:
            entry = await self._links.find(code, now, _always, ctx.waitUntil)
            outcome = None if entry is None else previewed(entry.record, code, now, self._base_url)
            if entry is None or outcome is None:
                return _UNKNOWN
            link = entry.record
            if outcome.asset_id is None:
                return _found(link.title or target_host(link.target), None)
            asset = await self._assets.record(outcome.asset_id, now, ctx)
        except UnavailableError:
            return _UNAVAILABLE
        if asset is None or with_asset(outcome, asset) is not outcome:
            return _UNKNOWN
        return _found(link.title or asset.title, asset)

    async def of_asset(
        self,
        asset_id: str,
        extension: str | None,
        now: float,
        ctx: Any,  # noqa: ANN401 - a JS object
    ) -> dict[str, Any]:
        """Describe an asset; a format that does not exist is unknown."""
        try:
            asset = await self._assets.record(asset_id, now, ctx)
        except UnavailableError:
            return _UNAVAILABLE
        if asset is None or isinstance(grant(asset, extension, is_signed=False), Problem):
            return _UNKNOWN
        return _found(asset.title, asset)


def _found(title: str, asset: AssetRecord | None) -> dict[str, Any]:
    return {"outcome": "found", "title": title, "asset": None if asset is None else asset.to_wire()}


async def _always() -> bool:
    return True

"""The records of assets that links show: named by a link's owner, so no visitor can scan for them here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assets.record import AssetRecord
    from runtime.asset_reader import AssetReader


class ShownAssets:
    """Reads like `/a/` does, from the same memory."""

    def __init__(self, reader: AssetReader) -> None:
        self._reader = reader

    async def record(self, asset_id: str, now: float, ctx: Any) -> AssetRecord | None:  # noqa: ANN401 - a JS object
        """Return an asset's record, None for one that does not exist; raise UnavailableError."""
        entry, is_ageing = self._reader.cached(asset_id, now)
        if is_ageing:
            ctx.waitUntil(self._reader.refresh(asset_id, now))
        if entry is None:
            entry = await self._reader.find(asset_id, now, _always)
        return None if entry is None else entry.record


async def _always() -> bool:
    return True

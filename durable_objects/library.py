"""`Library`: one object per account. It lists and searches the account's links and assets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from durable_objects.storage import DurableDatabase
from library.assets import AssetIndex
from library.store import LibraryStore
from workers import DurableObject

if TYPE_CHECKING:
    from library.assets import AssetPage, AssetTotals
    from library.store import CodePage, Miss


class Library(DurableObject):
    """Keeps one account's index. Asking an account that has nothing leaves no storage behind."""

    def __init__(self, ctx: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
        super().__init__(ctx, env)
        database = DurableDatabase(self.ctx.storage)
        self._store = LibraryStore(database)
        self._assets = AssetIndex(database)

    async def add(self, entries: list[dict[str, Any]]) -> dict[str, int]:
        """Insert or update entries; those older than what is known change nothing."""
        return {"added": self._store.add(entries)}

    async def page(self, query: dict[str, Any]) -> CodePage:
        """Return codes of links, newest first."""
        return self._store.page(query)

    async def codes(self, cursor: str | None, limit: int) -> CodePage:
        """Return every code the account ever had, by code."""
        return self._store.codes(cursor, limit)

    async def aliases(self, codes: list[str]) -> dict[str, list[str]]:
        """Return the aliases of each of some links."""
        return self._store.aliases(codes)

    async def totals(self) -> dict[str, int]:
        """Return how many links there are."""
        return self._store.totals()

    async def note_misses(self, entries: list[dict[str, Any]]) -> dict[str, int]:
        """Note codes that visitors asked for in vain."""
        return {"noted": self._store.note_misses(entries)}

    async def misses(self, limit: int) -> list[Miss]:
        """Return the codes that were asked for in vain, the latest first."""
        return self._store.misses(limit)

    async def add_assets(self, entries: list[dict[str, Any]]) -> dict[str, int]:
        """Insert or update entries of assets; those older than what is known change nothing."""
        return {"added": self._assets.add(entries)}

    async def asset_page(self, query: dict[str, Any]) -> AssetPage:
        """Return entries of assets, newest first."""
        return self._assets.page(query)

    async def asset(self, asset_id: str) -> dict[str, Any] | None:
        """Return the entry of one asset, or None for one that the account does not have."""
        return self._assets.get(asset_id)

    async def asset_totals(self) -> AssetTotals:
        """Return how many assets there are and how many bytes they have."""
        return self._assets.totals()

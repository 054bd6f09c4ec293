"""Accounts' libraries through the `LIBRARY` binding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.object_calls import answer_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from library.assets import AssetPage, AssetTotals
    from library.store import CodePage, Miss

LIBRARY = "the library"


class AccountLibraries:
    """One `Library` object per account."""

    def __init__(self, namespace: Any) -> None:  # noqa: ANN401 - a binding
        self._namespace = namespace

    async def add(self, account_id: str, entries: Sequence[Mapping[str, Any]]) -> None:
        """Insert or update entries made by `library_entry`."""
        await answer_of(
            self._namespace.getByName(account_id).add([dict(entry) for entry in entries]), LIBRARY
        )

    async def page(self, account_id: str, query: Mapping[str, Any]) -> CodePage:
        """Return codes of links, newest first."""
        found: CodePage = await answer_of(self._namespace.getByName(account_id).page(dict(query)), LIBRARY)
        return found

    async def aliases(self, account_id: str, codes: Sequence[str]) -> dict[str, list[str]]:
        """Return the aliases of each of some links."""
        found: dict[str, list[str]] = await answer_of(
            self._namespace.getByName(account_id).aliases(list(codes)), LIBRARY
        )
        return found

    async def misses(self, account_id: str, limit: int) -> list[Miss]:
        """Return the codes that visitors asked for in vain, the latest first."""
        found: list[Miss] = await answer_of(self._namespace.getByName(account_id).misses(limit), LIBRARY)
        return found

    async def leading_to(
        self, account_id: str, asset_id: str, is_deleted: bool, cursor: str | None, limit: int
    ) -> CodePage:
        """Return codes of links to an asset, the deleted ones or the others."""
        found: CodePage = await answer_of(
            self._namespace.getByName(account_id).leading_to(asset_id, is_deleted, cursor, limit), LIBRARY
        )
        return found

    async def add_assets(self, account_id: str, entries: Sequence[Mapping[str, Any]]) -> None:
        """Insert or update entries made by `assets.projection`."""
        await answer_of(
            self._namespace.getByName(account_id).add_assets([dict(entry) for entry in entries]), LIBRARY
        )

    async def asset_page(self, account_id: str, query: Mapping[str, Any]) -> AssetPage:
        """Return entries of assets, newest first."""
        found: AssetPage = await answer_of(
            self._namespace.getByName(account_id).asset_page(dict(query)), LIBRARY
        )
        return found

    async def asset_totals(self, account_id: str) -> AssetTotals:
        """Return how many assets there are and how many bytes they have."""
        found: AssetTotals = await answer_of(self._namespace.getByName(account_id).asset_totals(), LIBRARY)
        return found

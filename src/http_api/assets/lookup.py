"""Finding assets: an account sees what it holds, the operator everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from accounts import PrincipalKind
from assets.quotas import QUOTAS, Usage, largest_file
from assets.references import Reference
from http_api.errors import ApiError
from http_api.schemas.assets import AssetPage, UsageView, asset_view, entry_view
from sharelinks.errors import InvalidAssetError
from sharelinks.validation import check_asset_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assets.record import AssetRecord
    from assets.store import StoredAsset
    from http_api.auth import Caller
    from http_api.schemas.assets import AssetView
    from http_api.services import Services


@dataclass(frozen=True, slots=True)
class Seen:
    """An asset as a caller sees it. `is_mine` is False for the operator's look at what others hold."""

    record: AssetRecord
    reference: Reference
    is_mine: bool

    def view(self, ports: Services) -> AssetView:
        """Return what the caller is shown."""
        return asset_view(self.record, self.reference, ports.public_base_url)


async def find_asset(caller: Caller, asset_id: str) -> Seen:
    """Return an asset that the caller may see, a deleted one too; 404 for others, existing or not."""
    stored = await read_asset(caller.ports, asset_id)
    mine = None if stored is None else _reference(stored, caller)
    if stored is not None and mine is not None:
        return Seen(stored.record, mine, is_mine=True)
    if stored is None or caller.who.kind is not PrincipalKind.OPERATOR:
        raise unknown_asset()
    return Seen(stored.record, _as_seen_by_all(stored.record), is_mine=False)


async def find_own_asset(caller: Caller, asset_id: str, *, deleted: bool = True) -> Seen:
    """Return an asset that the caller holds; 409 for a deleted one, unless that will do."""
    seen = await find_asset(caller, asset_id)
    if not seen.is_mine:
        raise unknown_asset()
    if seen.reference.deleted_at is not None and not deleted:
        raise asset_deleted()
    return seen


async def read_asset(ports: Services, asset_id: str) -> StoredAsset | None:
    """Return what the owner says of an asset; None without asking for what cannot be an id."""
    try:
        check_asset_id(asset_id)
    except InvalidAssetError:
        return None
    return await ports.assets.read(asset_id)


async def list_assets(caller: Caller, query: Mapping[str, Any]) -> AssetPage:
    """Return the caller's assets, newest first."""
    given = {name: value for name, value in query.items() if value is not None}
    page = await caller.ports.libraries.asset_page(caller.account_id, given)
    items = [entry_view(entry, caller.ports.public_base_url) for entry in page["assets"]]
    return {"items": items, "next_cursor": page["next"]}


async def usage_of(caller: Caller) -> UsageView:
    """Return what the caller keeps, and what its tier allows."""
    totals = await caller.ports.libraries.asset_totals(caller.account_id)
    tier = caller.who.tier
    quota = QUOTAS[tier]
    kept = {name: int(totals[name]) for name in ("assets", "bytes", "deleted_assets", "deleted_bytes")}
    usage = Usage(kept["bytes"] + kept["deleted_bytes"], kept["assets"] + kept["deleted_assets"])
    return {
        "tier": tier.value,
        "assets": kept["assets"],
        "bytes": kept["bytes"],
        "deleted_assets": kept["deleted_assets"],
        "deleted_bytes": kept["deleted_bytes"],
        "largest_upload_bytes": largest_file(tier, usage),
        "quota": {"assets": quota.assets, "bytes": quota.total_bytes, "file_bytes": quota.file_bytes},
    }


def unknown_asset() -> ApiError:
    """Return the error for an asset that the caller does not hold, or that nobody does."""
    return ApiError(404, "unknown_asset", "You have no asset with this id.")


def asset_deleted() -> ApiError:
    """Return the error for what cannot be done with an asset that is deleted."""
    return ApiError(409, "asset_deleted", "The asset is deleted; restore it first.")


def asset_in_review() -> ApiError:
    """Return the error for what cannot be done with an asset before moderation has decided on it."""
    return ApiError(409, "asset_in_review", "Moderation has not decided on the asset yet; ask again later.")


def _reference(stored: StoredAsset, caller: Caller) -> Reference | None:
    """Return the caller's reference; one whose grace period has ended is gone, erased or not."""
    mine = stored.reference_of(caller.account_id)
    if mine is None or (mine.erase_at is not None and mine.erase_at <= caller.ports.now()):
        return None
    return mine


def _as_seen_by_all(record: AssetRecord) -> Reference:
    return Reference(
        account_id="",
        created_at=record.created_at,
        visibility=record.visibility,
        title=record.title,
        tags=record.tags,
        description=record.description,
        version=record.version,
    )

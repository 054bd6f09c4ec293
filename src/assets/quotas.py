"""How much an account may keep, by tier."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from accounts.scopes import Tier

MIB = 1024**2
GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Quota:
    """The most an account may keep in all, in how many assets, and in one file."""

    total_bytes: int
    assets: int
    file_bytes: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What an account keeps. What waits for the end of its grace period counts: it still takes space."""

    total_bytes: int = 0
    assets: int = 0


class Shortfall(StrEnum):
    """Which limit an upload would exceed; the value is the stable code."""

    FILE_TOO_LARGE = "file_too_large"
    TOO_MANY_ASSETS = "too_many_assets"
    STORAGE_FULL = "storage_full"


LARGEST_FILE_BYTES = 500_000_000
"""No tier may have more: the one request that completes an upload in parts hashes and walks every byte of it,
within the CPU time that `limits` in wrangler.api.toml allows."""

QUOTAS = {
    Tier.FREE: Quota(total_bytes=1 * GIB, assets=500, file_bytes=50 * MIB),
    Tier.PRO: Quota(total_bytes=50 * GIB, assets=20_000, file_bytes=200 * MIB),
    Tier.TEAM: Quota(total_bytes=500 * GIB, assets=200_000, file_bytes=LARGEST_FILE_BYTES),
    Tier.OPERATOR: Quota(total_bytes=10_240 * GIB, assets=5_000_000, file_bytes=LARGEST_FILE_BYTES),
}


def shortfall(tier: Tier, usage: Usage, file_bytes: int) -> Shortfall | None:
    """Return the limit that one more file of this size would exceed, or None."""
    quota = QUOTAS[tier]
    if file_bytes > quota.file_bytes:
        return Shortfall.FILE_TOO_LARGE
    if usage.assets + 1 > quota.assets:
        return Shortfall.TOO_MANY_ASSETS
    if usage.total_bytes + file_bytes > quota.total_bytes:
        return Shortfall.STORAGE_FULL
    return None


def largest_file(tier: Tier, usage: Usage) -> int:
    """Return how many bytes one more file may have at most, so that an upload can be cut off early."""
    quota = QUOTAS[tier]
    if usage.assets >= quota.assets:
        return 0
    return max(0, min(quota.file_bytes, quota.total_bytes - usage.total_bytes))

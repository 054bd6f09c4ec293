"""An asset's record: from the isolate, from KV, from its owner, in this order."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assets.names import projection_key
from assets.record import AssetRecord, is_open, is_settled
from resilience.record_cache import CachedRecord, Freshness, RecordCache
from runtime.record_source import RecordSource, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from resilience.circuit_breaker import CircuitBreaker
    from runtime.record_source import Texts

MAX_CACHED_ASSETS = 1_000
MAX_PURGED_ASSETS = 1_000


@dataclass(slots=True)
class CachedAsset(CachedRecord[AssetRecord]):
    """An asset that everybody may see; `prepared` is whatever its delivery keeps of a small one."""


class AssetReader:
    """Finds records. The isolate remembers only what everybody may see.

    What is private is asked of its owner each time, so that a takedown or a change of mind counts at once;
    and so is what waits for a decision, so that its publication does.
    """

    def __init__(
        self,
        metadata: Texts,
        owners: Any,  # noqa: ANN401 - a binding
        kv_breaker: CircuitBreaker,
        owners_breaker: CircuitBreaker,
        fresh_seconds: float,
        ageing_seconds: float,
        bridge_seconds: float,
    ) -> None:
        self._cache = RecordCache(
            CachedAsset, MAX_CACHED_ASSETS, fresh_seconds, ageing_seconds, bridge_seconds
        )
        self._source = RecordSource(
            metadata,
            lambda asset_id: owners.getByName(asset_id).read(asset_id),
            projection_key,
            AssetRecord.from_wire,
            kv_breaker,
            owners_breaker,
            trusts=self._trusts,
        )
        self._least_versions: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._cache)

    def cached(self, asset_id: str, now: float) -> tuple[CachedAsset | None, bool]:
        """Return the entry that may be used at once, and whether it is to be refreshed beside the answer."""
        entry = self._cache.get(asset_id)
        if entry is None:
            return None, False
        freshness = self._cache.freshness(entry, now)
        return None if freshness is Freshness.STALE else entry, freshness is Freshness.AGEING

    def fresh(self, asset_id: str, now: float) -> CachedAsset | None:
        """Return an entry that may be used at once and is not to be refreshed."""
        entry = self._cache.get(asset_id)
        return entry if entry is not None and now < entry.fresh_until else None

    async def find(
        self, asset_id: str, now: float, may_ask_owner: Callable[[], Awaitable[bool]]
    ) -> CachedAsset | None:
        """Return an asset's entry, None for one that does not exist; raise UnavailableError.

        `may_ask_owner` is asked before a question to the owner; an error it raises passes through. An entry
        that is too old still serves while both sources fail.
        """
        try:
            record = await self._source.fetch(asset_id, may_ask_owner)
        except UnavailableError:
            entry = self._cache.get(asset_id)
            if entry is not None and self._cache.bridges(entry, now):
                return entry
            raise
        return self._keep(asset_id, record, now)

    async def refresh(self, asset_id: str, now: float) -> None:
        """Fetch a newer record for an entry that ages; what fails is tried again when it is stale."""
        try:
            self._keep(asset_id, await self._source.fetch(asset_id, _always), now)
        except UnavailableError:
            return

    async def ask_owner(self, asset_id: str, now: float) -> CachedAsset | None:
        """Return what the owner says at this moment; raise UnavailableError."""
        return self._keep(asset_id, await self._source.ask_owner(asset_id), now)

    async def purge(self, asset_id: str, now: float) -> None:
        """Forget an asset, and from now on believe in no older record than its owner has at this moment.

        KV may go on with an older one for a while. An owner that does not answer is asked each time.
        """
        self._least_versions[asset_id] = math.inf
        self._least_versions.move_to_end(asset_id)
        if len(self._least_versions) > MAX_PURGED_ASSETS:
            self._least_versions.popitem(last=False)
        self._cache.forget(asset_id)
        try:
            entry = await self.ask_owner(asset_id, now)
        except UnavailableError:
            return
        self._least_versions[asset_id] = 0 if entry is None else entry.record.version

    def _keep(self, asset_id: str, record: AssetRecord | None, now: float) -> CachedAsset | None:
        if record is None or not is_open(record):
            self._cache.forget(asset_id)
            return None if record is None else CachedAsset(asset_id, record, now, now)
        if not self._is_new_enough(record):
            return CachedAsset(asset_id, record, now, now)
        return self._cache.put(asset_id, record, now)

    def _trusts(self, record: AssetRecord) -> bool:
        return is_settled(record) and self._is_new_enough(record)

    def _is_new_enough(self, record: AssetRecord) -> bool:
        return record.version >= self._least_versions.get(record.asset_id, 0)


async def _always() -> bool:
    return True

"""Assets' owners and the edge's copies in process: the same store that the objects use, on sqlite3."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from assets.judged import Judged
from assets.names import media_key
from assets.record import AssetRecord, Variant
from assets.references import Reference
from assets.states import APPROVED
from assets.store import AssetStore, Filed, Outcome, StoredAsset
from delivery.publication import Decided
from http_api.services import UnavailableError
from sql_port import in_process


class AssetOwners:
    """Every asset's owner. `failing` holds ids whose owner does not answer; `asked` every id that was read.

    `bytes_missing` holds ids of assets that cannot be published, `interfering` what happens before a change.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._store = AssetStore(in_process())
        self.failing: set[str] = set()
        self.bytes_missing: set[str] = set()
        self.interfering: list[Callable[[AssetStore], object]] = []
        self.asked: list[str] = []

    async def read(self, asset_id: str) -> StoredAsset | None:
        await self._meet(asset_id)
        self.asked.append(asset_id)
        return self._store.read(asset_id)

    async def amend(
        self, asset_id: str, account_id: str, changes: Mapping[str, Any], expected_version: int | None
    ) -> tuple[AssetRecord, Reference] | Literal["unknown", "conflict", "deleted"]:
        await self._meet(asset_id)
        if self.interfering:
            self.interfering.pop()(self._store)
        outcome = self._store.amend(asset_id, account_id, changes, expected_version, self._clock())
        match outcome:
            case Outcome.UNKNOWN:
                return "unknown"
            case Outcome.CONFLICT:
                return "conflict"
            case Outcome.ILLEGAL:
                return "deleted"
        stored = self.stored(asset_id)
        mine = stored.held_by(account_id)
        assert mine is not None
        return stored.record, mine

    async def release(
        self, asset_id: str, account_id: str, grace_seconds: float, expected_version: int | None
    ) -> bool:
        await self._meet(asset_id)
        now = self._clock()
        left = self._store.release(asset_id, account_id, now, grace_seconds, expected_version)
        self._store.expire(now)
        return left is not None

    async def restore(self, asset_id: str, account_id: str) -> bool:
        await self._meet(asset_id)
        return self._store.restore(asset_id, account_id, self._clock())

    async def decide(
        self,
        asset_id: str,
        state: str,
        reason: str,
        expected_version: int | None,
        seq: int | None = None,
        judged: Judged | None = None,
    ) -> Decided:
        await self._meet(asset_id)
        if seq is not None and not self._store.hear(asset_id, seq):
            return Decided(Outcome.CONFLICT, self.stored(asset_id).record)
        outcome = self._store.judge(asset_id, state, reason, expected_version)
        stored = self._store.read(asset_id)
        if stored is None or outcome is not Outcome.CHANGED:
            return Decided(outcome, None if stored is None else stored.record)
        if state == APPROVED and asset_id in self.bytes_missing:
            return Decided(Outcome.ILLEGAL, stored.record, "bytes_missing")
        key = media_key(asset_id, stored.record.extension) if state == APPROVED else ""
        outcome = self._store.decide(asset_id, state, reason, None, self._clock(), key, judged)
        return Decided(outcome, self.stored(asset_id).record)

    def file(self, record: AssetRecord, reference: Reference) -> Filed:
        """File an asset, as an upload does."""
        return self._store.file(record, reference)

    async def confirm(self, asset_id: str, judged: Judged) -> bool:
        await self._meet(asset_id)
        self._store.confirm(asset_id, judged, self._clock())
        return self._store.read(asset_id) is not None

    def add_variant(self, asset_id: str, extension: str, variant: Variant) -> None:
        """Note another format, as a runner does."""
        self._store.add_variant(asset_id, extension, variant, self._clock())

    def stored(self, asset_id: str) -> StoredAsset:
        stored = self._store.read(asset_id)
        assert stored is not None
        return stored

    async def _meet(self, asset_id: str) -> None:
        await asyncio.sleep(0)
        if asset_id in self.failing:
            raise UnavailableError(f"the owner of {asset_id} does not answer")


class EdgeCopies:
    """Keeps what it was asked to forget."""

    def __init__(self) -> None:
        self.purged: list[tuple[str, list[str]]] = []
        self.purged_links: list[str] = []
        self.is_failing = False

    async def purge(self, asset_id: str, tags: Sequence[str]) -> None:
        await asyncio.sleep(0)
        if self.is_failing:
            raise UnavailableError("the edge Worker does not answer")
        self.purged.append((asset_id, list(tags)))

    async def purge_link(self, code: str) -> None:
        await asyncio.sleep(0)
        if self.is_failing:
            raise UnavailableError("the edge Worker does not answer")
        self.purged_links.append(code)

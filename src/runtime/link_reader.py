"""A code's record: from the isolate, from KV, from its owner, in this order."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from runtime.record_source import RecordSource, UnavailableError
from sharelinks.link_cache import CachedLink, Freshness
from sharelinks.projection import link_key
from sharelinks.record import ACTIVE, LinkRecord

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from resilience.circuit_breaker import CircuitBreaker
    from sharelinks.link_cache import LinkCache

__all__ = ["LinkReader", "UnavailableError"]

MAX_PURGED_LINKS = 1_000


class LinkReader:
    """Finds records. A KV miss asks the owner, so that a new link works everywhere at once."""

    def __init__(
        self,
        cache: LinkCache,
        env: Any,  # noqa: ANN401 - the bindings
        kv_breaker: CircuitBreaker,
        owners_breaker: CircuitBreaker,
    ) -> None:
        self._cache = cache
        self._source = RecordSource(
            env.METADATA,
            env.SHORT_LINK,
            link_key,
            LinkRecord.from_wire,
            kv_breaker,
            owners_breaker,
            trusts=self._is_new_enough,
        )
        self._least_versions: OrderedDict[str, float] = OrderedDict()

    async def find(
        self, code: str, now: float, may_ask_owner: Callable[[], Awaitable[bool]]
    ) -> CachedLink | None:
        """Return a code's entry, None if nobody claimed the code; raise UnavailableError.

        `may_ask_owner` is asked before a code that KV does not know goes to its owner; an error it raises
        passes through. An entry that is too old still serves while both sources fail.
        """
        entry = self._cache.get(code)
        if entry is not None and self._cache.freshness(entry, now) is not Freshness.STALE:
            return entry
        try:
            record = await self._resolve(code, now, may_ask_owner)
        except UnavailableError:
            if entry is not None and self._cache.bridges(entry, now):
                return entry
            raise
        if record is None:
            self._cache.forget(code)
            return None
        return self._keep(code, record, now)

    async def refresh(self, code: str, now: float) -> None:
        """Fetch a newer record for an entry that ages; what fails is tried again when it is stale."""
        try:
            record = await self._resolve(code, now, _always)
        except UnavailableError:
            return
        if record is None:
            self._cache.forget(code)
        else:
            self._keep(code, record, now)

    async def purge(self, code: str, now: float) -> None:
        """Forget a link under all its codes, and from now on believe in no older record than its owner has.

        KV may go on with an older one for a while. An owner that does not answer is asked each time.
        """
        self._least_versions[code] = math.inf
        self._least_versions.move_to_end(code)
        if len(self._least_versions) > MAX_PURGED_LINKS:
            self._least_versions.popitem(last=False)
        self._cache.forget_link(code)
        try:
            record = await self._source.ask_owner(code, now)
        except UnavailableError:
            return
        self._least_versions[code] = 0 if record is None else record.version

    def _keep(self, code: str, record: LinkRecord, now: float) -> CachedLink:
        """Remember a record, unless its link was purged while it was on its way."""
        if self._is_new_enough(record):
            return self._cache.put(code, record, now)
        return CachedLink(record, now, now)

    def _is_new_enough(self, record: LinkRecord) -> bool:
        return record.version >= self._least_versions.get(record.code, 0)

    async def _resolve(
        self, code: str, now: float, may_ask_owner: Callable[[], Awaitable[bool]]
    ) -> LinkRecord | None:
        """Return the record that answers for a code: of an alias, the one it stands for."""
        record = await self._source.fetch(code, now, may_ask_owner)
        if record is None or record.alias_of is None or record.state != ACTIVE:
            return record
        home = await self._source.fetch(record.alias_of, now, may_ask_owner)
        if home is None:
            return None
        ends = [moment for moment in (record.expires_at, home.expires_at) if moment is not None]
        return replace(home, expires_at=min(ends, default=None))


async def _always() -> bool:
    return True

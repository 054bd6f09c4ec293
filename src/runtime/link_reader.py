"""A code's record: from the isolate, from KV, from its owner, in this order."""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from runtime.record_source import RecordSource, UnavailableError
from sharelinks.link_cache import CachedLink, Freshness
from sharelinks.news import NEWS_OF_LINKS, NO_NEWS, News, news_key
from sharelinks.projection import link_key
from sharelinks.record import ACTIVE, LinkRecord

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping

    from resilience.circuit_breaker import CircuitBreaker
    from runtime.record_source import Texts
    from sharelinks.link_cache import LinkCache

__all__ = ["LinkReader", "UnavailableError"]

MAX_PURGED_LINKS = 1_000
PATIENCE_SECONDS = 1.0
"""Sources that take longer to renew a link that is known here count as failing."""
CUT_OFF_SECONDS = 15.0
RENEWED_AT_ONCE = 100
"""So many keys KV takes in one call."""
LOOK_SECONDS = 0.02


class LinkReader:
    """Finds records. A KV miss asks the owner, so that a new link works everywhere at once."""

    def __init__(
        self,
        cache: LinkCache,
        metadata: Texts,
        owners: Any,  # noqa: ANN401 - a binding
        news: Any,  # noqa: ANN401 - a binding
        kv_breaker: CircuitBreaker,
        owners_breaker: CircuitBreaker,
        news_breaker: CircuitBreaker,
    ) -> None:
        self._cache = cache
        self._news = RecordSource(
            metadata,
            lambda name: news.getByName(name).look_up(),
            news_key,
            News.from_wire,
            kv_breaker,
            news_breaker,
        )
        self._asked_for_news_at = -math.inf
        self._source = RecordSource(
            metadata,
            lambda code: owners.getByName(code).look_up(code),
            link_key,
            LinkRecord.from_wire,
            kv_breaker,
            owners_breaker,
            trusts=self._is_new_enough,
        )
        self._least_versions: OrderedDict[str, float] = OrderedDict()

    async def find(
        self,
        code: str,
        now: float,
        may_ask_owner: Callable[[], Awaitable[bool]],
        later: Callable[[Coroutine[Any, Any, None]], object],
    ) -> CachedLink | None:
        """Return a code's entry, None if nobody claimed the code; raise UnavailableError.

        `may_ask_owner` is asked before a code of which nothing is known here or in KV goes to its owner; an
        error it raises passes through. `later` runs what need not be waited for. An entry that is too old is
        renewed first, but not for longer than `PATIENCE_SECONDS`: then it serves while its sources fail.
        """
        entry = self._cache.get(code)
        if entry is not None and self._cache.bridges(entry, now):
            freshness = self._cache.freshness(entry, now)
            if freshness is Freshness.AGEING:
                later(self.refresh(code, now))
            elif freshness is Freshness.STALE:
                await self._renew(code, entry, now, later)
                entry = self._cache.peek(code)
            if entry is not None:
                return entry
        return self._keep(code, await self._resolve(code, may_ask_owner), now)

    async def refresh(self, code: str, now: float) -> None:
        """Make an entry that ages fresh again: by the news, which may vouch for many others too.

        Else fetch a newer record for it, and with it for others that age and are used. Each is fetched once
        at a time, and serves on if its sources fail.
        """
        entry = self._cache.peek(code)
        if entry is None or not _may_refresh(entry, now):
            return
        entry.refreshed_since = now
        try:
            if await self._hear_of(entry, now):
                return
        finally:
            entry.refreshed_since = None
        ageing = {code: entry, **self._cache.due(now, RENEWED_AT_ONCE - 1)}
        if len(ageing) > 1 and await self._fetch_many(ageing, code, now):
            return
        entry.refreshed_since = now
        await self._fetch(code, entry, now)

    async def purge(self, code: str) -> None:
        """Forget a link under all its codes, and from now on believe in no older record than its owner has.

        KV may go on with an older one for a while. An owner that does not answer is asked each time.
        """
        self._least_versions[code] = math.inf
        self._least_versions.move_to_end(code)
        if len(self._least_versions) > MAX_PURGED_LINKS:
            self._least_versions.popitem(last=False)
        self._cache.forget_link(code)
        try:
            record = await self._source.ask_owner(code)
        except UnavailableError:
            return
        self._least_versions[code] = 0 if record is None else record.version

    async def _fetch(self, code: str, entry: CachedLink, now: float) -> None:
        """Do what `refresh` says, for an entry that is marked already: nobody else begins in between."""
        began = time.monotonic()
        try:
            if await self._hear_of(entry, now):
                return
            self._keep(code, await self._resolve(code, _always), now)
        except UnavailableError:
            self._cache.bridge(code, now + time.monotonic() - began)
        finally:
            entry.refreshed_since = None

    async def _hear_of(self, entry: CachedLink, now: float) -> bool:
        """Tell whether news that are asked for now speak for an entry; one request asks for all.

        They are asked for only if those that were heard last are some seconds old, and might speak for it.
        """
        asked_lately = now < self._asked_for_news_at + PATIENCE_SECONDS
        if not asked_lately and self._cache.may_be_vouched_for(entry, now):
            self._asked_for_news_at = now
            try:
                news = await self._news.fetch(NEWS_OF_LINKS, _always)
            except UnavailableError:
                return False
            self._cache.hear(news or NO_NEWS, now)
        return self._cache.vouch(entry, now)

    async def _fetch_many(self, entries: Mapping[str, CachedLink], asked: str, now: float) -> bool:
        """Renew what KV knows well, in one call; return whether the code that was asked for is among it.

        An alias stands for another record, which takes a second look; it waits until somebody asks for it.
        """
        for entry in entries.values():
            entry.refreshed_since = now
        try:
            found = await self._source.fetch_many(list(entries))
            settled = {code: record for code, record in found.items() if _stands_for(record) is None}
            for code, record in settled.items():
                self._keep(code, record, now)
        finally:
            for entry in entries.values():
                entry.refreshed_since = None
        return asked in settled

    async def _renew(
        self,
        code: str,
        entry: CachedLink,
        now: float,
        later: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        """Wait a moment for a newer record, whoever fetches it."""
        since = entry.refreshed_since
        if since is None or _may_refresh(entry, now):
            entry.refreshed_since = now
            task = asyncio.ensure_future(self._fetch(code, entry, now))
            later(_end_of(task))
            await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        else:
            await _refreshed(entry, since + PATIENCE_SECONDS - now)
        if _is_being_refreshed(entry):
            self._cache.bridge(code, now)

    def _keep(self, code: str, record: LinkRecord | None, now: float) -> CachedLink | None:
        """Remember a record, unless its link was purged while it was on its way."""
        if record is None:
            self._cache.forget(code)
            return None
        if self._is_new_enough(record):
            return self._cache.put(code, record, now)
        return CachedLink(code, record, now, now)

    def _is_new_enough(self, record: LinkRecord) -> bool:
        return record.version >= self._least_versions.get(record.code, 0)

    async def _resolve(self, code: str, may_ask_owner: Callable[[], Awaitable[bool]]) -> LinkRecord | None:
        """Return the record that answers for a code: of an alias, the one it stands for."""
        record = await self._source.fetch(code, may_ask_owner)
        if record is None:
            return None
        code_of_home = _stands_for(record)
        if code_of_home is None:
            return record
        home = await self._source.fetch(code_of_home, may_ask_owner)
        if home is None:
            return None
        ends = [moment for moment in (record.expires_at, home.expires_at) if moment is not None]
        return replace(home, expires_at=min(ends, default=None))


def _stands_for(record: LinkRecord) -> str | None:
    """Return the code whose record answers in the place of an alias'."""
    return record.alias_of if record.state == ACTIVE else None


def _may_refresh(entry: CachedLink, now: float) -> bool:
    """Tell whether nobody fetches a newer record; one whose request was cut off never ends."""
    return entry.refreshed_since is None or now >= entry.refreshed_since + CUT_OFF_SECONDS


def _is_being_refreshed(entry: CachedLink) -> bool:
    return entry.refreshed_since is not None


async def _refreshed(entry: CachedLink, seconds: float) -> None:
    """Wait until somebody else has fetched a newer record, or given up, but no longer than so many seconds.

    What another request waits for must not be awaited here: that request may end before.
    """
    ends = time.monotonic() + seconds
    while _is_being_refreshed(entry) and time.monotonic() < ends:  # noqa: ASYNC110 - no event crosses requests
        await asyncio.sleep(LOOK_SECONDS)


async def _end_of(task: asyncio.Future[None]) -> None:
    await task


async def _always() -> bool:
    return True

"""The links an isolate remembers."""

from __future__ import annotations

import math
from dataclasses import dataclass

from resilience.record_cache import CachedRecord, Freshness, RecordCache
from resilience.weights import weigh
from sharelinks.news import NO_NEWS, News
from sharelinks.record import LinkRecord

__all__ = ["MAX_BYTES", "CachedLink", "Freshness", "LinkCache"]

MAX_BYTES = 32 * 1024 * 1024
"""What all records take at most: 10,000 ordinary links have room, and so have a thousand of the largest."""
_ENTRY_BYTES = 1_024
"""The entry itself, the record's fields and the prepared answer."""


@dataclass(slots=True)
class CachedLink(CachedRecord[LinkRecord]):
    """A link, the redirect prepared from it, and whether its owner said that its clicks are spent.

    `refreshed_since` is when the fetching of a newer record began, None while there is none.
    """

    prepared_until: float = 0.0
    is_full: bool = False
    refreshed_since: float | None = None

    def renew(self, fetched_at: float, fresh_until: float) -> None:
        """Note that an equal record was fetched again; whether it is full has to be asked again."""
        # No bare super(): a dataclass with slots is another class than the one that holds this method.
        CachedRecord.renew(self, fetched_at, fresh_until)
        self.is_full = False


class LinkCache(RecordCache[CachedLink]):
    """Links by code.

    The news vouch for all entries whose links did not change: those need not be fetched again until
    `kept_seconds` are over. So long only, because an owner may be unable to announce a change.
    """

    def __init__(
        self,
        max_links: int,
        fresh_seconds: float,
        ageing_seconds: float,
        bridge_seconds: float,
        kept_seconds: float,
    ) -> None:
        ages = (fresh_seconds, ageing_seconds, bridge_seconds)
        super().__init__(CachedLink, max_links, *ages, _weigh, MAX_BYTES)
        self._kept_seconds = kept_seconds
        self._news = NO_NEWS
        self._heard_at = -math.inf

    def hear(self, news: News, now: float) -> None:
        """Take in the news as they were at that moment."""
        self._news, self._heard_at = news, now

    def vouch(self, entry: CachedLink, now: float) -> bool:
        """Tell whether the last news speak for an entry; it is then as fresh as they are."""
        fresh_until = min(self._heard_at + self._fresh_seconds, entry.fetched_at + self._kept_seconds)
        if now >= fresh_until or not self._speak_for(entry):
            return False
        entry.fresh_until, entry.stale_at = fresh_until, fresh_until + self._ageing_seconds
        return True

    def may_be_vouched_for(self, entry: CachedLink, now: float) -> bool:
        """Tell whether newer news than these might speak for an entry."""
        return now < entry.fetched_at + self._kept_seconds and now >= self._heard_at + self._ageing_seconds

    def fetched_again_after(self, entry: CachedLink) -> float:
        """Return after how many seconds an entry is fetched again, however often the news speak for it."""
        return self._kept_seconds if self._speak_for(entry) else self._fresh_seconds

    def forget_link(self, code: str) -> None:
        """Drop a link under all the codes that lead to it, and the answers that were prepared from it."""
        for name in [name for name, entry in self.items() if entry.record.code == code]:
            self.forget(name)

    def _speak_for(self, entry: CachedLink) -> bool:
        return self._news.speak_for(entry.name, entry.record.code, entry.fetched_at)


def _weigh(record: LinkRecord) -> int:
    return _ENTRY_BYTES + weigh(record.to_wire())

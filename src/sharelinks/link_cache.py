"""The links an isolate remembers."""

from __future__ import annotations

from dataclasses import dataclass

from resilience.record_cache import CachedRecord, Freshness, RecordCache
from resilience.weights import weigh
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
    """Links by code."""

    def __init__(
        self, max_links: int, fresh_seconds: float, ageing_seconds: float, bridge_seconds: float
    ) -> None:
        ages = (fresh_seconds, ageing_seconds, bridge_seconds)
        super().__init__(CachedLink, max_links, *ages, _weigh, MAX_BYTES)

    def forget_link(self, code: str) -> None:
        """Drop a link under all the codes that lead to it, and the answers that were prepared from it."""
        for name in [name for name, entry in self.items() if entry.record.code == code]:
            self.forget(name)


def _weigh(record: LinkRecord) -> int:
    return _ENTRY_BYTES + weigh(record.to_wire())

"""The records an isolate remembers: the newest-used ones, each for a while."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, ItemsView


class Freshness(Enum):
    """What may be done with an entry."""

    FRESH = "fresh"
    """Use it."""
    AGEING = "ageing"
    """Use it, and fetch a newer one beside the answer."""
    STALE = "stale"
    """Fetch a newer one first; use it only if that fails."""


USES_TO_RENEW = 2
"""What was used once may not be asked for again, and a newer record would be fetched for nobody."""

Record = TypeVar("Record")


@dataclass(slots=True)
class CachedRecord(Generic[Record]):
    """A record, and whatever its reader prepared from it. `fresh_until` grows when a refresh begins."""

    name: str
    record: Record
    fetched_at: float
    fresh_until: float
    stale_at: float = 0.0
    weight: int = 0
    prepared: Any = None
    uses: int = 0
    """Whoever uses the entry without asking the cache for it adds one: it is then not the next to go."""

    def renew(self, fetched_at: float, fresh_until: float) -> None:
        """Note that an equal record was fetched again, which nobody has used yet."""
        self.fetched_at, self.fresh_until, self.uses = fetched_at, fresh_until, 0


Entry = TypeVar("Entry", bound=CachedRecord[Any])


class RecordCache(Generic[Entry]):
    """Keeps up to `max_records` entries for `fresh_seconds`, and `ageing_seconds` more while one is fetched.

    So an entry that is used is never older than both together; beyond that it only bridges a failure of the
    sources, for at most `bridge_seconds`. What bridges is used for half of `ageing_seconds` without a
    question, and then again while a newer one is fetched: nobody waits for sources that fail.

    Where somebody else can `vouch` for an entry, it need not be fetched again for longer.

    An entry that is used is renewed with many others, if whoever fetches asks for what is `due`: then nobody
    has to wait until it is stale, or to fetch it by itself.

    Where `weigh` tells what a record takes, all together take `max_weight` at most: their owners decide how
    large they are, and the memory of an isolate is not theirs.
    """

    def __init__(
        self,
        entry_type: type[Entry],
        max_records: int,
        fresh_seconds: float,
        ageing_seconds: float,
        bridge_seconds: float,
        weigh: Callable[[Any], int] = lambda _record: 0,
        max_weight: int = 0,
    ) -> None:
        self._entry_type = entry_type
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._by_age: OrderedDict[str, None] = OrderedDict()
        self._max_records = max_records
        self._fresh_seconds = fresh_seconds
        self._ageing_seconds = ageing_seconds
        self._bridge_seconds = bridge_seconds
        self._weigh = weigh
        self._max_weight = max_weight
        self._weight = 0

    def __len__(self) -> int:
        return len(self._entries)

    def items(self) -> ItemsView[str, Entry]:
        """Return all entries by name; that counts as no use of them."""
        return self._entries.items()

    def get(self, name: str) -> Entry | None:
        """Return an entry and note that it was used."""
        entry = self._entries.get(name)
        if entry is not None:
            self._entries.move_to_end(name)
            entry.uses += 1
        return entry

    def peek(self, name: str) -> Entry | None:
        """Return an entry without a note that it was used."""
        return self._entries.get(name)

    def freshness(self, entry: Entry, now: float) -> Freshness:
        """Say what may be done with an entry; only the first who asks is told that it is ageing."""
        if now < entry.fresh_until or self.vouch(entry, now):
            return Freshness.FRESH
        if now < entry.stale_at:
            entry.fresh_until = entry.stale_at
            return Freshness.AGEING
        return Freshness.STALE

    def vouch(self, _entry: Entry, _now: float) -> bool:
        """Tell whether an entry that is fresh no longer is known to hold; it is then fresh again."""
        return False

    def fetched_again_after(self, _entry: Entry) -> float:
        """Return after how many seconds an entry is fetched again, however often somebody vouches for it."""
        return self._fresh_seconds

    def due(self, now: float, most: int) -> dict[str, Entry]:
        """Return entries that are ageing and were used `USES_TO_RENEW` times since fetched, the oldest first.

        None is returned twice before it was put again: one that nobody renews ages as if nobody had asked.
        """
        found: dict[str, Entry] = {}
        while self._by_age and len(found) < most:
            name = next(iter(self._by_age))
            entry = self._entries[name]
            ages_at = entry.fetched_at + self.fetched_again_after(entry)
            if now < ages_at:
                break
            del self._by_age[name]
            if entry.uses >= USES_TO_RENEW and now < max(entry.stale_at, ages_at + self._ageing_seconds):
                found[name] = entry
        return found

    def bridges(self, entry: Entry, now: float) -> bool:
        """Tell whether a stale entry may still stand in for sources that fail."""
        return now < entry.fetched_at + self._bridge_seconds

    def bridge(self, name: str, now: float) -> None:
        """Note that the sources fail at this moment: an entry stands in for them a while longer."""
        entry = self._entries.get(name)
        if entry is not None:
            ends = entry.fetched_at + self._bridge_seconds
            entry.fresh_until = min(now + self._ageing_seconds / 2, ends)
            entry.stale_at = min(now + 1.5 * self._ageing_seconds, ends)

    def put(self, name: str, record: Any, now: float) -> Entry:  # noqa: ANN401 - the entry's record
        """Remember a record; the one that was unused for longest makes room.

        What was prepared from an equal record stays: preparing it again would change nothing. Versions do
        not tell: under one name come the record of an alias and that of the link it leads to, each with a
        version of its own. An entry that is replaced is fresh no longer, for whoever still holds it.
        """
        entry = self._entries.get(name)
        if entry is not None and entry.record == record:
            entry.renew(now, now + self._fresh_seconds)
        else:
            self.forget(name)
            entry = self._entries[name] = self._entry_type(name, record, now, now + self._fresh_seconds)
            entry.weight = self._weigh(record)
            self._weight += entry.weight
        entry.stale_at = now + self._fresh_seconds + self._ageing_seconds
        self._entries.move_to_end(name)
        self._by_age[name] = None
        self._by_age.move_to_end(name)
        while len(self._entries) > self._max_records or (
            self._weight > self._max_weight and len(self._entries) > 1
        ):
            self._make_room(name)
        return entry

    def forget(self, name: str) -> None:
        """Drop an entry."""
        if name in self._entries:
            self._drop(name)

    def _make_room(self, newest: str) -> None:
        """Drop the entry that was unused for longest, but not the newest."""
        while True:
            name = next(iter(self._entries))
            if name != newest and not self._entries[name].uses:
                self._drop(name)
                return
            self._entries[name].uses = 0
            self._entries.move_to_end(name)

    def _drop(self, name: str) -> None:
        """What was dropped is fresh for nobody any more, and nobody can vouch for it."""
        gone = self._entries.pop(name)
        gone.fetched_at, gone.fresh_until = -math.inf, 0.0
        self._weight -= gone.weight
        self._by_age.pop(name, None)

"""Clicks on their way from an isolate to the owner of a code: collected, packed, unpacked.

Clicks that are alike in everything but time travel as one group with a count. So the cost of a batch, on
both sides, grows with its variety and not with its size.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from analytics.clicks import Click, check_timestamp, check_visitors
from analytics.errors import InvalidClickError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_TIMES_PER_GROUP = 50
"""A store keeps its 50 latest clicks; earlier times of a group would tell it nothing."""
MAX_BATCH_CLICKS = 100_000
MAX_GROUPS = 5_000
MAX_VISITORS = 10_000
GROUPS_PER_MESSAGE = 200
"""A message holds 128 KB; the longest group takes less than half of one."""

_VERSION = 1
_SECONDS_PER_DAY = 86_400


class Kind(NamedTuple):
    """What clicks of one group share; the fields of `Click` in the same words."""

    country: str
    referrer: str
    platform: str
    device: str
    browser: str
    os: str


@dataclass(slots=True)
class ClickGroup:
    """Clicks of one kind on one day of the sender's clock: how many, and the latest times among them."""

    kind: Kind
    clicks: int = 0
    times: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ClickBatch:
    """Clicks of one code. `visitors` are the distinct visitor hashes of each day, by number of the day."""

    groups: tuple[ClickGroup, ...]
    visitors: dict[int, frozenset[str]]

    @property
    def clicks(self) -> int:
        """Return how many clicks the batch holds."""
        return sum(group.clicks for group in self.groups)

    @property
    def newest(self) -> float:
        """Return the time of the latest click."""
        return max(group.times[-1] for group in self.groups)


class ClickCollector:
    """Collects clicks of one code in the order of time."""

    __slots__ = ("_groups", "_visitors", "clicks")

    def __init__(self) -> None:
        self.clicks = 0
        self._groups: dict[tuple[int, Kind], ClickGroup] = {}
        self._visitors: dict[int, set[str]] = {}

    def add(self, kind: Kind, now: float, visitor: str = "") -> None:
        """Add one click."""
        day = int(now // _SECONDS_PER_DAY)
        group = self._groups.get((day, kind))
        if group is None:
            group = self._groups[day, kind] = ClickGroup(kind)
        group.clicks += 1
        group.times.append(now)
        if len(group.times) > 2 * MAX_TIMES_PER_GROUP:
            del group.times[:-MAX_TIMES_PER_GROUP]
        self.clicks += 1
        if visitor:
            self._visitors.setdefault(day, set()).add(visitor)

    def batch(self) -> ClickBatch:
        """Return what was collected."""
        visitors = {day: frozenset(found) for day, found in self._visitors.items()}
        return ClickBatch(tuple(self._groups.values()), visitors)


def collect(clicks: Sequence[Click]) -> ClickBatch:
    """Return single clicks as a batch."""
    collector = ClickCollector()
    for click in sorted(clicks, key=lambda one: one.timestamp):
        kind = Kind(
            click.country, click.referrer, click.platform.value, click.device, click.browser, click.os
        )
        collector.add(kind, click.timestamp, click.visitor)
    return collector.batch()


def parts(batch: ClickBatch) -> Iterator[ClickBatch]:
    """Return the batch in pieces whose text fits into a message of a queue."""
    for start in range(0, len(batch.groups), GROUPS_PER_MESSAGE):
        visitors = {} if start else batch.visitors
        yield ClickBatch(batch.groups[start : start + GROUPS_PER_MESSAGE], visitors)


def pack(batch: ClickBatch) -> str:
    """Return the batch as a text for a call to another Worker, a queue message or a file."""
    groups = [[*group.kind, group.clicks, group.times[-MAX_TIMES_PER_GROUP:]] for group in batch.groups]
    visitors = {str(day): sorted(found) for day, found in batch.visitors.items()}
    return json.dumps([_VERSION, groups, visitors], separators=(",", ":"))


def unpack(text: str) -> ClickBatch:
    """Read what `pack` wrote, whatever version of the sender; raise InvalidClickError.

    A name this version does not know becomes `other` (see `Click.from_wire`); the wrong shape is refused.
    """
    try:
        version, groups, visitors = json.loads(text)
        if version != _VERSION or not 0 < len(groups) <= MAX_GROUPS:
            raise InvalidClickError("a batch of clicks has an unknown version or no group of clicks")
        batch = ClickBatch(tuple(map(_group, groups)), _read_visitors(visitors))
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, InvalidClickError):
            raise
        raise InvalidClickError("a batch of clicks does not have the expected shape") from error
    if batch.clicks > MAX_BATCH_CLICKS:
        raise InvalidClickError(f"{batch.clicks} clicks in a batch; at most {MAX_BATCH_CLICKS} are taken")
    return batch


def _group(wire: list[object]) -> ClickGroup:
    *names, clicks, times = wire
    if isinstance(clicks, bool) or not isinstance(clicks, int) or not isinstance(times, list):
        raise InvalidClickError("a group of clicks has no count or no times")
    if not 0 < len(times) <= min(clicks, MAX_TIMES_PER_GROUP):
        raise InvalidClickError("a group of clicks has more times than clicks, or none")
    return ClickGroup(_kind(tuple(names)), clicks, sorted(map(check_timestamp, times)))


@lru_cache(maxsize=1_024)
def _kind(names: tuple[object, ...]) -> Kind:
    """Return what a sender's names stand for; busy links send the same ones again and again."""
    read = Click.from_wire([0.0, *names, ""])
    return Kind(read.country, read.referrer, read.platform.value, read.device, read.browser, read.os)


def _read_visitors(wire: dict[str, list[str]]) -> dict[int, frozenset[str]]:
    visitors = {int(day): frozenset(check_visitors(found)) for day, found in wire.items()}
    if sum(map(len, visitors.values())) > MAX_VISITORS:
        raise InvalidClickError(f"a batch of clicks has more than {MAX_VISITORS} visitors")
    return visitors

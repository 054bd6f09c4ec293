"""Clicks on their way from an isolate to the owner of a code: added up, packed, unpacked.

What an owner keeps is known to the sender: counts by day and dimension, who came, and the latest clicks. So
the sender adds up, and the cost of a batch grows with its variety and not with its size. Only a few clicks
travel as they are.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from analytics.clicks import Click, check_timestamp, check_visitors
from analytics.errors import InvalidClickError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

MAX_RECENT = 50
"""A store keeps its 50 latest clicks; earlier times would tell it nothing."""
MAX_BATCH_CLICKS = 100_000
MAX_DAYS = 1_000
MAX_NAMES = 5_000
MAX_VISITORS = 10_000
MAX_TEXT_CHARACTERS = 100_000
"""A message of a queue holds 128 KB."""

MAX_SINGLES = 10
"""So few clicks travel one by one: adding them up costs more than it saves."""
MAX_SINGLES_READ = 1_000

_ADDED_UP = 2
_SINGLES = 3
_encode = json.JSONEncoder(separators=(",", ":")).encode
_time = itemgetter(0)
_SECONDS_PER_DAY = 86_400


class Kind(NamedTuple):
    """What a click says beside its time and visitor; the fields of `Click` in the same words."""

    country: str
    referrer: str
    platform: str
    device: str
    browser: str
    os: str


NotedClick: TypeAlias = tuple[float, Kind, str]
"""One click as the sender has it: when, what it says, and the hash of who came, empty if nobody knows."""


@dataclass(frozen=True, slots=True)
class DayClicks:
    """The clicks of one day of the sender's clock: how many, of which names, and the hashes of who came."""

    day: int
    clicks: int
    names: Mapping[str, Mapping[str, int]]
    visitors: frozenset[str]


@dataclass(frozen=True, slots=True)
class ClickBatch:
    """Clicks of one code. `recent` are the latest, the newest last."""

    days: tuple[DayClicks, ...]
    recent: tuple[tuple[float, Kind], ...]

    @property
    def clicks(self) -> int:
        """Return how many clicks the batch holds."""
        return sum(day.clicks for day in self.days)

    @property
    def newest(self) -> float:
        """Return the time of the latest click."""
        return self.recent[-1][0]


def gather(clicks: Sequence[NotedClick]) -> ClickBatch:
    """Add up the clicks of a code, at least one."""
    ordered = sorted(clicks, key=_time)
    return ClickBatch(
        tuple(_add_up(day, noted) for day, noted in _by_day(ordered)),
        tuple((time, kind) for time, kind, _ in ordered[-MAX_RECENT:]),
    )


def _by_day(ordered: Sequence[NotedClick]) -> Iterator[tuple[int, Iterable[NotedClick]]]:
    """Return the clicks of each day; nearly always there is one."""
    first, last = _day_of(ordered[0]), _day_of(ordered[-1])
    return iter([(first, ordered)]) if first == last else groupby(ordered, _day_of)


def _day_of(click: NotedClick) -> int:
    return int(click[0] // _SECONDS_PER_DAY)


def collect(clicks: Sequence[Click]) -> ClickBatch:
    """Return single clicks as a batch."""
    return gather(
        [
            (
                click.timestamp,
                Kind(
                    click.country, click.referrer, click.platform.value, click.device, click.browser, click.os
                ),
                click.visitor,
            )
            for click in clicks
        ]
    )


def texts(clicks: Sequence[NotedClick]) -> Iterator[tuple[int, str]]:
    """Pack clicks into as many texts as it takes for each to fit into a message; with their numbers."""
    text = write(clicks)
    if len(text) <= MAX_TEXT_CHARACTERS or len(clicks) == 1:
        yield len(clicks), text
        return
    half = len(clicks) // 2
    yield from texts(clicks[:half])
    yield from texts(clicks[half:])


def write(clicks: Sequence[NotedClick]) -> str:
    """Return clicks as a text for a call to another Worker, a queue message or a file."""
    if len(clicks) > MAX_SINGLES:
        return pack(gather(clicks))
    return _encode([_SINGLES, [[time, *kind, visitor] for time, kind, visitor in clicks]])


def pack(batch: ClickBatch) -> str:
    """Return a batch as such a text."""
    days = [[day.day, day.clicks, day.names, sorted(day.visitors)] for day in batch.days]
    recent = [[time, *kind] for time, kind in batch.recent]
    return _encode([_ADDED_UP, days, recent])


def unpack(text: str) -> ClickBatch:
    """Read such a text, whatever version of the sender; raise InvalidClickError.

    A name this version does not know becomes `other` (see `Click.from_wire`); the wrong shape is refused.
    """
    try:
        version, *parts = json.loads(text)
        batch = gather(_singles(*parts)) if version == _SINGLES else _added_up(version, *parts)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        if isinstance(error, InvalidClickError):
            raise
        raise InvalidClickError("a batch of clicks does not have the expected shape") from error
    if batch.clicks > MAX_BATCH_CLICKS:
        raise InvalidClickError(f"{batch.clicks} clicks in a batch; at most {MAX_BATCH_CLICKS} are taken")
    if len(batch.recent) > batch.clicks:
        raise InvalidClickError("a batch of clicks has more latest clicks than clicks")
    return batch


def _singles(clicks: list[list[Any]]) -> list[NotedClick]:
    if not 0 < len(clicks) <= MAX_SINGLES_READ:
        raise InvalidClickError(f"clicks travel one by one if they are 1 to {MAX_SINGLES_READ}")
    cut = [(check_timestamp(time), _kind(tuple(names[:_NAMES])), names[_NAMES]) for time, *names in clicks]
    check_visitors([visitor for _, _, visitor in cut])
    return cut


def _added_up(version: int, days: list[Any], recent: list[Any]) -> ClickBatch:
    if version != _ADDED_UP or not 0 < len(days) <= MAX_DAYS or not 0 < len(recent) <= MAX_RECENT:
        raise InvalidClickError("a batch of clicks has an unknown version, no day or no latest click")
    return ClickBatch(tuple(map(_day, days)), tuple(sorted(map(_recent, recent), key=_time)))


def _add_up(day: int, clicks: Iterable[NotedClick]) -> DayClicks:
    """Add up a day. Clicks are of few kinds: each name is then added once a kind, not once a click."""
    _, kinds, visitors = zip(*clicks, strict=True)
    names: dict[str, Counter[str]] = {field: Counter() for field in Kind._fields}
    for kind, number in Counter(kinds).items():
        for counts, name in zip(names.values(), kind, strict=True):
            counts[name] += number
    return DayClicks(day, len(kinds), names, frozenset(visitors) - {""})


def _day(wire: list[Any]) -> DayClicks:
    day, clicks, names, visitors = wire
    if not _is_whole(day) or not _is_whole(clicks) or not clicks or not isinstance(visitors, list):
        raise InvalidClickError("a day of clicks has no number, no count or no list of visitors")
    if len(visitors) > MAX_VISITORS:
        raise InvalidClickError(f"a day of clicks has more than {MAX_VISITORS} visitors")
    known = {field: _names(field, names[field], clicks) for field in Kind._fields}
    return DayClicks(day, clicks, known, frozenset(check_visitors(visitors)))


def _names(field: str, counts: dict[str, int], clicks: int) -> Counter[str]:
    """Return how often each name occurred, each as this version knows it."""
    if len(counts) > MAX_NAMES or not all(_is_whole(count) and count for count in counts.values()):
        raise InvalidClickError(f"{field} of a day of clicks has too many names or a wrong count")
    known: Counter[str] = Counter()
    for name, count in counts.items():
        known[_known(field, name)] += count
    if known.total() != clicks:
        raise InvalidClickError(f"the counts of {field} are not those of the clicks")
    return known


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _recent(wire: list[Any]) -> tuple[float, Kind]:
    time, *names = wire
    return check_timestamp(time), _kind(tuple(names))


@lru_cache(maxsize=1_024)
def _kind(names: tuple[object, ...]) -> Kind:
    """Return what a sender's names stand for; busy links send the same ones again and again."""
    read = Click.from_wire([0.0, *names, ""])
    return Kind(read.country, read.referrer, read.platform.value, read.device, read.browser, read.os)


_NAMES = len(Kind._fields)
_UNKNOWN = Kind("", "", "", "", "", "")


@lru_cache(maxsize=4_096)
def _known(field: str, name: str) -> str:
    """Return what one name of a sender stands for."""
    known: str = getattr(_kind(_UNKNOWN._replace(**{field: name})), field)
    return known

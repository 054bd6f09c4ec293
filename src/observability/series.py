"""Metrics by name and tags, as many as a process can afford."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeAlias, TypeVar

from observability.plain import to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Value = TypeVar("Value")
Tags: TypeAlias = "tuple[tuple[str, str], ...]"

OVERFLOW_TAGS: Tags = (("overflow", "true"),)
OVERFLOW_NAME = "overflow"
_MAX_TEXT = 256


class SeriesKey(NamedTuple):
    """A metric's name and its tags, sorted, so that their order does not matter."""

    name: str
    tags: Tags

    def __str__(self) -> str:
        if not self.tags:
            return self.name
        return f"{self.name}{{{','.join(f'{key}={_quoted(value)}' for key, value in self.tags)}}}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'


def series_key(name: str, tags: Mapping[str, object] | None) -> SeriesKey:
    """Return the key under which a name and tags are kept; tag values become text."""
    pairs = {to_text(key, _MAX_TEXT): to_text(value, _MAX_TEXT) for key, value in (tags or {}).items()}
    return SeriesKey(to_text(name, _MAX_TEXT), tuple(sorted(pairs.items())))


class SeriesTable(Generic[Value]):
    """Values by key, at most `max_series` of them, of which `max_tag_sets` may have the same name.

    What comes after that is kept together under the tag `overflow="true"`, a new name under the name
    `overflow` as well, because one tag with a user id in it would otherwise grow for ever. These series come
    on top, one a name.
    """

    def __init__(self, new: Callable[[], Value], max_tag_sets: int, max_series: int) -> None:
        self._new = new
        self._max_tag_sets, self._max_series = max_tag_sets, max_series
        self._size = 0
        self._by_name: dict[str, dict[Tags, Value]] = {}

    def admit(self, key: SeriesKey) -> tuple[SeriesKey, bool]:
        """Return the key to use for recording, and whether it had to be the overflow's."""
        known = self._by_name.get(key.name, {})
        if key.tags in known or (len(known) < self._max_tag_sets and self._size < self._max_series):
            return key, False
        return SeriesKey(key.name if known else OVERFLOW_NAME, OVERFLOW_TAGS), True

    def get(self, key: SeriesKey) -> Value | None:
        """Return the value, None if nothing was recorded under exactly this key."""
        return self._by_name.get(key.name, {}).get(key.tags)

    def get_or_new(self, key: SeriesKey) -> Value:
        """Return the value, a new one if there is none."""
        values = self._by_name.get(key.name, {})
        if key.tags not in values:
            self.put(key, self._new())
            return self._by_name[key.name][key.tags]
        return values[key.tags]

    def put(self, key: SeriesKey, value: Value) -> None:
        """Set the value."""
        values = self._by_name.setdefault(key.name, {})
        self._size += key.tags not in values
        values[key.tags] = value

    def clear(self) -> None:
        """Forget everything."""
        self._by_name.clear()
        self._size = 0

    def items(self) -> Iterator[tuple[SeriesKey, Value]]:
        """Yield keys and values, sorted by name and tags."""
        for name in sorted(self._by_name):
            for tags in sorted(self._by_name[name]):
                yield SeriesKey(name, tags), self._by_name[name][tags]

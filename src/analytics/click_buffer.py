"""Clicks of all codes that an isolate has not handed on yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.click_wire import Kind, NotedClick


QUICK_SECONDS = 0.1


class Seen(Protocol):
    """What was seen of a visitor."""

    @property
    def kind(self) -> Kind:
        """Return what the click shares with others."""
        ...


SeenT = TypeVar("SeenT", bound=Seen)


class ClickBuffer(Generic[SeenT]):
    """Collects clicks and says when somebody has to flush it.

    A flush is due some time after the first click, or at once with `flush_clicks` of them. That time is short
    while clicks are rare, since waiting would group nothing, and doubles up to `flush_seconds` while flushes
    carry several. Whoever adds the first click is told to wait for it; if that flush never comes (its request
    was cut off), a later click finds it overdue and is told to flush instead.

    A visit only notes what it knows. Grouping clicks and hashing their visitors with `identify` waits until
    they are taken, many in a row: the same work done between two requests costs several times as much.
    """

    def __init__(
        self,
        flush_clicks: int,
        flush_seconds: float,
        identify: Callable[[str, SeenT, str, float], str],
    ) -> None:
        self.flush_clicks = flush_clicks
        self._flush_seconds = flush_seconds
        self._identify = identify
        self._clicks: list[tuple[str, SeenT, str, float]] = []
        self._wait = min(QUICK_SECONDS, flush_seconds)
        self._overdue_at = 0.0
        self._awaited = False

    def __len__(self) -> int:
        return len(self._clicks)

    def add(self, code: str, seen: SeenT, address: str, now: float) -> float | None:
        """Add a click; return in how many seconds the caller has to flush, or None if another does."""
        clicks = self._clicks
        clicks.append((code, seen, address, now))
        if len(clicks) >= self.flush_clicks:
            return 0.0
        if not self._awaited or now >= self._overdue_at:
            self._awaited = True
            self._overdue_at = now + 2 * self._flush_seconds
            return self._wait
        return None

    def take(self) -> dict[str, list[NotedClick]]:
        """Return everything, by code, and begin anew."""
        clicks, self._clicks, self._awaited = self._clicks, [], False
        longer = 2 * self._wait if len(clicks) > 1 else QUICK_SECONDS
        self._wait = min(longer, self._flush_seconds)
        identify = self._identify
        taken: dict[str, list[NotedClick]] = {}
        for code, seen, address, now in clicks:
            taken.setdefault(code, []).append((now, seen.kind, identify(address, seen, code, now)))
        return taken

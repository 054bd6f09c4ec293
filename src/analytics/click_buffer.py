"""Clicks of all codes that an isolate has not handed on yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.click_wire import ClickBatch, ClickCollector

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics.click_wire import Kind


QUICK_SECONDS = 0.1


class ClickBuffer:
    """Collects clicks and says when somebody has to flush it.

    A flush is due some time after the first click, or at once with `flush_clicks` of them. That time is short
    while clicks are rare, since waiting would group nothing, and doubles up to `flush_seconds` while flushes
    carry several. Whoever adds the first click is told to wait for it; if that flush never comes (its request
    was cut off), a later click finds it overdue and is told to flush instead.
    """

    def __init__(self, flush_clicks: int, flush_seconds: float) -> None:
        self._flush_clicks = flush_clicks
        self._flush_seconds = flush_seconds
        self._codes: dict[str, ClickCollector] = {}
        self._clicks = 0
        self._wait = min(QUICK_SECONDS, flush_seconds)
        self._overdue_at = 0.0
        self._awaited = False

    def __len__(self) -> int:
        return self._clicks

    def add(self, code: str, kind: Kind, now: float, visitor: str) -> float | None:
        """Add a click; return in how many seconds the caller has to flush, or None if another does."""
        collector = self._codes.get(code)
        if collector is None:
            collector = self._codes[code] = ClickCollector()
        collector.add(kind, now, visitor)
        self._clicks += 1
        if self._clicks >= self._flush_clicks:
            return 0.0
        if not self._awaited or now >= self._overdue_at:
            self._awaited = True
            self._overdue_at = now + 2 * self._flush_seconds
            return self._wait
        return None

    def take(self) -> Mapping[str, ClickBatch]:
        """Return everything, by code, and begin anew."""
        longer = 2 * self._wait if self._clicks > 1 else QUICK_SECONDS
        self._wait = min(longer, self._flush_seconds)
        taken = {code: collector.batch() for code, collector in self._codes.items()}
        self._codes, self._clicks, self._awaited = {}, 0, False
        return taken

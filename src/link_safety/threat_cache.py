"""Remembers threats for as long as the service allows, and no longer: it also forgives.

Only matches come with a time to keep them, so a URL without one is asked about every time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from link_safety.safe_browsing import Threat

MAX_THREATS: Final = 10_000


class ThreatCache:
    """Keeps the newest threats in memory, at most `max_threats`."""

    def __init__(self, max_threats: int = MAX_THREATS) -> None:
        self._max_threats = max_threats
        self._kept: dict[str, tuple[float, Threat]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, threats: Iterable[Threat], now: float) -> None:
        """Remember what the service has just said; `now` is in seconds."""
        for threat in threats:
            self._kept.pop(threat.url, None)
            if threat.cache_seconds > 0:
                self._kept[threat.url] = (now + threat.cache_seconds, threat)
        while len(self._kept) > self._max_threats:
            del self._kept[next(iter(self._kept))]

    def split(self, urls: Iterable[str], now: float) -> tuple[list[Threat], list[str]]:
        """Return the threats that are known among different URLs, and the URLs to ask about."""
        known: list[Threat] = []
        unknown: list[str] = []
        for url in dict.fromkeys(urls):
            until, threat = self._kept.get(url, (now, None))
            if threat is not None and now < until:
                known.append(threat)
            else:
                self._kept.pop(url, None)
                unknown.append(url)
        return known, unknown

"""When an isolate must ask the object that keeps the exact count."""

from __future__ import annotations

from ratelimit.errors import RateLimitValueError


class LocalThreshold:
    """Counts requests in this isolate, so that ordinary traffic never pays for a remote call.

    Memory is `slots` small integers, whatever the traffic: keys that fall into one slot share a count. So a
    key is never waved through above its threshold, but may be told to ask a little early. A key makes at most
    `threshold` unasked requests in a window of this isolate; across the edge of two windows, twice that.

    Above the threshold a key may be granted what its object allowed in advance, so that a flood pays for one
    call in many. Grants that are not used end with the window.
    """

    def __init__(self, threshold: int, window_ms: int, *, slots: int = 4096) -> None:
        if threshold < 0 or window_ms < 1 or slots < 1:
            raise RateLimitValueError("threshold must be 0 or more, window_ms and slots 1 or more")
        self._threshold = threshold
        self._window_ms = window_ms
        self._counts = [0] * slots
        self._started = 0
        self._ends = 0
        self._granted: dict[str, int] = {}

    def must_ask(self, key: str, now_ms: int) -> bool:
        """Count one request of `key`; return whether its object has to be consulted."""
        if not self._started <= now_ms < self._ends:
            self._counts = [0] * len(self._counts)
            self._started, self._ends = now_ms, now_ms + self._window_ms
            self._granted = {}
        counts = self._counts
        slot = hash(key) % len(counts)
        if counts[slot] >= self._threshold:
            return not self._takes_granted(key)
        counts[slot] += 1
        return False

    def grant(self, key: str, requests: int) -> None:
        """Let so many more requests of a key pass in this window: its object has charged them."""
        if requests > 0 and (key in self._granted or len(self._granted) < len(self._counts)):
            self._granted[key] = self._granted.get(key, 0) + requests

    def _takes_granted(self, key: str) -> bool:
        left = self._granted.get(key, 0)
        if left > 1:
            self._granted[key] = left - 1
        elif left:
            del self._granted[key]
        return left > 0

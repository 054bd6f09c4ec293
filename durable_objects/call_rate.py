"""How often an object is called."""

from __future__ import annotations


class CallRate:
    """Counts calls in whole seconds and compares the last full one with a limit."""

    def __init__(self) -> None:
        self._second = 0
        self._calls = 0

    def is_high(self, now: float, calls_per_second: float, calls: int = 1) -> bool:
        """Note a call, or so many, and tell whether this second has had more than the limit."""
        if int(now) != self._second:
            self._second, self._calls = int(now), 0
        self._calls += calls
        return self._calls > calls_per_second

"""When to stop asking a dependency that fails, and when to try it again."""

from __future__ import annotations

from enum import StrEnum
from typing import TypedDict


class CircuitState(StrEnum):
    """What a breaker does with a call."""

    CLOSED = "closed"
    """Calls pass."""
    OPEN = "open"
    """Calls are refused."""
    HALF_OPEN = "half_open"
    """One call passes, and its outcome decides; the others are refused."""


class CircuitReport(TypedDict):
    """A breaker as `/healthz` shows it.

    `failures` are those that count towards opening, or that opened it; `since` is the time in milliseconds
    at which the state began, None for one that never changed; `rejected` is the number of calls refused ever.
    """

    state: str
    failures: int
    since: int | None
    rejected: int


class CircuitBreaker:
    """Refuses calls to one dependency for `open_ms` after `failures` failures in a row.

    In a row, because a dependency that answers now and then is better asked and retried than given up: a
    success starts the count again, and so does a pause of `window_ms` between two failures. Not all of them
    have to come within it: calls that time out one after the other take longer. Once `open_ms` have passed,
    one call is let through as a trial; a trial that never reports gives way to another after `open_ms`.
    Outcomes of calls that began before the breaker opened are ignored while it is open. A clock that goes
    back never makes the wait longer than `open_ms`.
    """

    def __init__(self, name: str, failures: int, window_ms: int, open_ms: int) -> None:
        if failures < 1 or window_ms < 1 or open_ms < 1:
            raise ValueError("failures, window_ms and open_ms must be 1 or more")
        self.name = name
        self._limit = failures
        self._window_ms = window_ms
        self._open_ms = open_ms
        self._failures = 0
        self._failed_at = 0
        self._opened_at: int | None = None
        self._trial_at: int | None = None
        self._since: int | None = None
        self._rejected = 0

    def another(self, name: str) -> CircuitBreaker:
        """Return a breaker for another dependency with the same patience."""
        return CircuitBreaker(name, self._limit, self._window_ms, self._open_ms)

    def allow(self, now_ms: int) -> bool:
        """Return whether a call may be made now; who makes it reports `succeeded` or `failed`."""
        state = self._settle(now_ms)
        if state is CircuitState.CLOSED:
            return True
        if state is CircuitState.HALF_OPEN and self._trial_at is None:
            self._trial_at = now_ms
            return True
        self._rejected += 1
        return False

    def succeeded(self, now_ms: int) -> None:
        """Note that a call was answered."""
        state = self._settle(now_ms)
        if state is CircuitState.OPEN:
            return
        if state is CircuitState.HALF_OPEN:
            self._opened_at = self._trial_at = None
            self._since = now_ms
        self._failures = 0

    def failed(self, now_ms: int) -> None:
        """Note that a call failed or took too long."""
        state = self._settle(now_ms)
        if state is CircuitState.OPEN:
            return
        if state is CircuitState.CLOSED:
            self._failures += 1
            self._failed_at = now_ms
            if self._failures < self._limit:
                return
        self._opened_at = self._since = now_ms
        self._trial_at = None

    def state(self, now_ms: int) -> CircuitReport:
        """Return what there is to know, as plain values."""
        state = self._settle(now_ms)
        since = self._since
        if state is CircuitState.HALF_OPEN and self._opened_at is not None:
            since = self._opened_at + self._open_ms
        return {
            "state": state.value,
            "failures": self._failures,
            "since": None if since is None else min(since, now_ms),
            "rejected": self._rejected,
        }

    def _settle(self, now_ms: int) -> CircuitState:
        """Forget what is over and return the state of this moment."""
        if self._opened_at is None:
            self._failed_at = min(self._failed_at, now_ms)
            if now_ms >= self._failed_at + self._window_ms:
                self._failures = 0
            return CircuitState.CLOSED
        self._opened_at = min(self._opened_at, now_ms)
        if self._trial_at is None:
            is_open = now_ms < self._opened_at + self._open_ms
            return CircuitState.OPEN if is_open else CircuitState.HALF_OPEN
        self._trial_at = min(self._trial_at, now_ms)
        if now_ms >= self._trial_at + self._open_ms:
            self._trial_at = None
        return CircuitState.HALF_OPEN

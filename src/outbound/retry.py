"""When to send again: one judgement, pure, for every client."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from outbound.messages import HttpResponse


class Reach(Enum):
    """How far a request without an answer came."""

    UNWRITABLE = "unwritable"
    """It cannot be put on the wire at all: another try would fail the same way."""
    UNSENT = "unsent"
    """No connection was made, so nobody has seen it."""
    MAYBE_SENT = "maybe_sent"
    """Some of it left; the service may have acted on it."""


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how patiently to retry.

    Delays double from `base_delay_seconds` up to `max_delay_seconds`, minus up to a quarter of jitter. A
    server's own wish (`retry-after-ms`, `retry-after`) wins while it is at most `max_server_delay_seconds`;
    one that asks for more is not retried at all. `only_if_unsent` is for calls that must not happen twice: a
    try that may have reached the service is the last one.
    """

    max_retries: int = 2
    base_delay_seconds: float = 0.5
    max_delay_seconds: float = 8.0
    max_server_delay_seconds: float = 60.0
    statuses: frozenset[int] = frozenset({408, 409, 429, *range(500, 600)})
    on_connection_failure: bool = True
    only_if_unsent: bool = False

    def delay_seconds(
        self,
        retries_done: int,
        response: HttpResponse | None,
        now: float,
        jitter: float,
        reach: Reach = Reach.MAYBE_SENT,
    ) -> float | None:
        """Return how long to wait before the next try, or None to stop.

        `response` is None when no answer came, and `reach` then says how far the request came; `now` is Unix
        time; `jitter` lies in [0, 1).
        """
        if retries_done >= self.max_retries:
            return None
        if response is None:
            if not self._tries_again_after(reach):
                return None
        elif response.status not in self.statuses:
            return None
        else:
            asked = retry_after_seconds(response, now)
            if asked is not None:
                return asked if asked <= self.max_server_delay_seconds else None
        backoff = min(self.base_delay_seconds * 2.0**retries_done, self.max_delay_seconds)
        return backoff * (1 - 0.25 * jitter)

    def _tries_again_after(self, reach: Reach) -> bool:
        if reach is Reach.UNWRITABLE or not self.on_connection_failure:
            return False
        return reach is Reach.UNSENT or not self.only_if_unsent


NO_RETRY = RetryPolicy(max_retries=0)


def retry_after_seconds(response: HttpResponse, now: float) -> float | None:
    """Return the wait a response asks for, or None when it names none that can be read."""
    milliseconds = _number(response.header("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = response.header("retry-after")
    seconds = _number(text)
    if seconds is not None or text is None:
        return seconds
    try:
        date = parsedate_to_datetime(text)
        # Two legal spellings name no zone; HTTP dates are always GMT, never this machine's local time.
        return max(0.0, (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def _number(text: str | None) -> float | None:
    """Return a finite number that is not negative, or None."""
    try:
        value = float(text) if text is not None else -1.0
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None

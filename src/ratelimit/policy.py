"""Every limit of the service in one place; `docs/limits.md` says why each is what it is."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from enum import StrEnum

from ratelimit.config import RateLimitConfig, RateLimitStrategy
from ratelimit.errors import RateLimitValueError
from ratelimit.local_threshold import LocalThreshold
from ratelimit.rules import read_strategy

MAX_UNASKED_REQUESTS = 1_000_000
MAX_UNASKED_WINDOW_SECONDS = 3_600
MAX_ASKED_AT_ONCE = 50

_VARIABLE = "RATE_LIMITS"


class OnFailure(StrEnum):
    """What becomes of a request when nobody can say whether it fits the limit."""

    OPEN = "open"
    """It passes."""
    CLOSED = "closed"
    """It is refused."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit, and how many requests of a key an isolate lets pass by itself before it asks the object."""

    name: str
    config: RateLimitConfig
    on_failure: OnFailure
    unasked_requests: int = 0
    unasked_window_seconds: float = 60

    @property
    def asked_at_once(self) -> int:
        """Return how many requests to charge with one question: a hundredth of the window, 50 at most."""
        return max(1, min(MAX_ASKED_AT_ONCE, self.config.requests_per_window // 100))

    def key(self, *subjects: str) -> str:
        """Return the name of the object that counts for these subjects: an address, a token's id, a code.

        Raises RateLimitValueError for an empty one, which would count everybody together. A secret is no
        subject: names of objects are shown to operators.
        """
        if not subjects or not all(subjects):
            raise RateLimitValueError(f"a key of {self.name} needs subjects that are not empty")
        return ":".join([self.name, *subjects])

    def local_threshold(self) -> LocalThreshold:
        """Return a new counter of what this isolate lets pass unasked."""
        return LocalThreshold(self.unasked_requests, round(self.unasked_window_seconds * 1000))


@dataclass(frozen=True, slots=True)
class Policy:
    """The limits by their names."""

    api_token: Limit
    api_address: Limit
    failed_auth: Limit
    password_attempts: Limit
    password_link: Limit
    misses: Limit
    redirects: Limit
    reports: Limit


DEFAULT_POLICY = Policy(
    api_token=Limit("api_token", RateLimitConfig(600, 60), OnFailure.OPEN),
    api_address=Limit("api_address", RateLimitConfig(120, 60), OnFailure.OPEN),
    failed_auth=Limit(
        "failed_auth", RateLimitConfig(20, 300, RateLimitStrategy.SLIDING_WINDOW), OnFailure.OPEN
    ),
    password_attempts=Limit(
        "password_attempts", RateLimitConfig(5, 300, RateLimitStrategy.SLIDING_WINDOW), OnFailure.CLOSED
    ),
    password_link=Limit(
        "password_link", RateLimitConfig(100, 300, RateLimitStrategy.SLIDING_WINDOW), OnFailure.CLOSED
    ),
    misses=Limit("misses", RateLimitConfig(60, 60), OnFailure.CLOSED, 20, 60),
    redirects=Limit("redirects", RateLimitConfig(6_000, 60), OnFailure.OPEN, 300, 10),
    reports=Limit("reports", RateLimitConfig(10, 3_600, RateLimitStrategy.SLIDING_WINDOW), OnFailure.OPEN),
)


def read_policy(text: str) -> Policy:
    """Return the default limits with the changes of the variable `RATE_LIMITS`.

    The text is a JSON object of limits by name, each an object with any of `requests_per_window`,
    `window_seconds`, `strategy`, `unasked_requests` and `unasked_window_seconds`; empty changes nothing.
    Raises RateLimitValueError with a sentence that names the wrong value.
    """
    changes = _read_object(text) if text.strip() else {}
    known = [field.name for field in fields(Policy)]
    limits = {}
    for name, change in changes.items():
        if name not in known:
            raise RateLimitValueError(f"{_VARIABLE}.{name} is no limit; there are {', '.join(known)}")
        limits[name] = _changed(getattr(DEFAULT_POLICY, name), change)
    return replace(DEFAULT_POLICY, **limits)


def _read_object(text: str) -> dict[str, object]:
    try:
        read = json.loads(text, object_pairs_hook=_without_repeats)
    except RateLimitValueError:
        raise
    except (ValueError, RecursionError) as error:
        raise RateLimitValueError(f"{_VARIABLE} is not JSON: {error}") from error
    if not isinstance(read, dict):
        raise RateLimitValueError(f"{_VARIABLE} must be a JSON object of limits by name")
    return read


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    if len(read) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise RateLimitValueError(f"{_VARIABLE} has {repeated} twice")
    return read


def _changed(limit: Limit, change: object) -> Limit:
    place = f"{_VARIABLE}.{limit.name}"
    if not isinstance(change, dict):
        raise RateLimitValueError(f"{place} must be an object, not {change!r}")
    left = dict(change)
    try:
        config = RateLimitConfig(
            left.pop("requests_per_window", limit.config.requests_per_window),
            left.pop("window_seconds", limit.config.window_seconds),
            read_strategy(left.pop("strategy", limit.config.strategy)),
        )
    except RateLimitValueError as error:
        raise RateLimitValueError(f"{place}: {error}") from error
    unasked = left.pop("unasked_requests", limit.unasked_requests)
    if isinstance(unasked, bool) or not isinstance(unasked, int) or not 0 <= unasked <= MAX_UNASKED_REQUESTS:
        raise RateLimitValueError(
            f"{place}: unasked_requests must be a whole number from 0 to {MAX_UNASKED_REQUESTS},"
            f" not {unasked!r}"
        )
    seconds = left.pop("unasked_window_seconds", limit.unasked_window_seconds)
    if (
        isinstance(seconds, bool)
        or not isinstance(seconds, (int, float))
        or not 0.001 <= seconds <= MAX_UNASKED_WINDOW_SECONDS
    ):
        raise RateLimitValueError(
            f"{place}: unasked_window_seconds must be a number from 0.001 to {MAX_UNASKED_WINDOW_SECONDS},"
            f" not {seconds!r}"
        )
    if left:
        raise RateLimitValueError(f"{place} has no {next(iter(left))}")
    return replace(limit, config=config, unasked_requests=unasked, unasked_window_seconds=seconds)

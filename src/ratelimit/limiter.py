"""The documented class."""

from __future__ import annotations

import hashlib
import math
import time
from typing import TYPE_CHECKING

from ratelimit.errors import RateLimitError, RateLimitValueError
from ratelimit.store import RateLimitStore
from sql_port import in_process

if TYPE_CHECKING:
    from collections.abc import Callable

    from ratelimit.config import RateLimitConfig
    from ratelimit.decisions import Decision
    from sql_port import Database

_MAX_PLAIN_IDENTIFIER = 128


def _key(kind: str, identifier: object) -> str:
    """Return the row key: readable where it is short and plain, otherwise of constant size."""
    if not isinstance(identifier, str) or not identifier:
        raise RateLimitValueError(f"an identifier must be a string that is not empty, not {identifier!r}")
    if len(identifier) <= _MAX_PLAIN_IDENTIFIER and identifier.isascii() and identifier.isprintable():
        return f"{kind}:{identifier}"
    return f"{kind}#{hashlib.sha256(identifier.encode('utf-8', 'surrogatepass')).hexdigest()}"


class RateLimiter:
    """Limits requests per address and per user, each with the whole quota of `config`.

    A request that answers to both is charged to both or to neither. What is None or switched off does not
    limit; a request with neither passes. An empty identifier is a RateLimitValueError, because taking it for
    "nobody" would let everyone through. Exact under concurrent threads. The limits last as long as
    `database`, by default this object.
    """

    def __init__(
        self,
        config: RateLimitConfig,
        enable_per_ip: bool = True,
        enable_per_user: bool = True,
        *,
        database: Database | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.config = config
        self.enable_per_ip = enable_per_ip
        self.enable_per_user = enable_per_user
        self._clock = clock
        self._store = RateLimitStore(in_process() if database is None else database)

    def check_rate_limit(
        self, ip_address: str | None = None, user_id: str | None = None, count: int = 1
    ) -> tuple[bool, float]:
        """Charge `count` requests if they fit; return whether they do and the seconds to wait if not.

        The wait is 0.0 when allowed, otherwise exact to the millisecond, and `math.inf` for a `count` above
        the limit, which no waiting helps.
        """
        decision = self.decide(ip_address, user_id, count)
        return decision.allowed, _seconds(decision)

    def enforce_rate_limit(
        self, ip_address: str | None = None, user_id: str | None = None, count: int = 1
    ) -> None:
        """Charge `count` requests, or raise RateLimitError and charge none."""
        decision = self.decide(ip_address, user_id, count)
        if not decision.allowed:
            keys = self._keys(ip_address, user_id)
            limited_by = tuple(kind for kind, key in keys.items() if key in decision.refused_by)
            raise RateLimitError(_seconds(decision), limited_by)

    def decide(self, ip_address: str | None = None, user_id: str | None = None, count: int = 1) -> Decision:
        """Do what `check_rate_limit` does and return all of it, for `rate_limit_headers`."""
        return self._store.decide(
            self._keys(ip_address, user_id).values(), self.config, self._now_ms(), count
        )

    def get_remaining_quota(
        self, ip_address: str | None = None, user_id: str | None = None
    ) -> dict[str, int]:
        """Return how many requests fit now under "ip" and "user", for those given and switched on."""
        now_ms = self._now_ms()
        return {
            kind: self._store.remaining(key, self.config, now_ms)
            for kind, key in self._keys(ip_address, user_id).items()
        }

    def reset_limits(self, ip_address: str | None = None, user_id: str | None = None) -> None:
        """Give an address, a user or both their whole quota back; one that is None is left alone."""
        self._store.forget(self._keys(ip_address, user_id).values())

    def clear_all(self) -> None:
        """Give everyone their whole quota back."""
        self._store.clear()

    def _keys(self, ip_address: str | None, user_id: str | None) -> dict[str, str]:
        keys = {}
        if self.enable_per_ip and ip_address is not None:
            keys["ip"] = _key("ip", ip_address)
        if self.enable_per_user and user_id is not None:
            keys["user"] = _key("user", user_id)
        return keys

    def _now_ms(self) -> int:
        # Through microseconds: a float such as 1.001 lies below its millisecond and would lose it.
        return round(self._clock() * 1_000_000) // 1000


def _seconds(decision: Decision) -> float:
    return math.inf if decision.retry_after_ms is None else decision.retry_after_ms / 1000

"""The limits inside one object: no tables before the first charge, and none after the last limit ran out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ratelimit.decisions import judge
from ratelimit.store import RateLimitStore
from sql_port import schema_version

if TYPE_CHECKING:
    from ratelimit.config import RateLimitConfig
    from ratelimit.decisions import Decision
    from sql_port import Database


class ObjectLimits:
    """`RateLimitStore` on a database that nobody else uses, with nothing in it while nothing is charged.

    A request that charges nothing (a refusal, a count of 0) on an unused database creates no tables: whoever
    asks about many keys leaves no storage behind.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._store: RateLimitStore | None = None

    def decide(self, key: str, config: RateLimitConfig, now_ms: int, count: int = 1) -> Decision:
        """Allow `count` requests and charge the key, or refuse and charge nothing."""
        store = self._existing()
        if store is None:
            decision, kept = judge(config, {key: ()}, now_ms, count)
            if not kept[key]:
                return decision
            store = self._store = RateLimitStore(self._database)
        return store.decide([key], config, now_ms, count)

    def clean_up(self, now_ms: int) -> int | None:
        """Remove what no longer matters; return when the next limit runs out, None if none is left.

        On None the caller erases the database: from here on it counts as unused.
        """
        store = self._existing()
        next_ms = store.prune(now_ms) if store else None
        if next_ms is None:
            self._store = None
        return next_ms

    def _existing(self) -> RateLimitStore | None:
        if self._store is None and schema_version(self._database, "ratelimit"):
            self._store = RateLimitStore(self._database)
        return self._store

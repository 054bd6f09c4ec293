"""Where the counts live: one row per key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from ratelimit.decisions import Decision, judge
from ratelimit.strategies import ALGORITHMS
from sql_port import migrate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ratelimit.config import RateLimitConfig
    from ratelimit.strategies import State
    from sql_port import Database

PRUNED_PER_CHARGE = 4


class RateLimitStore:
    """Remembers keys exactly for as long as they matter.

    A key whose whole quota is back is the same as one never seen. Each charge also removes a few such rows,
    more than a request of an address and a user adds, so the table shrinks towards the keys of the last
    window. A refusal writes nothing unless the clock went back. A key whose limit was reconfigured starts
    afresh.
    """

    MIGRATIONS = (
        """
        CREATE TABLE rate_limits (
            key TEXT PRIMARY KEY,
            rule TEXT NOT NULL,
            state TEXT NOT NULL,
            expires_ms INTEGER NOT NULL
        )
        """,
        "CREATE INDEX rate_limits_by_expiry ON rate_limits (expires_ms)",
    )

    def __init__(self, database: Database) -> None:
        self._database = database
        migrate(database, "ratelimit", self.MIGRATIONS)

    def decide(self, keys: Iterable[str], config: RateLimitConfig, now_ms: int, count: int = 1) -> Decision:
        """Allow `count` requests and charge every key, or refuse and charge none (see `judge`)."""

        def work() -> Decision:
            states = {key: self._load(key, config) for key in keys}
            decision, kept = judge(config, states, now_ms, count)
            changed = {key: state for key, state in kept.items() if state != states[key]}
            for key, state in changed.items():
                self._save(key, config, state, now_ms)
            if changed and decision.allowed:
                self._prune_some(now_ms)
            return decision

        return self._database.transaction(work)

    def remaining(self, key: str, config: RateLimitConfig, now_ms: int) -> int:
        """Return how many requests of `key` fit now; asking costs nothing."""
        algorithm = ALGORITHMS[config.strategy]
        state = algorithm.settle(self._load(key, config), now_ms)
        return algorithm.remaining(config.quota, state, now_ms)

    def forget(self, keys: Iterable[str]) -> None:
        """Give the keys their whole quota back."""
        for key in keys:
            self._database.execute("DELETE FROM rate_limits WHERE key = ?", key)

    def clear(self) -> None:
        """Give every key its whole quota back."""
        self._database.execute("DELETE FROM rate_limits")

    def prune(self, now_ms: int) -> int | None:
        """Remove all keys that no longer matter; return when the next one will not, None if none is left.

        An object's alarm asks this and deletes its storage on None.
        """
        self._database.execute("DELETE FROM rate_limits WHERE expires_ms <= ?", now_ms)
        (row,) = self._database.execute("SELECT min(expires_ms) AS next_ms FROM rate_limits")
        return cast("int | None", row["next_ms"])

    def _load(self, key: str, config: RateLimitConfig) -> State:
        rows = self._database.execute(
            "SELECT state FROM rate_limits WHERE key = ? AND rule = ?", key, config.rule
        )
        return tuple(json.loads(rows[0]["state"])) if rows else ()

    def _save(self, key: str, config: RateLimitConfig, state: State, now_ms: int) -> None:
        until = now_ms + ALGORITHMS[config.strategy].reset_after(config.quota, state, now_ms)
        self._database.execute(
            "INSERT INTO rate_limits (key, rule, state, expires_ms) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET"
            " rule = excluded.rule, state = excluded.state, expires_ms = excluded.expires_ms",
            key,
            config.rule,
            json.dumps(state, separators=(",", ":")),
            until,
        )

    def _prune_some(self, now_ms: int) -> None:
        self._database.execute(
            "DELETE FROM rate_limits WHERE key IN"  # noqa: S608 - constant
            f" (SELECT key FROM rate_limits WHERE expires_ms <= ? LIMIT {PRUNED_PER_CHARGE})",
            now_ms,
        )

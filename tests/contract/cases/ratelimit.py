"""The rate limit store: charged together, remembered exactly, forgotten in time."""

from __future__ import annotations

import json

from ratelimit import RateLimitConfig, RateLimitStore, RateLimitStrategy
from ratelimit.config import MAX_SLIDING_REQUESTS
from sql_port import Database

T0 = 1_700_000_000_000
FIXED = RateLimitConfig(2, 1, RateLimitStrategy.FIXED_WINDOW)


def rows(database: Database) -> dict[str, str]:
    return {row["key"]: row["state"] for row in database.execute("SELECT key, state FROM rate_limits")}


def case_every_strategy_counts_and_recovers_to_the_millisecond(database: Database) -> None:
    store = RateLimitStore(database)
    for strategy in RateLimitStrategy:
        config, key = RateLimitConfig(3, 1, strategy), strategy.value
        assert store.decide([key], config, T0, 3).allowed
        refused = store.decide([key], config, T0 + 100, 3)
        assert not refused.allowed
        assert refused.retry_after_ms == 900
        assert not store.decide([key], config, T0 + 999, 3).allowed
        assert store.remaining(key, config, T0 + 1000) == 3
        assert store.decide([key], config, T0 + 1000, 3).allowed


def case_a_token_bucket_keeps_large_fractions_exactly(database: Database) -> None:
    store = RateLimitStore(database)
    config = RateLimitConfig(999_999_937, 366 * 86_400, RateLimitStrategy.TOKEN_BUCKET)
    assert store.decide(["k"], config, T0, 999_999_937).allowed
    # One token takes 31.6224… ms: it is not there after 31 and there after 32.
    assert store.remaining("k", config, T0 + 31) == 0
    assert store.remaining("k", config, T0 + 32) == 1
    assert store.decide(["k"], config, T0 + 32, 1).allowed
    # Two take 63.24… ms, counted from the start.
    assert store.decide(["k"], config, T0 + 63, 1).retry_after_ms == 1
    assert store.decide(["k"], config, T0 + 64, 1).allowed


def case_keys_are_charged_together_or_not_at_all(database: Database) -> None:
    store = RateLimitStore(database)
    store.decide(["a"], FIXED, T0, 2)
    before = rows(database)
    refused = store.decide(["a", "b"], FIXED, T0 + 1)
    assert (refused.allowed, refused.refused_by) == (False, ("a",))
    assert rows(database) == before
    assert store.remaining("b", FIXED, T0 + 1) == 2
    assert store.decide(["b", "c"], FIXED, T0 + 1).allowed
    assert [store.remaining(key, FIXED, T0 + 1) for key in "abc"] == [0, 1, 1]


def case_asking_and_being_refused_write_nothing(database: Database) -> None:
    store = RateLimitStore(database)
    assert store.remaining("a", FIXED, T0) == 2
    assert not store.decide(["a"], FIXED, T0, 3).allowed
    assert store.decide(["a"], FIXED, T0, 0).allowed
    assert rows(database) == {}


def case_a_clock_that_went_back_is_remembered_even_by_a_refusal(database: Database) -> None:
    store = RateLimitStore(database)
    store.decide(["a"], FIXED, T0, 2)
    back = T0 - 3_600_000
    assert store.remaining("a", FIXED, back) == 0
    refused = store.decide(["a"], FIXED, back)
    assert refused.retry_after_ms == 1000
    assert not store.decide(["a"], FIXED, back + 999).allowed
    assert store.decide(["a"], FIXED, back + 1000).allowed


def case_a_changed_limit_starts_afresh(database: Database) -> None:
    store = RateLimitStore(database)
    store.decide(["a"], FIXED, T0, 2)
    for config in (
        RateLimitConfig(3, 1, RateLimitStrategy.FIXED_WINDOW),
        RateLimitConfig(2, 2, RateLimitStrategy.FIXED_WINDOW),
        RateLimitConfig(2, 1, RateLimitStrategy.SLIDING_WINDOW),
    ):
        assert store.remaining("a", config, T0) == config.requests_per_window
    assert store.decide(["a"], RateLimitConfig(5, 1), T0, 4).remaining == 1
    assert len(rows(database)) == 1


def case_forgotten_keys_have_their_whole_quota(database: Database) -> None:
    store = RateLimitStore(database)
    store.decide(["a", "b", "c"], FIXED, T0, 2)
    store.forget(["a", "nobody"])
    assert [store.remaining(key, FIXED, T0) for key in "abc"] == [2, 0, 0]
    store.clear()
    assert rows(database) == {}


def case_stale_keys_leave_as_new_ones_come(database: Database) -> None:
    store = RateLimitStore(database)
    for index in range(40):
        store.decide([f"old-{index}"], FIXED, T0)
    assert len(rows(database)) == 40
    for index in range(20):
        store.decide([f"new-{index}"], FIXED, T0 + 1000)
    assert sorted(rows(database)) == sorted(f"new-{index}" for index in range(20))


def case_a_key_is_never_pruned_while_it_matters(database: Database) -> None:
    store = RateLimitStore(database)
    for strategy in RateLimitStrategy:
        config = RateLimitConfig(2, 1, strategy)
        store.clear()
        store.decide(["k"], config, T0)
        store.decide(["k"], config, T0 + 400)
        next_ms = store.prune(T0 + 400)
        assert next_ms is not None
        assert store.prune(next_ms - 1) == next_ms
        assert store.remaining("k", config, next_ms - 1) < 2
        assert store.prune(next_ms) is None
        assert rows(database) == {}


def case_a_store_opened_again_goes_on_counting(database: Database) -> None:
    RateLimitStore(database).decide(["a"], FIXED, T0, 2)
    assert not RateLimitStore(database).decide(["a"], FIXED, T0 + 999).allowed


def case_the_largest_sliding_window_fits_a_row(database: Database) -> None:
    store = RateLimitStore(database)
    config = RateLimitConfig(MAX_SLIDING_REQUESTS, 86_400, RateLimitStrategy.SLIDING_WINDOW)
    store.decide(["k"], config, T0)
    busy = [value for time in range(T0, T0 + MAX_SLIDING_REQUESTS - 1) for value in (time, 1)]
    database.execute(
        "UPDATE rate_limits SET state = ? WHERE key = 'k'", json.dumps(busy, separators=(",", ":"))
    )
    now = T0 + MAX_SLIDING_REQUESTS
    assert store.decide(["k"], config, now).remaining == 0
    refused = store.decide(["k"], config, now + 1)
    assert refused.retry_after_ms == 86_400_000 - MAX_SLIDING_REQUESTS - 1
    assert len(rows(database)["k"]) < 2_000_000

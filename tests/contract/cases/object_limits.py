"""The limits inside one object: storage only while something is charged."""

from __future__ import annotations

from ratelimit import RateLimitConfig, RateLimitStrategy
from ratelimit.object_limits import ObjectLimits
from sql_port import Database

T0 = 1_700_000_000_000
FIXED = RateLimitConfig(2, 1, RateLimitStrategy.FIXED_WINDOW)


def tables(database: Database) -> list[str]:
    found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return sorted(row["name"] for row in found if not row["name"].startswith(("_", "sqlite_")))


def erase(database: Database) -> None:
    for table in tables(database):
        database.execute(f"DROP TABLE {table}")


def case_a_question_and_a_refusal_leave_an_unused_object_without_tables(database: Database) -> None:
    limits = ObjectLimits(database)
    for strategy in RateLimitStrategy:
        config = RateLimitConfig(2, 1, strategy)
        assert limits.decide("a", config, T0, 0).allowed
        refused = limits.decide("a", config, T0, 3)
        assert (refused.allowed, refused.retry_after_ms, refused.refused_by) == (False, None, ("a",))
    assert limits.clean_up(T0) is None
    assert tables(database) == []


def case_the_first_charge_is_remembered(database: Database) -> None:
    assert ObjectLimits(database).decide("a", FIXED, T0).remaining == 1
    assert tables(database) == ["rate_limits", "schema_versions"]
    assert ObjectLimits(database).decide("a", FIXED, T0 + 1).remaining == 0
    refused = ObjectLimits(database).decide("a", FIXED, T0 + 2)
    assert (refused.allowed, refused.retry_after_ms) == (False, 998)


def case_every_strategy_decides_as_the_store_does(database: Database) -> None:
    limits = ObjectLimits(database)
    for strategy in RateLimitStrategy:
        config, key = RateLimitConfig(3, 1, strategy), strategy.value
        assert [limits.decide(key, config, T0).allowed for _ in range(4)] == [True, True, True, False]
        assert limits.decide(key, config, T0 + 1000, 3).allowed


def case_a_limit_is_kept_until_it_runs_out_and_the_object_is_unused_again(database: Database) -> None:
    limits = ObjectLimits(database)
    limits.decide("a", FIXED, T0)
    assert limits.clean_up(T0 + 999) == T0 + 1000
    assert limits.decide("a", FIXED, T0 + 999).remaining == 0
    assert limits.clean_up(T0 + 1000) is None
    erase(database)
    assert limits.decide("a", FIXED, T0 + 1000, 0).remaining == 2
    assert tables(database) == []
    assert limits.decide("a", FIXED, T0 + 1001).remaining == 1
    assert tables(database) == ["rate_limits", "schema_versions"]


def case_another_object_finds_the_storage_and_cleans_it_up(database: Database) -> None:
    ObjectLimits(database).decide("a", FIXED, T0)
    assert ObjectLimits(database).clean_up(T0 + 1) == T0 + 1000
    assert ObjectLimits(database).clean_up(T0 + 1000) is None

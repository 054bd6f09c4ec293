"""The documented class: addresses, users, both at once, errors, threads."""

from __future__ import annotations

import math
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratelimit import RateLimitConfig, RateLimiter, RateLimitError, RateLimitStrategy, RateLimitValueError
from sql_port.sqlite import SqliteDatabase


class Clock:
    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def limiter_of(limit: int = 3, seconds: float = 1, **more: object) -> tuple[RateLimiter, Clock]:
    clock = Clock()
    strategy = more.pop("strategy", RateLimitStrategy.FIXED_WINDOW)
    config = RateLimitConfig(limit, seconds, strategy)  # type: ignore[arg-type]
    return RateLimiter(config, clock=clock, **more), clock  # type: ignore[arg-type]


def test_an_allowed_request_waits_zero_seconds() -> None:
    limiter, _ = limiter_of()
    assert limiter.check_rate_limit(ip_address="192.0.2.1", user_id="u") == (True, 0.0)


def test_addresses_and_users_are_counted_apart_even_under_the_same_name() -> None:
    limiter, _ = limiter_of(2)
    limiter.check_rate_limit(ip_address="same", count=2)
    assert limiter.get_remaining_quota(ip_address="same", user_id="same") == {"ip": 0, "user": 2}
    assert limiter.check_rate_limit(ip_address="other")[0]


@pytest.mark.parametrize(("spent_by", "refused"), [("ip_address", "ip"), ("user_id", "user")])
def test_if_either_refuses_neither_is_charged(spent_by: str, refused: str) -> None:
    limiter, _ = limiter_of(3)
    limiter.check_rate_limit(**{spent_by: "x"}, count=3)  # type: ignore[arg-type]
    before = limiter.get_remaining_quota(ip_address="x", user_id="x")
    with pytest.raises(RateLimitError) as caught:
        limiter.enforce_rate_limit(ip_address="x", user_id="x")
    assert caught.value.limited_by == (refused,)
    assert limiter.get_remaining_quota(ip_address="x", user_id="x") == before


@pytest.mark.parametrize(
    ("switches", "charged"),
    [
        ({"enable_per_ip": False}, {"user": 2}),
        ({"enable_per_user": False}, {"ip": 2}),
        ({"enable_per_ip": False, "enable_per_user": False}, {}),
    ],
)
def test_what_is_switched_off_does_not_limit(switches: dict[str, bool], charged: dict[str, int]) -> None:
    limiter, _ = limiter_of(3, **switches)
    assert limiter.check_rate_limit(ip_address="a", user_id="u") == (True, 0.0)
    assert limiter.get_remaining_quota(ip_address="a", user_id="u") == charged


def test_a_request_with_neither_address_nor_user_passes() -> None:
    limiter, _ = limiter_of(1)
    assert [limiter.check_rate_limit() for _ in range(3)] == [(True, 0.0)] * 3
    assert limiter.get_remaining_quota() == {}


def test_the_error_says_how_long_and_who() -> None:
    limiter, clock = limiter_of(1, 2)
    limiter.enforce_rate_limit("a", "u")
    clock.now += 0.25
    with pytest.raises(RateLimitError) as caught:
        limiter.enforce_rate_limit("a", "u")
    error = caught.value
    assert (error.code, error.retry_after, error.limited_by) == ("rate_limited", 1.75, ("ip", "user"))
    assert str(error) == "Rate limit exceeded (per ip and user): retry after 1.750 seconds"


def test_more_than_a_window_allows_is_refused_for_ever_and_still_formats() -> None:
    limiter, _ = limiter_of(3)
    allowed, retry_after = limiter.check_rate_limit(user_id="u", count=4)
    assert not allowed
    assert retry_after == math.inf
    assert f"Retry after {retry_after:.1f} seconds" == "Retry after inf seconds"
    with pytest.raises(RateLimitError, match=r"\(per user\): the request asks for more than a whole window"):
        limiter.enforce_rate_limit(user_id="u", count=4)
    assert limiter.get_remaining_quota(user_id="u") == {"user": 3}


@pytest.mark.parametrize("identifier", ["", 7, b"a"])
def test_an_identifier_that_names_nobody_is_refused(identifier: object) -> None:
    limiter, _ = limiter_of()
    with pytest.raises(RateLimitValueError, match="not empty"):
        limiter.check_rate_limit(ip_address=identifier)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other"),
    [("x" * 129, "x" * 130), ("grüße", "grüß"), ("a\x00b", "a\x00c"), ("\ud800", "\ud801"), ("A", "a")],
)
def test_long_and_strange_identifiers_are_kept_apart(one: str, other: str) -> None:
    limiter, _ = limiter_of(1)
    assert limiter.check_rate_limit(user_id=one)[0]
    assert not limiter.check_rate_limit(user_id=one)[0]
    assert limiter.check_rate_limit(user_id=other)[0]


def test_a_row_key_has_a_bounded_length() -> None:
    database = SqliteDatabase()
    limiter, _ = limiter_of(database=database)
    limiter.check_rate_limit("9" * 128, "u" * 1_000_000)
    lengths = [len(row["key"]) for row in database.execute("SELECT key FROM rate_limits")]
    database.close()
    assert sorted(lengths) == [len("user#") + 64, len("ip:") + 128]


def test_reset_and_clear_give_quota_back_to_those_they_name() -> None:
    limiter, _ = limiter_of(1)
    limiter.check_rate_limit("a", "u")
    limiter.check_rate_limit("b")
    limiter.reset_limits()
    assert limiter.get_remaining_quota("a", "u") == {"ip": 0, "user": 0}
    limiter.reset_limits(ip_address="a")
    assert limiter.get_remaining_quota("a", "u") == {"ip": 1, "user": 0}
    limiter.reset_limits(user_id="u")
    assert limiter.get_remaining_quota("b", "u") == {"ip": 0, "user": 1}
    limiter.clear_all()
    assert limiter.get_remaining_quota("b", "u") == {"ip": 1, "user": 1}


def test_asking_what_remains_costs_nothing() -> None:
    limiter, _ = limiter_of(2)
    assert [limiter.get_remaining_quota("a") for _ in range(5)] == [{"ip": 2}] * 5


@given(
    strategy=st.sampled_from(RateLimitStrategy),
    limit=st.integers(1, 20),
    window_ms=st.integers(1, 5_000),
    start=st.floats(0, 4_000_000_000),
    offsets=st.lists(st.integers(0, 2_000), max_size=25),
)
@settings(deadline=None)
def test_seconds_as_floats_keep_every_millisecond(
    strategy: RateLimitStrategy, limit: int, window_ms: int, start: float, offsets: list[int]
) -> None:
    clock = Clock(round(start, 3))
    database = SqliteDatabase()
    limiter = RateLimiter(RateLimitConfig(limit, window_ms / 1000, strategy), database=database, clock=clock)
    try:
        for offset in offsets:
            clock.now = round(clock.now + offset / 1000, 3)
            limiter.check_rate_limit("a", "u")
        limiter.check_rate_limit("a", count=limiter.get_remaining_quota("a")["ip"])
        allowed, retry_after = limiter.check_rate_limit("a", "u")
        assert not allowed
        refused_at = clock.now
        clock.now = refused_at + retry_after - 0.001
        early, left = limiter.check_rate_limit("a", "u")
        assert (early, left) == (False, 0.001)
        clock.now = refused_at + retry_after
        assert limiter.check_rate_limit("a", "u") == (True, 0.0)
    finally:
        database.close()


@pytest.mark.parametrize("strategy", RateLimitStrategy)
def test_threads_together_get_exactly_the_limit(strategy: RateLimitStrategy) -> None:
    limiter, _ = limiter_of(100, 60, strategy=strategy)
    allowed: list[bool] = []
    together = threading.Barrier(8)

    def hammer(name: str) -> None:
        together.wait()
        allowed.extend([limiter.check_rate_limit("shared", name)[0] for _ in range(40)])

    threads = [threading.Thread(target=hammer, args=(f"user-{index}",)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(allowed) == 320
    assert sum(allowed) == 100
    left = sum(limiter.get_remaining_quota(user_id=f"user-{index}")["user"] for index in range(8))
    assert left == 8 * 100 - 100, "refused requests must not be charged to their users"


def test_two_limiters_over_one_database_share_their_limits() -> None:
    database = SqliteDatabase()
    one, _ = limiter_of(2, database=database)
    two, _ = limiter_of(2, database=database)
    results = [limiter.check_rate_limit("a")[0] for limiter in (one, two, one)]
    database.close()
    assert results == [True, True, False]

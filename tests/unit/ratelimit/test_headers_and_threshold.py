"""What a client is told, and when an isolate asks."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratelimit import Decision, LocalThreshold, RateLimitValueError, rate_limit_headers


@pytest.mark.parametrize(
    ("decision", "headers"),
    [
        (
            Decision(True, 100, 99, 600, 0),
            {"RateLimit-Limit": "100", "RateLimit-Remaining": "99", "RateLimit-Reset": "1"},
        ),
        (
            Decision(True, 100, 100, 0, 0),
            {"RateLimit-Limit": "100", "RateLimit-Remaining": "100", "RateLimit-Reset": "0"},
        ),
        (
            Decision(False, 5, 0, 60_000, 1, ("ip:a",)),
            {
                "RateLimit-Limit": "5",
                "RateLimit-Remaining": "0",
                "RateLimit-Reset": "60",
                "Retry-After": "1",
            },
        ),
        (
            Decision(False, 5, 2, 60_001, 12_001, ("ip:a",)),
            {
                "RateLimit-Limit": "5",
                "RateLimit-Remaining": "2",
                "RateLimit-Reset": "61",
                "Retry-After": "13",
            },
        ),
        (
            Decision(False, 5, 5, 0, None, ("ip:a",)),
            {"RateLimit-Limit": "5", "RateLimit-Remaining": "5", "RateLimit-Reset": "0"},
        ),
    ],
)
def test_headers_round_up_to_whole_seconds(decision: Decision, headers: dict[str, str]) -> None:
    assert rate_limit_headers(decision) == headers


@pytest.mark.parametrize(
    "decision", [Decision(True, 9, 8, 7, 0), Decision(False, 9, 0, 7, None, ("ip:a", "user:u"))]
)
def test_a_decision_survives_a_remote_call(decision: Decision) -> None:
    plain = decision.to_dict()
    assert not any(isinstance(value, tuple) for value in plain.values())
    assert Decision.from_dict(plain) == decision


@given(
    threshold=st.integers(0, 5),
    slots=st.integers(1, 8),
    visits=st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(-50, 200)), max_size=80),
)
@settings(deadline=None)
def test_no_key_is_waved_through_above_its_threshold(
    threshold: int, slots: int, visits: list[tuple[str, int]]
) -> None:
    local = LocalThreshold(threshold, 1000, slots=slots)
    now, window = 50_000, -1_000
    waved: Counter[str] = Counter()
    for key, step in visits:
        now += step
        if not window <= now < window + 1000:
            window = now
            waved.clear()
        if not local.must_ask(key, now):
            waved[key] += 1
        assert waved[key] <= threshold


def test_a_key_alone_is_waved_through_exactly_up_to_the_threshold_in_each_window() -> None:
    local = LocalThreshold(3, 1000)
    assert [local.must_ask("a", 10_000 + ms) for ms in (0, 1, 999, 999)] == [False, False, False, True]
    assert [local.must_ask("a", 11_000 + ms) for ms in (0, 500, 999, 999)] == [False, False, False, True]
    assert not local.must_ask("a", 9_000), "a clock that went back opens a new window"


def test_what_was_charged_in_advance_passes_above_the_threshold_until_the_window_ends() -> None:
    local = LocalThreshold(1, 1000)
    assert [local.must_ask("a", 10_000) for _ in range(2)] == [False, True]
    local.grant("a", 2)
    local.grant("b", 0)
    assert [local.must_ask("a", 10_000) for _ in range(3)] == [False, False, True]
    local.grant("a", 5)
    assert [local.must_ask("a", 11_000) for _ in range(2)] == [False, True]


def test_grants_take_no_more_memory_than_counts() -> None:
    local = LocalThreshold(0, 1000, slots=4)
    for index in range(100):
        local.grant(f"key-{index}", 1)
    assert [local.must_ask(f"key-{index}", 0) for index in range(5)] == [True] * 5
    for index in range(100):
        local.grant(f"key-{index}", 1)
    assert [local.must_ask(f"key-{index}", 1) for index in range(5)] == [False] * 4 + [True]


def test_a_flood_of_keys_takes_no_more_memory_and_errs_towards_asking() -> None:
    local = LocalThreshold(2, 1000, slots=16)
    answers = [local.must_ask(f"key-{index}", 0) for index in range(10_000)]
    assert answers.count(False) <= 16 * 2
    assert len(local._counts) == 16
    assert max(local._counts) <= 2


@pytest.mark.parametrize(("threshold", "window_ms", "slots"), [(-1, 1, 1), (0, 0, 1), (0, 1, 0)])
def test_a_threshold_that_means_nothing_is_refused(threshold: int, window_ms: int, slots: int) -> None:
    with pytest.raises(RateLimitValueError):
        LocalThreshold(threshold, window_ms, slots=slots)

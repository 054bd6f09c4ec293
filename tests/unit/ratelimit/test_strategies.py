"""The three strategies against models too plain to be wrong, and the promises of `judge`."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ratelimit import RateLimitConfig, RateLimitStrategy, RateLimitValueError, judge
from ratelimit.config import MAX_SLIDING_REQUESTS, Quota

BUCKET, FIXED, SLIDING = RateLimitStrategy
T0 = 1_700_000_000_000

configs = st.builds(
    RateLimitConfig,
    requests_per_window=st.integers(1, 12),
    window_seconds=st.integers(1, 400).map(lambda ms: ms / 1000),
    strategy=st.sampled_from(RateLimitStrategy),
)
steps = st.lists(st.tuples(st.integers(0, 150), st.integers(1, 5)), max_size=60)


class BucketModel:
    def __init__(self, quota: Quota) -> None:
        self.quota, self.tokens, self.at = quota, Fraction(quota.limit), 0

    def available(self, now: int) -> Fraction:
        flowed = (now - self.at) * Fraction(self.quota.limit, self.quota.window_ms)
        return min(Fraction(self.quota.limit), self.tokens + flowed)

    def take(self, now: int, count: int) -> None:
        self.tokens, self.at = self.available(now) - count, now


class FixedModel:
    def __init__(self, quota: Quota) -> None:
        self.quota = quota
        self.windows: list[tuple[int, int]] = []

    def available(self, now: int) -> int:
        open_windows = [used for start, used in self.windows if start <= now < start + self.quota.window_ms]
        return self.quota.limit - sum(open_windows)

    def take(self, now: int, count: int) -> None:
        if self.windows and now < self.windows[-1][0] + self.quota.window_ms:
            start, used = self.windows.pop()
            self.windows.append((start, used + count))
        else:
            self.windows.append((now, count))


class SlidingModel:
    def __init__(self, quota: Quota) -> None:
        self.quota = quota
        self.times: list[int] = []

    def available(self, now: int) -> int:
        return self.quota.limit - len([t for t in self.times if now - self.quota.window_ms < t <= now])

    def take(self, now: int, count: int) -> None:
        self.times += [now] * count


MODELS: dict[RateLimitStrategy, Callable[[Quota], BucketModel | FixedModel | SlidingModel]] = {
    BUCKET: BucketModel,
    FIXED: FixedModel,
    SLIDING: SlidingModel,
}


@given(config=configs, history=steps)
@settings(deadline=None)
def test_every_strategy_decides_like_its_plain_model(
    config: RateLimitConfig, history: list[tuple[int, int]]
) -> None:
    model, state, now = MODELS[config.strategy](config.quota), (), T0
    for step, count in history:
        now += step
        fits = count <= model.available(now)
        decision, kept = judge(config, {"k": state}, now, count)
        assert decision.allowed == fits
        if fits:
            model.take(now, count)
        else:
            assert kept["k"] == state, "a refusal must not change anything"
        state = kept["k"]
        assert decision.remaining == model.available(now) // 1


@given(config=configs, history=steps, count=st.integers(1, 12))
@settings(deadline=None)
def test_waiting_exactly_retry_after_is_enough_and_one_millisecond_less_is_not(
    config: RateLimitConfig, history: list[tuple[int, int]], count: int
) -> None:
    assume(count <= config.requests_per_window)
    states, now = {"a": (), "b": ()}, T0
    for index, (step, used) in enumerate(history):
        now += step
        key = "ab"[index % 2]
        states[key] = judge(config, {key: states[key]}, now, used)[1][key]
    decision, kept = judge(config, states, now, count)
    if decision.allowed:
        assert decision.retry_after_ms == 0
        return
    wait = decision.retry_after_ms
    assert wait is not None
    assert 1 <= wait <= config.quota.window_ms
    assert kept == states, "if either refuses, neither is charged"
    assert judge(config, states, now + wait, count)[0].allowed
    early = judge(config, states, now + wait - 1, count)[0]
    assert not early.allowed
    assert early.retry_after_ms == 1


@given(config=configs, history=steps)
@settings(deadline=None)
def test_the_whole_quota_is_back_after_reset_after_and_not_a_millisecond_earlier(
    config: RateLimitConfig, history: list[tuple[int, int]]
) -> None:
    state, now = (), T0
    for step, count in history:
        now += step
        decision, kept = judge(config, {"k": state}, now, count)
        state = kept["k"]
        reset = decision.reset_after_ms
        assert 0 <= reset <= config.quota.window_ms
        assert judge(config, {"k": state}, now + reset, config.requests_per_window)[0].allowed
        if reset:
            assert not judge(config, {"k": state}, now + reset - 1, config.requests_per_window)[0].allowed
        else:
            assert decision.remaining == config.requests_per_window


@given(
    config=configs,
    jumps=st.lists(st.tuples(st.integers(-(10**9), 10**9), st.integers(1, 5)), min_size=1, max_size=30),
)
@settings(deadline=None)
def test_a_clock_that_jumps_anywhere_blocks_nobody_for_longer_than_a_window(
    config: RateLimitConfig, jumps: list[tuple[int, int]]
) -> None:
    state, now = (), T0
    for jump, asked in jumps:
        now += jump
        count = min(asked, config.requests_per_window)
        decision, kept = judge(config, {"k": state}, now, count)
        state = kept["k"]
        assert 0 <= decision.remaining <= config.requests_per_window
        if not decision.allowed:
            assert decision.retry_after_ms is not None
            assert 1 <= decision.retry_after_ms <= config.quota.window_ms
            assert judge(config, {"k": state}, now + decision.retry_after_ms, count)[0].allowed
            assert not judge(config, {"k": state}, now + decision.retry_after_ms - 1, count)[0].allowed


@pytest.mark.parametrize("strategy", RateLimitStrategy)
def test_a_clock_that_steps_back_frees_no_quota(strategy: RateLimitStrategy) -> None:
    config = RateLimitConfig(3, 10, strategy)
    states = judge(config, {"k": ()}, T0, 3)[1]
    for back in (1, 5_000, 86_400_000):
        decision, after = judge(config, states, T0 - back, 1)
        assert not decision.allowed
        assert decision.remaining == 0
        assert after != states, "the step back must be remembered, or the wait starts over at every request"


@pytest.mark.parametrize(
    ("strategy", "calls"),
    [
        # (milliseconds since the first call, count, allowed, retry_after_ms, remaining afterwards)
        (
            BUCKET,
            [
                (0, 3, True, 0, 0),
                (0, 1, False, 334, 0),  # a token takes 333 1/3 ms
                (333, 1, False, 1, 0),
                (334, 1, True, 0, 0),
                (666, 1, False, 1, 0),
                (667, 1, True, 0, 0),  # the fraction was not lost: 2 tokens in 666 2/3 ms
                (1000, 1, True, 0, 0),
                (2000, 3, True, 0, 0),
                (9999, 2, True, 0, 1),  # never more than a full bucket
            ],
        ),
        (
            FIXED,
            [
                (0, 1, True, 0, 2),
                (999, 2, True, 0, 0),
                (999, 1, False, 1, 0),
                (1000, 3, True, 0, 0),  # the next window opens here
                (1500, 1, False, 500, 0),
                (1999, 1, False, 1, 0),
                (2600, 2, True, 0, 1),
                (3599, 2, False, 1, 1),
                (3600, 2, True, 0, 1),
            ],
        ),
        (
            SLIDING,
            [
                (0, 1, True, 0, 2),
                (500, 1, True, 0, 1),
                (500, 1, True, 0, 0),
                (999, 1, False, 1, 0),
                (999, 2, False, 501, 0),
                (1000, 1, True, 0, 0),  # the request at 0 left exactly now
                (1499, 2, False, 1, 0),
                (1500, 2, True, 0, 0),
                (1500, 3, False, 1000, 0),
                (2000, 1, True, 0, 0),
            ],
        ),
    ],
)
def test_three_requests_a_second_to_the_millisecond(
    strategy: RateLimitStrategy, calls: list[tuple[int, int, bool, int, int]]
) -> None:
    config, states = RateLimitConfig(3, 1, strategy), {"k": ()}
    for after, count, allowed, retry_after_ms, remaining in calls:
        decision, states = judge(config, states, T0 + after, count)
        assert (decision.allowed, decision.retry_after_ms, decision.remaining) == (
            allowed,
            retry_after_ms,
            remaining,
        ), f"at {after} ms"


def test_a_token_bucket_that_runs_for_days_never_drifts() -> None:
    config, states, now, passed = RateLimitConfig(7, 3, BUCKET), {"k": ()}, T0, 0
    judge(config, states, now, 7)
    states = judge(config, states, now, 7)[1]
    for _ in range(70_000):
        decision, states = judge(config, states, now)
        if decision.allowed:
            passed += 1
        else:
            assert decision.retry_after_ms is not None
            now += decision.retry_after_ms
    assert passed == (now - T0) * 7 // 3000


def test_a_sliding_window_remembers_at_most_its_limit() -> None:
    config, states = RateLimitConfig(50, 1, SLIDING), {"k": ()}
    for now in range(T0, T0 + 5_000):
        states = judge(config, states, now)[1]
        assert len(states["k"]) <= 2 * 50


@pytest.mark.parametrize("strategy", RateLimitStrategy)
def test_a_count_above_the_limit_is_never_allowed_and_says_so(strategy: RateLimitStrategy) -> None:
    decision, kept = judge(RateLimitConfig(3, 1, strategy), {"k": ()}, T0, 4)
    assert not decision.allowed
    assert decision.retry_after_ms is None
    assert decision.refused_by == ("k",)
    assert kept == {"k": ()}


@pytest.mark.parametrize("strategy", RateLimitStrategy)
def test_a_count_of_nothing_is_allowed_even_when_nothing_is_left(strategy: RateLimitStrategy) -> None:
    config = RateLimitConfig(3, 1, strategy)
    states = judge(config, {"k": ()}, T0, 3)[1]
    decision, kept = judge(config, states, T0 + 100, 0)
    assert decision.allowed
    assert decision.retry_after_ms == 0
    assert kept == states


def test_the_tightest_key_speaks_and_only_those_that_refuse_are_named() -> None:
    config = RateLimitConfig(3, 1, FIXED)
    used = judge(config, {"a": ()}, T0, 2)[1]["a"]
    decision, _ = judge(config, {"a": used, "b": ()}, T0 + 100, 1)
    assert (decision.remaining, decision.reset_after_ms) == (0, 900)
    full = judge(config, {"a": used}, T0, 1)[1]["a"]
    refused, _ = judge(config, {"a": full, "b": ()}, T0 + 100, 1)
    assert refused.refused_by == ("a",)
    assert (refused.remaining, refused.retry_after_ms) == (0, 900)
    later = judge(config, {"b": ()}, T0 + 50, 3)[1]["b"]
    both, _ = judge(config, {"a": full, "b": later}, T0 + 100, 1)
    assert both.refused_by == ("a", "b")
    assert both.retry_after_ms == both.reset_after_ms == 950


def test_no_key_limits_nothing() -> None:
    decision, kept = judge(RateLimitConfig(3, 1), {}, T0, 99)
    assert decision.allowed
    assert (decision.remaining, decision.reset_after_ms, kept) == (3, 0, {})


@pytest.mark.parametrize("count", [-1, 1.0, True, "1", None])
def test_a_count_that_means_nothing_is_refused_by_name(count: object) -> None:
    with pytest.raises(RateLimitValueError, match="count must be an integer of 0 or more"):
        judge(RateLimitConfig(3, 1), {"k": ()}, T0, count)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("requests", "seconds", "strategy", "message"),
    [
        (0, 1, BUCKET, "requests_per_window must be 1 to 1000000000"),
        (-5, 1, FIXED, "requests_per_window must be 1 to"),
        (10**9 + 1, 1, FIXED, "requests_per_window must be 1 to"),
        (MAX_SLIDING_REQUESTS + 1, 1, SLIDING, "requests_per_window must be 1 to 100000 for SLIDING_WINDOW"),
        (1.5, 1, BUCKET, "requests_per_window must be an integer"),
        (True, 1, BUCKET, "requests_per_window must be an integer"),
        (1, 0, BUCKET, "window_seconds must be 0.001 to"),
        (1, -1, BUCKET, "window_seconds must be"),
        (1, 0.0009, BUCKET, "window_seconds must be 0.001 to"),
        (1, 366 * 86_400 + 1, BUCKET, "window_seconds must be"),
        (1, float("nan"), BUCKET, "window_seconds must be"),
        (1, float("inf"), BUCKET, "window_seconds must be"),
        (1, True, BUCKET, "window_seconds must be a number"),
        (1, "60", BUCKET, "window_seconds must be a number"),
        (1, 1, "token_bucket", "strategy must be a RateLimitStrategy"),
    ],
)
def test_a_limit_that_means_nothing_is_refused_by_name(
    requests: object, seconds: object, strategy: object, message: str
) -> None:
    with pytest.raises(RateLimitValueError, match=message) as caught:
        RateLimitConfig(requests, seconds, strategy)  # type: ignore[arg-type]
    assert caught.value.code == "invalid_rate_limit"
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("seconds", "milliseconds"),
    [(60, 60_000), (0.001, 1), (1.001, 1001), (0.29, 290), (1 / 3, 333), (366 * 86_400, 31_622_400_000)],
)
def test_a_window_is_taken_to_the_nearest_millisecond(seconds: float, milliseconds: int) -> None:
    config = RateLimitConfig(MAX_SLIDING_REQUESTS, seconds, SLIDING)
    assert config.quota == (MAX_SLIDING_REQUESTS, milliseconds)


def test_the_default_strategy_is_the_token_bucket_and_every_field_changes_the_rule() -> None:
    config = RateLimitConfig(requests_per_window=10, window_seconds=60)
    assert config.strategy is BUCKET
    others = [RateLimitConfig(11, 60), RateLimitConfig(10, 61), RateLimitConfig(10, 60, FIXED)]
    assert config.rule not in [other.rule for other in others]

"""How often the API asks a limit's object, and that no more pass than it allows."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from ratelimit.config import RateLimitConfig
from ratelimit.decisions import Decision, judge
from ratelimit.policy import DEFAULT_POLICY, OnFailure
from runtime.api_limits import ApiLimits
from runtime.rate_limits import RateLimiters

NOW = 1_000_000


class Limiters(RateLimiters):
    """Decides for one key as its object does; `asked` has how much each question was for."""

    def __init__(self):
        # Nothing of the real one but how it charges.
        self.states = {}
        self.asked = []
        self.is_failing = False

    async def check(self, key, config, count=1, *, on_failure):
        self.asked.append(count)
        await asyncio.sleep(0)
        if self.is_failing:
            return Decision(True, config.requests_per_window, config.requests_per_window, 0, 0)
        decision, self.states = judge(config, self.states or {key: None}, NOW, count)
        return decision


def limits(requests):
    limiters = Limiters()
    token = replace(DEFAULT_POLICY.api_token, config=RateLimitConfig(requests, 60))
    return ApiLimits(limiters, replace(DEFAULT_POLICY, api_token=token)), limiters


def test_of_many_allowed_requests_few_are_asked_for_and_exactly_as_many_pass():
    api, limiters = limits(600)

    async def ask():
        return [await api.check("api_token", "ann") for _ in range(610)]

    decisions = asyncio.run(ask())
    assert [decision.allowed for decision in decisions] == [True] * 600 + [False] * 10
    assert [decision.remaining for decision in decisions] == [*range(599, -1, -1), *[0] * 10]
    assert limiters.asked == [6] * 100 + [6, 1] * 10
    assert decisions[-1].retry_after_ms == 100, "that is when one fits, not six"


def test_what_does_not_fit_several_at_once_is_asked_for_one_by_one():
    api, limiters = limits(203)

    async def ask():
        return [await api.check("api_token", "ann") for _ in range(205)]

    assert sum(decision.allowed for decision in asyncio.run(ask())) == 203
    assert limiters.asked[:102] == [2] * 102
    assert limiters.asked[102:] == [1, 2, 1, 2, 1]


def test_a_small_limit_is_asked_each_time():
    api, limiters = limits(100)
    asyncio.run(api.check("api_token", "ann"))
    asyncio.run(api.check("api_token", "ann"))
    assert limiters.asked == [1, 1]


def test_many_at_once_waste_nothing():
    api, limiters = limits(600)

    async def ask():
        return await asyncio.gather(*(api.check("api_token", "ann") for _ in range(20)))

    asyncio.run(ask())
    assert limiters.asked == [6] * 20
    later = asyncio.run(ask())
    assert limiters.asked == [6] * 20
    assert later[-1].remaining == 600 - 40


def test_a_limiter_that_fails_is_asked_again():
    api, limiters = limits(600)
    limiters.is_failing = True
    for _ in range(3):
        assert asyncio.run(api.check("api_token", "ann")).allowed
    assert limiters.asked == [6] * 3
    assert OnFailure.OPEN is DEFAULT_POLICY.api_token.on_failure

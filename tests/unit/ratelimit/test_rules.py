from __future__ import annotations

import json

import pytest

from ratelimit import RateLimitConfig, RateLimitStrategy, RateLimitValueError
from ratelimit.rules import from_rule, to_rule


@pytest.mark.parametrize("strategy", RateLimitStrategy)
def test_a_rule_survives_a_remote_call(strategy):
    config = RateLimitConfig(7, 0.5, strategy)
    assert from_rule(json.loads(json.dumps(to_rule(config)))) == config


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({}, "requests"),
        ({"requests": 1, "window_seconds": 1}, "strategy"),
        ({"requests": 1, "window_seconds": 1, "strategy": "guess"}, "token_bucket, fixed_window"),
        ({"requests": 1, "window_seconds": 1, "strategy": []}, "strategy must be one of"),
        ({"requests": "1", "window_seconds": 1, "strategy": "fixed_window"}, "requests_per_window"),
        ({"requests": 1, "window_seconds": None, "strategy": "fixed_window"}, "window_seconds"),
    ],
)
def test_what_is_no_rule_is_refused_with_the_wrong_name(rule, words):
    with pytest.raises(RateLimitValueError, match=words):
        from_rule(rule)

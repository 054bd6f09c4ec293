from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratelimit import RateLimitStrategy, RateLimitValueError
from ratelimit.policy import DEFAULT_POLICY, OnFailure, Policy, read_policy

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "limits.md"
NAMES = [field.name for field in fields(Policy)]


def documented_limits():
    rows = re.findall(r"^\| `(\w+)` +\|(.+)\|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split("|")][1:] for name, rest in rows}


def as_documented(limit):
    unasked = "none"
    if limit.unasked_requests:
        unasked = f"{limit.unasked_requests} / {limit.unasked_window_seconds} s"
    return [
        str(limit.config.requests_per_window),
        f"{limit.config.window_seconds} s",
        f"`{limit.config.strategy.value}`",
        unasked,
        limit.on_failure.value,
    ]


def test_the_documented_table_is_the_policy():
    assert documented_limits() == {name: as_documented(getattr(DEFAULT_POLICY, name)) for name in NAMES}


def test_the_documented_example_changes_what_it_names():
    (example,) = re.findall(r"```json\n(.+?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    policy = read_policy(example)
    assert policy.api_token.config.requests_per_window == 1200
    assert (policy.misses.unasked_requests, policy.misses.unasked_window_seconds) == (50, 30)


def test_each_limit_is_known_by_the_name_of_its_field():
    assert [getattr(DEFAULT_POLICY, name).name for name in NAMES] == NAMES


def test_only_guessing_and_scanning_are_refused_when_nobody_can_say():
    closed = {name for name in NAMES if getattr(DEFAULT_POLICY, name).on_failure is OnFailure.CLOSED}
    assert closed == {"password_attempts", "password_link", "misses"}


@pytest.mark.parametrize("text", ["", "  \n", "{}", '{"misses": {}}'])
def test_nothing_named_changes_nothing(text):
    assert read_policy(text) == DEFAULT_POLICY


def test_a_change_leaves_everything_else_as_it_was():
    text = '{"redirects": {"requests_per_window": 9, "window_seconds": 1.5, "strategy": "fixed_window"}}'
    policy = read_policy(text)
    assert policy.redirects.config.rule == "fixed_window:9:1500"
    assert policy.redirects.unasked_requests == 300
    assert policy.redirects.on_failure is OnFailure.OPEN
    assert {**asdict(policy), "redirects": None} == {**asdict(DEFAULT_POLICY), "redirects": None}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "RATE_LIMITS is not JSON"),
        ("[" * 100_000, "RATE_LIMITS is not JSON"),
        ("[]", "RATE_LIMITS must be a JSON object of limits by name"),
        ("null", "RATE_LIMITS must be a JSON object"),
        ('{"missses": {}}', "RATE_LIMITS.missses is no limit; there are api_token, .*, redirects"),
        ('{"misses": {}, "misses": {}}', "RATE_LIMITS has misses twice"),
        (
            '{"misses": {"window_seconds": 1, "window_seconds": 2}}',
            "RATE_LIMITS has window_seconds twice",
        ),
        ('{"misses": 5}', "RATE_LIMITS.misses must be an object, not 5"),
        ('{"misses": {"requests": 5}}', "RATE_LIMITS.misses has no requests"),
        ('{"password_attempts": {"on_failure": "open"}}', "RATE_LIMITS.password_attempts has no on_failure"),
        (
            '{"misses": {"requests_per_window": 0}}',
            "RATE_LIMITS.misses: requests_per_window must be 1 to .*, not 0",
        ),
        ('{"misses": {"window_seconds": "1"}}', "RATE_LIMITS.misses: window_seconds must be a number"),
        ('{"misses": {"window_seconds": NaN}}', "RATE_LIMITS.misses: window_seconds must be .*, not nan"),
        ('{"misses": {"strategy": "leaky"}}', "RATE_LIMITS.misses: strategy must be one of .*, not 'leaky'"),
        ('{"misses": {"unasked_requests": -1}}', "RATE_LIMITS.misses: unasked_requests must be .*, not -1"),
        ('{"misses": {"unasked_requests": 1.5}}', "RATE_LIMITS.misses: unasked_requests must be"),
        ('{"misses": {"unasked_requests": true}}', "RATE_LIMITS.misses: unasked_requests must be"),
        ('{"misses": {"unasked_requests": 1000001}}', "RATE_LIMITS.misses: unasked_requests must be"),
        ('{"misses": {"unasked_window_seconds": 0}}', "RATE_LIMITS.misses: unasked_window_seconds must be"),
        ('{"misses": {"unasked_window_seconds": NaN}}', "unasked_window_seconds must be .*, not nan"),
        ('{"misses": {"unasked_window_seconds": false}}', "unasked_window_seconds must be a number"),
        ('{"misses": {"unasked_window_seconds": "9"}}', "unasked_window_seconds must be .*, not '9'"),
        ('{"misses": {"unasked_window_seconds": 3601}}', "unasked_window_seconds must be .*, not 3601"),
    ],
)
def test_a_wrong_value_is_named_in_a_sentence(text, sentence):
    with pytest.raises(RateLimitValueError, match=sentence):
        read_policy(text)


VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4), st.just([]))
KEYS = st.sampled_from(
    [
        "requests_per_window",
        "window_seconds",
        "strategy",
        "unasked_requests",
        "unasked_window_seconds",
        "other",
    ]
)


@given(st.dictionaries(st.sampled_from([*NAMES, "x"]), st.dictionaries(KEYS, VALUES, max_size=3), max_size=3))
def test_whatever_is_written_is_a_usable_policy_or_a_sentence(changes):
    try:
        policy = read_policy(json.dumps(changes))
    except RateLimitValueError:
        return
    for name in NAMES:
        limit = getattr(policy, name)
        assert limit.config.quota.limit >= 1
        assert math.isfinite(limit.unasked_window_seconds)
        limit.local_threshold()


def test_the_local_threshold_lets_pass_what_the_limit_says():
    threshold = DEFAULT_POLICY.misses.local_threshold()
    asked = [threshold.must_ask("a", ms) for ms in range(21)]
    assert asked == [False] * 20 + [True]
    assert not threshold.must_ask("a", 60_000)
    assert DEFAULT_POLICY.api_token.local_threshold().must_ask("a", 0)


def test_keys_of_different_limits_and_subjects_differ():
    policy = DEFAULT_POLICY
    assert policy.password_attempts.key("cat", "2001:db8:0:0::/64") == (
        "password_attempts:cat:2001:db8:0:0::/64"
    )
    assert policy.misses.key("192.0.2.1") != policy.redirects.key("192.0.2.1")


@pytest.mark.parametrize("subjects", [(), ("",), ("cat", "")])
def test_an_empty_subject_is_refused(subjects):
    with pytest.raises(RateLimitValueError, match="misses"):
        DEFAULT_POLICY.misses.key(*subjects)


def test_the_guessing_limits_slide():
    limits = (DEFAULT_POLICY.failed_auth, DEFAULT_POLICY.password_attempts, DEFAULT_POLICY.password_link)
    assert {limit.config.strategy for limit in limits} == {RateLimitStrategy.SLIDING_WINDOW}

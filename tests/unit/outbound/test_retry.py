"""When to send again: the judgement alone."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outbound import NO_RETRY, HttpResponse, Reach, RetryPolicy, retry_after_seconds

NOW = 784_111_770.0
"""Seven seconds before the date of the HTTP specification's examples."""
POLICY = RetryPolicy(max_retries=5, base_delay_seconds=0.5, max_delay_seconds=3.0)


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Kolkata"])
def _zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "7"}, 7.0),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "1e999"}, None),
        ({"retry-after": "tomorrow"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"}, 7.0),
        ({"retry-after": "Sunday, 06-Nov-94 08:49:37 GMT"}, 7.0),
        ({"retry-after": "Sun Nov  6 08:49:37 1994"}, 7.0),
        ({"retry-after": "Sun, 06 Nov 1994 08:49:37 -0000"}, 7.0),
        ({"retry-after": "Sun, 06 Nov 1994 03:49:37 -0500"}, 7.0),
        ({"retry-after": "Sun, 06 Nov 1994 08:00:00 GMT"}, 0.0),
        ({"retry-after": "Sun, 06 Nov 99999 08:49:37 GMT"}, None),
        ({"retry-after": "Sun, 06 Nov 1994 08:49:37 +9999"}, None),
    ],
)
@pytest.mark.usefixtures("_zone")
def test_a_servers_wish_is_read_in_every_spelling(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(HttpResponse(429, tuple(headers.items())), NOW) == seconds


@settings(deadline=None)
@given(st.text(max_size=60) | st.from_regex(r"[A-Z][a-z]{2}, \d{1,9} [A-Z][a-z]{2} \d{1,6} [\d:+ -]{0,20}"))
def test_no_header_is_a_crash(text: str) -> None:
    asked = retry_after_seconds(HttpResponse(429, (("retry-after", text),)), NOW)
    assert asked is None or asked >= 0


def test_delays_double_up_to_a_ceiling() -> None:
    response = HttpResponse(503)
    assert [POLICY.delay_seconds(done, response, NOW, 0.0) for done in range(6)] == [0.5, 1, 2, 3, 3, None]


@settings(deadline=None)
@given(st.integers(0, 4), st.floats(0, 1, exclude_max=True))
def test_jitter_takes_at_most_a_quarter(done: int, jitter: float) -> None:
    full = POLICY.delay_seconds(done, HttpResponse(500), NOW, 0.0)
    delay = POLICY.delay_seconds(done, HttpResponse(500), NOW, jitter)
    assert full is not None
    assert delay is not None
    assert 0.75 * full <= delay <= full


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503, 599])
def test_statuses_that_pass_are_tried_again(status: int) -> None:
    assert POLICY.delay_seconds(0, HttpResponse(status), NOW, 0.0) == 0.5


@pytest.mark.parametrize("status", [200, 302, 400, 401, 404, 422, 600])
def test_statuses_that_stay_are_not(status: int) -> None:
    assert POLICY.delay_seconds(0, HttpResponse(status), NOW, 0.0) is None


@pytest.mark.parametrize(("asked", "delay"), [("60", 60.0), ("0", 0.0), ("60.5", None), ("86400", None)])
def test_a_servers_wish_wins_unless_it_is_too_long(asked: str, delay: float | None) -> None:
    response = HttpResponse(429, (("retry-after", asked),))
    assert POLICY.delay_seconds(0, response, NOW, 0.9) == delay


@pytest.mark.parametrize(
    ("reach", "always", "only_unsent", "never"),
    [
        (Reach.UNSENT, True, True, False),
        (Reach.MAYBE_SENT, True, False, False),
        (Reach.UNWRITABLE, False, False, False),
    ],
)
def test_a_call_without_an_answer_is_repeated_by_how_far_it_came(
    reach: Reach, always: bool, only_unsent: bool, never: bool
) -> None:
    policies = (
        RetryPolicy(),
        RetryPolicy(only_if_unsent=True),
        RetryPolicy(on_connection_failure=False),
    )
    repeated = [policy.delay_seconds(0, None, NOW, 0.0, reach) is not None for policy in policies]
    assert repeated == [always, only_unsent, never]


def test_no_retry_is_no_retry() -> None:
    assert NO_RETRY.delay_seconds(0, HttpResponse(503), NOW, 0.0) is None
    assert NO_RETRY.delay_seconds(0, None, NOW, 0.0) is None

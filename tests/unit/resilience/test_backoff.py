from __future__ import annotations

from resilience.backoff import backoff_seconds


def test_the_wait_doubles_up_to_its_cap():
    assert [backoff_seconds(attempts, 10, 600) for attempts in range(1, 9)] == [
        10,
        20,
        40,
        80,
        160,
        320,
        600,
        600,
    ]


def test_any_number_of_attempts_has_a_wait():
    assert backoff_seconds(0, 10, 600) == 10
    assert backoff_seconds(10**9, 10, 600) == 600

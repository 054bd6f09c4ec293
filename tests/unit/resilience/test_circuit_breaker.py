from __future__ import annotations

import copy
import json

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from resilience.circuit_breaker import CircuitBreaker

T0 = 1_700_000_000_000
WINDOW, OPEN = 1_000, 400


def breaker_of(failures=3):
    return CircuitBreaker("owners", failures, WINDOW, OPEN)


def opened(failures=3):
    breaker = breaker_of(failures)
    for _ in range(failures):
        breaker.failed(T0)
    return breaker


def test_it_opens_with_the_last_of_the_failures_in_a_row():
    breaker = breaker_of()
    breaker.failed(T0)
    breaker.failed(T0 + 1)
    assert breaker.allow(T0 + 1)
    breaker.failed(T0 + 2)
    assert not breaker.allow(T0 + 2)
    assert breaker.state(T0 + 2) == {"state": "open", "failures": 3, "since": T0 + 2, "rejected": 1}


def test_a_success_starts_the_count_again():
    breaker = breaker_of()
    for _ in range(50):
        breaker.failed(T0)
        breaker.failed(T0)
        breaker.succeeded(T0)
    assert breaker.allow(T0)
    assert breaker.state(T0)["failures"] == 0


@pytest.mark.parametrize(("apart", "is_open"), [(WINDOW - 1, True), (WINDOW, False)])
def test_failures_count_for_one_window(apart, is_open):
    breaker = breaker_of(2)
    breaker.failed(T0)
    breaker.failed(T0 + apart)
    assert breaker.allow(T0 + apart) is not is_open


def test_failures_one_after_the_other_need_not_all_fit_into_one_window():
    breaker = breaker_of(5)
    for number in range(5):
        assert breaker.allow(T0 + number * (WINDOW - 1))
        breaker.failed(T0 + number * (WINDOW - 1))
    assert not breaker.allow(T0 + 4 * (WINDOW - 1))


def test_one_trial_passes_when_the_time_is_over_and_decides():
    breaker = opened()
    assert not breaker.allow(T0 + OPEN - 1)
    assert breaker.state(T0 + OPEN) == {
        "state": "half_open",
        "failures": 3,
        "since": T0 + OPEN,
        "rejected": 1,
    }
    assert [breaker.allow(T0 + OPEN + ms) for ms in (0, 0, 1)] == [True, False, False]
    breaker.succeeded(T0 + OPEN + 5)
    assert breaker.state(T0 + OPEN + 5) == {
        "state": "closed",
        "failures": 0,
        "since": T0 + OPEN + 5,
        "rejected": 3,
    }
    assert breaker.allow(T0 + OPEN + 5)


def test_a_trial_that_fails_opens_it_for_the_whole_time_again():
    breaker = opened()
    assert breaker.allow(T0 + OPEN)
    breaker.failed(T0 + OPEN + 100)
    assert not breaker.allow(T0 + OPEN + 100 + OPEN - 1)
    assert breaker.allow(T0 + OPEN + 100 + OPEN)


def test_a_trial_that_never_reports_gives_way_to_another():
    breaker = opened()
    assert breaker.allow(T0 + OPEN)
    assert not breaker.allow(T0 + OPEN + OPEN - 1)
    assert breaker.allow(T0 + OPEN + OPEN)


def test_outcomes_of_calls_from_before_do_not_touch_an_open_breaker():
    breaker = opened()
    before = breaker.state(T0 + 1)
    breaker.succeeded(T0 + 1)
    breaker.failed(T0 + OPEN - 1)
    assert breaker.state(T0 + 1) == before
    assert breaker.allow(T0 + OPEN)


def test_a_clock_that_goes_back_waits_no_longer_than_the_time_of_an_opening():
    breaker = opened()
    assert not breaker.allow(T0 - 1_000_000)
    assert not breaker.allow(T0 - 1_000_000 + OPEN - 1)
    assert breaker.allow(T0 - 1_000_000 + OPEN)


def test_a_new_breaker_says_that_nothing_happened():
    state = breaker_of().state(T0)
    assert state == {"state": "closed", "failures": 0, "since": None, "rejected": 0}
    assert json.loads(json.dumps(state)) == state


def test_a_failure_before_the_clock_went_back_counts_for_one_window_from_there():
    breaker = breaker_of(2)
    breaker.failed(T0)
    assert breaker.state(T0 - 1_000_000)["failures"] == 1
    assert breaker.state(T0 - 1_000_000 + WINDOW)["failures"] == 0


def test_a_clock_that_goes_back_during_a_trial_waits_no_longer_either():
    breaker = opened()
    assert breaker.allow(T0 + OPEN)
    assert not breaker.allow(T0 + OPEN - 1)
    assert breaker.allow(T0 + OPEN - 1 + OPEN)


@pytest.mark.parametrize("numbers", [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_numbers_that_mean_nothing_are_refused(numbers):
    with pytest.raises(ValueError, match="1 or more"):
        CircuitBreaker("x", *numbers)


STEPS = st.sampled_from([1, OPEN - 1, OPEN, OPEN + 1, WINDOW - 1, WINDOW]) | st.integers(0, 3 * WINDOW)


class Breakers(RuleBasedStateMachine):
    """Any order of calls, answers, failures and steps of the clock."""

    @initialize(failures=st.integers(1, 4))
    def start(self, failures):
        self.limit = failures
        self.breaker = breaker_of(failures)
        self.now = T0
        self.streak: list[int] = []
        self.shut_at: int | None = None
        self.passed_since: list[int] = []
        self.rejected = 0
        self.went_back = False

    def kind(self):
        return self.breaker.state(self.now)["state"]

    @rule(step=STEPS)
    def time_passes(self, step):
        self.now += step

    @rule(step=STEPS)
    def clock_goes_back(self, step):
        self.now -= step
        self.went_back = True

    @rule()
    def call(self):
        kind = self.kind()
        passed = self.breaker.allow(self.now)
        self.rejected += not passed
        if kind == "closed":
            assert passed
        elif passed:
            assert kind == "half_open"
            if not self.went_back:
                assert self.now >= self.shut_at + OPEN
                assert all(self.now >= earlier + OPEN for earlier in self.passed_since)
            self.passed_since.append(self.now)

    @rule()
    def answer(self):
        kind = self.kind()
        self.breaker.succeeded(self.now)
        if kind != "open":
            assert self.kind() == "closed"
            self.streak, self.passed_since = [], []

    @rule()
    def fail(self):
        kind = self.kind()
        self.breaker.failed(self.now)
        if kind == "closed":
            self.streak = [*(at for at in self.streak if at > self.now - WINDOW), self.now]
            if not self.went_back:
                assert (self.kind() == "open") is (len(self.streak) >= self.limit)
        else:
            assert self.kind() == "open"
        if kind != "open" and self.kind() == "open":
            self.shut_at, self.passed_since, self.went_back = self.now, [], False
            self.streak = []

    @invariant()
    def it_counts_what_it_refuses_and_says_so_in_plain_values(self):
        report = self.breaker.state(self.now)
        assert report["rejected"] == self.rejected
        assert 0 <= report["failures"] <= self.limit
        assert report["since"] is None or report["since"] <= self.now
        json.dumps(report)

    @invariant()
    def nobody_is_refused_for_longer_than_the_time_of_an_opening(self):
        assert copy.deepcopy(self.breaker).allow(self.now + OPEN)

    @invariant()
    def looking_changes_nothing(self):
        assert self.breaker.state(self.now) == self.breaker.state(self.now)


Breakers.TestCase.settings = settings(deadline=None, max_examples=150, stateful_step_count=30)
TestBreakers = Breakers.TestCase


def test_another_breaker_has_the_same_patience_and_a_state_of_its_own():
    breaker = opened()
    other = breaker.another("journals")
    assert (other.name, other.allow(T0)) == ("journals", True)
    for _ in range(3):
        other.failed(T0)
    assert not other.allow(T0 + OPEN - 1)
    assert other.allow(T0 + OPEN)

"""The loop of tries, driven by hand."""

from __future__ import annotations

import pytest

from outbound import (
    Call,
    CallFailed,
    Connection,
    HttpRequest,
    HttpResponse,
    Outcome,
    Reach,
    RetryPolicy,
    attempts,
)

REQUEST = HttpRequest("GET", "https://service.example/")
CONNECTION = Connection(now=lambda: 0.0, jitter=lambda: 0.0)
LOST = Outcome(None, "the line went dead")


def _run(call: Call[int], outcomes: list[Outcome]) -> tuple[int, list[float]]:
    """Return the result and the waits between the tries."""
    steps = attempts(call, CONNECTION)
    waits: list[float] = []
    answers = iter(outcomes)
    step = next(steps)
    try:
        while True:
            if isinstance(step, HttpRequest):
                assert step is REQUEST
                step = steps.send(next(answers))
            else:
                waits.append(step)
                step = steps.send(None)
    except StopIteration as done:
        assert next(answers, None) is None, "not every outcome was used"
        return done.value, waits


def test_the_first_good_answer_is_parsed_at_once() -> None:
    call = Call(REQUEST, lambda response: response.status)
    assert _run(call, [Outcome(HttpResponse(204))]) == (204, [])


def test_failures_and_busy_answers_are_tried_again_with_growing_waits() -> None:
    call = Call(REQUEST, lambda response: response.status, RetryPolicy())
    assert _run(call, [LOST, Outcome(HttpResponse(503)), Outcome(HttpResponse(200))]) == (200, [0.5, 1.0])


def test_the_last_bad_answer_goes_to_the_parser() -> None:
    call = Call(REQUEST, lambda response: response.status, RetryPolicy(max_retries=1))
    assert _run(call, [LOST, Outcome(HttpResponse(500))]) == (500, [0.5])


def test_without_any_answer_the_call_fails_and_says_how_far_it_came() -> None:
    call = Call(REQUEST, lambda response: response.status, RetryPolicy(max_retries=1))
    with pytest.raises(CallFailed, match="nobody there") as failure:
        _run(call, [LOST, Outcome(None, "nobody there", Reach.UNSENT)])
    assert failure.value.reach is Reach.UNSENT
    assert failure.value.code == "service_unreachable"


def test_a_failure_that_says_nothing_may_have_been_sent() -> None:
    assert CallFailed("x").reach is Reach.MAYBE_SENT
    assert LOST.reach is Reach.MAYBE_SENT


def test_a_call_is_not_retried_unless_it_asks_for_it() -> None:
    call = Call(REQUEST, lambda response: response.status)
    with pytest.raises(CallFailed):
        _run(call, [LOST])


def test_what_the_parser_raises_comes_through() -> None:
    def refuse(_: HttpResponse) -> int:
        raise KeyError("not what I asked for")

    with pytest.raises(KeyError):
        _run(Call(REQUEST, refuse), [Outcome(HttpResponse(200))])


def test_a_request_must_be_answered_with_an_outcome() -> None:
    steps = attempts(Call(REQUEST, lambda response: response.status), CONNECTION)
    next(steps)
    with pytest.raises(TypeError):
        steps.send(None)

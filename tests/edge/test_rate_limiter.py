"""Limits inside their objects: exact, free to ask, gone when they ran out; and what a failure means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness.local_edge import LocalEdge, eventually

CONFIG = Path(__file__).parent / "reliability" / "wrangler.toml"
MINUTE = {"requests": 5, "window_seconds": 60, "strategy": "token_bucket"}
BRIEF = {"requests": 5, "window_seconds": 0.2, "strategy": "sliding_window"}


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalEdge]:
    opened = LocalEdge(configs=[str(CONFIG)])
    yield opened
    opened.close()


@pytest.fixture
def limits(engine: LocalEdge) -> LocalEdge:
    engine.reset()
    ask(engine, "faults")
    return engine


def ask(engine: LocalEdge, what: str, **body: Any) -> Any:
    response = engine.request("reliability", "POST", f"/{what}", json=body)
    assert response.status_code == 200, response.text
    return response.json()


def decide(engine: LocalEdge, key: str, rule: dict[str, Any] = MINUTE, count: int = 1, times: int = 1) -> Any:
    return ask(engine, "decide", key=key, rule=rule, count=count, times=times)


def check(engine: LocalEdge, key: str, on_failure: str, count: int = 1) -> Any:
    return ask(engine, "check", key=key, rule=MINUTE, count=count, on_failure=on_failure)


def tables(engine: LocalEdge, key: str) -> list[str]:
    rows = engine.sql("HastyLimiter", key, "SELECT name FROM sqlite_master WHERE type = 'table'")
    return [row["name"] for row in rows if not row["name"].startswith(("_", "sqlite_"))]


@pytest.mark.parametrize("strategy", ["token_bucket", "fixed_window", "sliding_window"])
def test_exactly_the_limit_passes_however_many_come_at_once(limits: LocalEdge, strategy: str) -> None:
    decisions = decide(limits, "crowd", {**MINUTE, "strategy": strategy}, times=40)
    assert [one["allowed"] for one in decisions].count(True) == 5
    refused = next(one for one in decisions if not one["allowed"])
    assert 0 < refused["retry_after_ms"] <= 60_000
    assert refused["refused_by"] == ["crowd"]


def test_keys_are_counted_apart(limits: LocalEdge) -> None:
    assert decide(limits, "one", count=5)[0]["allowed"]
    assert decide(limits, "other", count=5)[0]["allowed"]
    assert not decide(limits, "one")[0]["allowed"]


def test_the_whole_year_fits_the_call(limits: LocalEdge) -> None:
    year = {"requests": 1_000_000_000, "window_seconds": 366 * 86_400, "strategy": "fixed_window"}
    (decision,) = decide(limits, "patient", year, count=999_999_999)
    assert (decision["allowed"], decision["remaining"]) == (True, 1)
    assert decision["reset_after_ms"] == 366 * 86_400_000


def test_asking_and_being_refused_leave_no_storage(limits: LocalEdge) -> None:
    assert decide(limits, "asked", count=0)[0]["remaining"] == 5
    (refused,) = decide(limits, "asked", count=6)
    assert (refused["allowed"], refused["retry_after_ms"]) == (False, None)
    assert tables(limits, "asked") == []


def test_a_limit_that_ran_out_leaves_no_storage_and_counts_anew(limits: LocalEdge) -> None:
    assert decide(limits, "brief", BRIEF, count=5)[0]["allowed"]
    assert tables(limits, "brief") != []
    assert eventually(lambda: tables(limits, "brief") == [])
    assert decide(limits, "brief", BRIEF, count=5)[0]["allowed"]
    assert tables(limits, "brief") != []
    assert eventually(lambda: tables(limits, "brief") == [])


def test_a_limit_that_matters_outlives_the_clean_up(limits: LocalEdge) -> None:
    longer = {**BRIEF, "window_seconds": 3}
    assert decide(limits, "mixed", longer, count=5)[0]["allowed"]
    # Each request that passes could move the clean-up; none of them may let it forget.
    for _ in range(8):
        assert not decide(limits, "mixed", longer)[0]["allowed"]
    assert eventually(lambda: tables(limits, "mixed") == [])
    assert decide(limits, "mixed", longer, count=5)[0]["allowed"]


def test_the_port_answers_as_the_object_decided(limits: LocalEdge) -> None:
    answers = [check(limits, "misses:a", "closed") for _ in range(6)]
    assert [one["decision"]["allowed"] for one in answers] == [True] * 5 + [False]
    assert answers[-1]["decision"]["refused_by"] == ["misses:a"]
    assert answers[-1]["failures"] == {}


@pytest.mark.parametrize("fault", ["fails", "sleeps", "babbles"])
@pytest.mark.parametrize(("on_failure", "allowed"), [("open", True), ("closed", False)])
def test_a_failure_means_what_the_caller_said_and_is_logged_and_counted(
    limits: LocalEdge, fault: str, on_failure: str, allowed: bool
) -> None:
    ask(limits, "faults", misses=fault)
    limits.logs()
    answer = check(limits, "misses:192.0.2.1", on_failure)
    assert answer["decision"]["allowed"] is allowed
    assert answer["decision"]["refused_by"] == []
    assert (answer["decision"]["retry_after_ms"] > 0) is not allowed
    assert answer["failures"] == {on_failure: 1}
    (event,) = [json.loads(line) for line in limits.logs() if "rate_limiter_failed" in line]
    assert (event["limit"], event["on_failure"]) == ("misses", on_failure)
    assert event["error"]
    assert "192.0.2.1" not in json.dumps(event)


def test_an_object_that_keeps_failing_is_not_asked_any_more(limits: LocalEdge) -> None:
    ask(limits, "faults", misses="fails")
    for _ in range(3):
        check(limits, "misses:a", "closed")
    limits.logs()
    answer = check(limits, "redirects:a", "open")
    assert (answer["decision"]["allowed"], answer["failures"]) == (True, {"closed": 3, "open": 1})
    assert any("the circuit is open" in line for line in limits.logs())

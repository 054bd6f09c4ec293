"""The breakers and limits of the redirect path, as an operator and a visitor see them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.edge.links import API, BROWSER, EDGE, MODERATOR, OBJECTS, address, claim, new_code, visit
from tests.harness.local_edge import VARS, LocalEdge, eventually

LIMIT, UNASKED, WINDOW_SECONDS = 40, 10, 300
REDIRECTS = {
    "requests_per_window": LIMIT,
    "window_seconds": WINDOW_SECONDS,
    "unasked_requests": UNASKED,
    "unasked_window_seconds": WINDOW_SECONDS,
    # Other than a bucket of tokens, it gives nothing back while a slow machine counts.
    "strategy": "sliding_window",
}
MISSES = {"requests_per_window": 5, "window_seconds": WINDOW_SECONDS, "unasked_requests": 3}
LIMITS = json.dumps({**json.loads(VARS["RATE_LIMITS"]), "redirects": REDIRECTS, "misses": MISSES})
FAILURES = 5


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalEdge]:
    engine = LocalEdge(faults=True, countCalls=True, vars={"RATE_LIMITS": LIMITS, "FLUSH_MS": "100"})
    yield engine
    engine.close()


@pytest.fixture
def breakable(engine: LocalEdge) -> LocalEdge:
    """Four Workers whose bindings can be told to fail; none does yet."""
    for worker in (EDGE, MODERATOR, OBJECTS):
        engine.faults(worker)
    engine.reset()
    return engine


def breakers(engine: LocalEdge) -> tuple[str, dict[str, str]]:
    """Return what `/healthz` says of the whole, and the state of each breaker of the edge."""
    said: dict[str, Any] = engine.get(API, "/healthz").json()
    states = {name: breaker["state"] for name, breaker in said["edge"]["breakers"].items()}
    return said["status"], states


def fail(engine: LocalEdge, *calls: str) -> None:
    engine.faults(EDGE, *({"call": call, "mode": "fail"} for call in calls))


class TestBreakersInHealth:
    def closes(self, engine: LocalEdge, name: str, use: Any) -> None:
        """Let everything work again: the next call that is let through closes the breaker."""
        engine.faults(EDGE)

        def is_closed() -> bool:
            use()
            return breakers(engine)[1][name] == "closed"

        assert eventually(is_closed)
        assert breakers(engine)[0] == "healthy"

    def test_kv(self, breakable: LocalEdge) -> None:
        fail(breakable, "METADATA.get")
        codes = [claim(breakable) for _ in range(FAILURES + 1)]
        assert [visit(breakable, code).status_code for code in codes] == [302] * len(codes)
        assert breakable.faults_met(EDGE) == ["METADATA.get"] * FAILURES
        status, states = breakers(breakable)
        assert (status, states["kv"], states["objects"]) == ("degraded", "open", "closed")
        self.closes(breakable, "kv", lambda: visit(breakable, claim(breakable)))

    def test_the_objects(self, breakable: LocalEdge) -> None:
        codes = [claim(breakable, max_clicks=1) for _ in range(FAILURES)]
        fail(breakable, "SHORT_LINK.take")
        assert {visit(breakable, code).status_code for code in codes} == {503}
        status, states = breakers(breakable)
        assert (status, states["objects"], states["kv"]) == ("degraded", "open", "closed")
        self.closes(breakable, "objects", lambda: visit(breakable, claim(breakable, max_clicks=1)))

    def test_the_queue(self, breakable: LocalEdge) -> None:
        code = claim(breakable)
        fail(breakable, "SHORT_LINK.count", "CLICKS.send")

        def is_open() -> bool:
            assert visit(breakable, code).status_code == 302
            return breakers(breakable)[1]["queue"] == "open"

        assert eventually(is_open)
        assert breakers(breakable)[0] == "degraded"
        breakable.faults(EDGE, {"call": "SHORT_LINK.count", "mode": "fail"})
        eventually(lambda: visit(breakable, code) and breakers(breakable)[1]["queue"] == "closed")
        self.closes(breakable, "objects", lambda: visit(breakable, code))


class TestLimitOfRedirects:
    def limiter_calls(self, engine: LocalEdge) -> int:
        calls = engine.control("calls", worker=EDGE)["objects"]
        return sum(number for name, number in calls.items() if name.startswith("RATE_LIMITER."))

    def test_normal_traffic_asks_no_limiter(self, breakable: LocalEdge) -> None:
        codes = [claim(breakable) for _ in range(3)]
        before = self.limiter_calls(breakable)
        for code in codes:
            sender = address()["cf-connecting-ip"]
            # Half of what is free: two addresses may happen to be counted together.
            answers = [visit(breakable, code, cf_connecting_ip=sender) for _ in range(UNASKED // 2)]
            assert {answer.status_code for answer in answers} == {302}
        assert self.limiter_calls(breakable) == before

    def test_an_address_above_the_limit_gets_429_and_others_do_not(self, breakable: LocalEdge) -> None:
        code, sender = claim(breakable), {**BROWSER, **address()}
        before = self.limiter_calls(breakable)
        answers = [
            breakable.request(EDGE, "GET", f"/s/{code}", headers=sender) for _ in range(UNASKED + LIMIT + 3)
        ]
        statuses = Counter(answer.status_code for answer in answers)
        asked = self.limiter_calls(breakable) - before
        # A few more if the address happens to be counted together with another.
        assert asked >= LIMIT + 3
        assert statuses == {302: len(answers) - asked + LIMIT, 429: asked - LIMIT}
        refused = answers[-1]
        assert "location" not in refused.headers
        assert 0 < int(refused.headers["retry-after"]) <= WINDOW_SECONDS
        assert refused.headers["ratelimit-limit"] == str(LIMIT)
        assert refused.headers["ratelimit-remaining"] == "0"
        assert 0 < int(refused.headers["ratelimit-reset"]) <= WINDOW_SECONDS
        forged = {**sender, "x-forwarded-for": "198.51.100.9"}
        assert breakable.request(EDGE, "GET", f"/s/{code}", headers=forged).status_code == 429
        assert breakable.request(EDGE, "GET", f"/s/{new_code()}", headers=sender).status_code == 429
        assert visit(breakable, code).status_code == 302


def test_a_scan_is_limited_while_kv_fails_too(breakable: LocalEdge) -> None:
    fail(breakable, "METADATA.get")
    sender = address()["cf-connecting-ip"]
    statuses = [visit(breakable, new_code(), cf_connecting_ip=sender).status_code for _ in range(12)]
    assert statuses == [404] * 8 + [429] * 4
    assert visit(breakable, claim(breakable)).status_code == 302

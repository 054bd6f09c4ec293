"""The limits of the API and of misses: exact, told in headers, and by the address that the platform says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.edge.link_calls import LINKS, call, problem
from tests.edge.links import API, BROWSER, EDGE, address, new_code
from tests.harness.local_edge import LocalEdge

HOUR = {"window_seconds": 3_600}
TOKEN, ADDRESS, FAILED, MISSES = 6, 4, 3, 2
LIMITS = {
    "api_token": HOUR | {"requests_per_window": TOKEN},
    "api_address": HOUR | {"requests_per_window": ADDRESS},
    "failed_auth": HOUR | {"requests_per_window": FAILED},
    "misses": HOUR | {"requests_per_window": MISSES, "unasked_requests": 1, "unasked_window_seconds": 3_600},
}
WRONG = {"authorization": "Bearer wrong"}


@pytest.fixture(scope="module")
def limited_engine() -> Iterator[LocalEdge]:
    engine = LocalEdge(vars={"RATE_LIMITS": json.dumps(LIMITS)})
    yield engine
    engine.close()


@pytest.fixture
def limited(limited_engine: LocalEdge) -> LocalEdge:
    """The four Workers with limits that a test can reach."""
    limited_engine.reset()
    return limited_engine


def ask(product: LocalEdge, **headers: str) -> httpx.Response:
    """Ask for the list of links with no token but the one given."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return product.get(API, LINKS, headers=sent)


def told(answer: httpx.Response) -> tuple[int, int]:
    """Return limit and rest as an answer says them, and check that it says the times too."""
    assert 0 < int(answer.headers["ratelimit-reset"]) <= HOUR["window_seconds"]
    if answer.status_code == 429:
        assert 0 < int(answer.headers["retry-after"]) <= HOUR["window_seconds"]
    else:
        assert "retry-after" not in answer.headers
    return int(answer.headers["ratelimit-limit"]), int(answer.headers["ratelimit-remaining"])


def test_a_token_has_its_requests_whatever_address_they_come_from(limited: LocalEdge) -> None:
    answers = [call(limited, "GET", LINKS, headers=address()) for _ in range(TOKEN + 2)]
    assert [answer.status_code for answer in answers] == [200] * TOKEN + [429] * 2
    assert [told(answer) for answer in answers] == [
        *((TOKEN, TOKEN - place) for place in range(1, TOKEN + 1)),
        *[(TOKEN, 0)] * 2,
    ]
    assert problem(answers[-1], 429)["code"] == "rate_limited"
    assert limited.get(API, "/healthz").status_code == 200


def test_exactly_as_many_pass_when_all_come_at_once(limited: LocalEdge) -> None:
    with ThreadPoolExecutor(24) as pool:
        statuses = Counter(pool.map(lambda _: call(limited, "GET", LINKS).status_code, range(24)))
    assert statuses == {200: TOKEN, 429: 24 - TOKEN}


def test_an_answer_that_is_an_error_says_what_is_left_too(limited: LocalEdge) -> None:
    assert told(call(limited, "POST", LINKS, json={"target": "nonsense"})) == (TOKEN, TOKEN - 1)
    assert told(call(limited, "GET", f"{LINKS}/unknown")) == (TOKEN, TOKEN - 2)
    assert told(call(limited, "GET", "/nowhere")) == (TOKEN, TOKEN - 3)


@pytest.mark.parametrize(("token", "limit"), [({}, ADDRESS), (WRONG, FAILED)])
def test_who_has_no_token_counts_by_the_address_that_the_platform_says(
    limited: LocalEdge, token: dict[str, str], limit: int
) -> None:
    sender = address()
    claims = [
        {"x_forwarded_for": f"198.51.100.{place}", "x_real_ip": f"198.51.100.{place}", "forwarded": "for=::1"}
        for place in range(limit + 2)
    ]
    answers = [ask(limited, **token, **sender, **claim) for claim in claims]
    assert [answer.status_code for answer in answers] == [401] * limit + [429] * 2
    assert told(answers[0]) == (limit, limit - 1)
    assert told(answers[-1]) == (limit, 0)
    assert ask(limited, **token, **address()).status_code == 401
    assert call(limited, "GET", LINKS, headers=sender).status_code == 200


def test_a_customers_ipv6_addresses_are_one(limited: LocalEdge) -> None:
    statuses = [
        ask(limited, cf_connecting_ip=f"2001:4860:4860:8::{place:x}").status_code for place in range(6)
    ]
    assert statuses == [401] * ADDRESS + [429] * 2
    assert ask(limited, cf_connecting_ip="2001:4860:4860:9::1").status_code == 401


def test_a_scan_of_codes_is_stopped_by_its_address(limited: LocalEdge) -> None:
    sender = address()

    def miss(place: int) -> httpx.Response:
        claim = {"x-forwarded-for": f"198.51.100.{place}"}
        return limited.get(EDGE, f"/s/{new_code()}", headers={**BROWSER, **sender, **claim})

    unasked = 1
    answers = [miss(place) for place in range(unasked + MISSES + 2)]
    assert [answer.status_code for answer in answers] == [404] * (unasked + MISSES) + [429] * 2
    assert told(answers[-1]) == (MISSES, 0)
    assert "Too many" in answers[-1].text
    other = limited.get(EDGE, f"/s/{new_code()}", headers={**BROWSER, **address()})
    assert other.status_code == 404


def test_nobody_escapes_a_limit_by_naming_an_address_where_nothing_stands_in_front() -> None:
    engine = LocalEdge(vars={"RATE_LIMITS": json.dumps(LIMITS)}, clientAddress="127.0.0.1")
    try:
        answers = [ask(engine, **WRONG, **address()) for _ in range(FAILED + 1)]
        assert [answer.status_code for answer in answers] == [401] * FAILED + [429]
    finally:
        engine.close()

"""The limit of redirects: exact, and a flood pays for one question in many."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.edge.links import EDGE, TARGET, address, claim, visit
from tests.harness.local_edge import LocalEdge

UNASKED, WINDOW = 20, 1_000
AT_ONCE = WINDOW // 100
LIMITS = {
    "redirects": {
        "requests_per_window": WINDOW,
        "window_seconds": 36_000,
        "unasked_requests": UNASKED,
        "unasked_window_seconds": 3_600,
    }
}


@pytest.fixture
def limited() -> Iterator[LocalEdge]:
    engine = LocalEdge(vars={"RATE_LIMITS": json.dumps(LIMITS)}, countCalls=True)
    yield engine
    engine.close()


def test_a_flood_from_one_address_ends_at_the_limit_and_asks_once_for_many(limited: LocalEdge) -> None:
    code, sender = claim(limited), address()

    def asked() -> int:
        return int(limited.control("calls", worker=EDGE)["objects"].get("RATE_LIMITER.decide", 0))

    for _ in range(UNASKED):
        assert visit(limited, code, **sender).headers["location"] == TARGET
    assert asked() == 0
    for _ in range(WINDOW):
        assert visit(limited, code, **sender).status_code == 302
    assert asked() == WINDOW // AT_ONCE
    refused = visit(limited, code, **sender)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert (refused.headers["ratelimit-limit"], refused.headers["ratelimit-remaining"]) == (str(WINDOW), "0")
    assert visit(limited, code, **address()).status_code == 302

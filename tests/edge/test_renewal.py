"""An isolate hears which links changed, and renews those in use together before anybody has to wait."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.edge.link_calls import projected
from tests.edge.links import EDGE, OBJECTS, claim, visit
from tests.harness.local_edge import LocalEdge, eventually

REMEMBER_SECONDS = 10
"""Half as long a machine may take for what happens while the links age."""
NEWS = "news:links"
NEWER = "https://example.com/newer"


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalEdge]:
    engine = LocalEdge(faults=True, vars={"REMEMBER_SECONDS": str(REMEMBER_SECONDS)})
    yield engine
    engine.close()


@pytest.fixture
def watched(engine: LocalEdge) -> LocalEdge:
    """Four Workers without keys or objects; every read of KV by the edge is noted, and none is slow."""
    engine.faults(OBJECTS)
    engine.reset()
    engine.faults(EDGE, {"call": "METADATA.get", "mode": "slow"})
    return engine


def wait_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


def in_use(engine: LocalEdge, count: int) -> list[str]:
    """Return the codes of links that were visited as often as it takes to be renewed with others."""
    codes = [claim(engine) for _ in range(count)]
    for code in codes:
        projected(engine, code)
    for code in codes * 3:
        assert visit(engine, code).status_code == 302
    return codes


def point_elsewhere(engine: LocalEdge, code: str) -> None:
    engine.object("ShortLink", code, "change", code, {"target": NEWER}, None)
    projected(engine, code, target=NEWER)


def news(engine: LocalEdge) -> dict[str, Any]:
    return dict(json.loads(engine.kv("METADATA", "get", NEWS) or "{}"))


def hear_of_no_news(engine: LocalEdge) -> None:
    """Let the news be as they are when nothing changed for some minutes."""
    engine.kv("METADATA", "put", NEWS, json.dumps({"since": 0, "changed": {}}))


def leads_elsewhere(engine: LocalEdge, code: str) -> bool:
    answer = visit(engine, code)
    assert answer.status_code == 302
    return answer.headers["location"] == NEWER


def test_links_in_use_that_changed_are_renewed_in_one_read_of_kv(watched: LocalEdge) -> None:
    codes = in_use(watched, 5)
    fetched = time.monotonic()
    for code in codes:
        point_elsewhere(watched, code)
    eventually(lambda: set(codes) == set(news(watched).get("changed", {})))
    wait_until(fetched + REMEMBER_SECONDS)
    watched.faults(EDGE, {"call": "METADATA.get", "mode": "slow"})
    assert visit(watched, codes[0]).status_code == 302
    assert eventually(lambda: leads_elsewhere(watched, codes[0]))
    assert [leads_elsewhere(watched, code) for code in codes] == [True] * len(codes)
    assert watched.faults_met(EDGE) == ["METADATA.get"] * 2, "the news, and all five"


def test_one_read_of_the_news_keeps_all_links_that_did_not_change(watched: LocalEdge) -> None:
    hear_of_no_news(watched)
    codes = in_use(watched, 5)
    fetched = time.monotonic()
    watched.faults(EDGE, {"call": "METADATA.get", "mode": "slow"})
    # Long enough for each to become stale, were nothing known of it.
    while time.monotonic() < fetched + 2 * REMEMBER_SECONDS:
        for code in codes:
            assert visit(watched, code).status_code == 302
        time.sleep(0.5)
    reads = len(watched.faults_met(EDGE))
    assert 1 <= reads <= 2 + (time.monotonic() - fetched) / REMEMBER_SECONDS, "one for all, each time"
    point_elsewhere(watched, codes[0])
    changed = time.monotonic()
    eventually(lambda: codes[0] in news(watched)["changed"])
    wait_until(changed + 1.5 * REMEMBER_SECONDS)
    assert eventually(lambda: leads_elsewhere(watched, codes[0]))
    assert not leads_elsewhere(watched, codes[1])


def test_news_that_nobody_made_yet_begin_when_an_edge_asks_for_them(watched: LocalEdge) -> None:
    code = in_use(watched, 1)[0]
    fetched = time.monotonic()
    assert not news(watched)
    wait_until(fetched + REMEMBER_SECONDS)
    assert visit(watched, code).status_code == 302
    assert eventually(lambda: news(watched))["changed"] == {}


def test_a_change_that_cannot_be_announced_is_announced_later(watched: LocalEdge) -> None:
    code = claim(watched)
    projected(watched, code)
    watched.faults(OBJECTS, {"call": "LINK_NEWS.announce", "mode": "fail"})
    point_elsewhere(watched, code)
    eventually(lambda: "LINK_NEWS.announce" in watched.faults_met(OBJECTS))
    assert not news(watched)
    watched.faults(OBJECTS)
    assert eventually(lambda: code in news(watched).get("changed", {}))


def test_a_claim_is_no_news(watched: LocalEdge) -> None:
    code = claim(watched)
    projected(watched, code)
    assert watched.sql("ShortLink", code, "SELECT destination FROM link_outbox ORDER BY 1") == [
        {"destination": destination} for destination in ("kv", "library", "moderation")
    ]
    assert not news(watched)

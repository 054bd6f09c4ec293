"""Links in use are renewed together, before anybody has to wait for them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.edge.link_calls import projected
from tests.edge.links import EDGE, claim, visit
from tests.harness.local_edge import LocalEdge, eventually

REMEMBER_SECONDS = 12
"""Half as long a machine may take for what happens while the links age."""
NEWER = "https://example.com/newer"


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalEdge]:
    engine = LocalEdge(faults=True, vars={"REMEMBER_SECONDS": str(REMEMBER_SECONDS)})
    yield engine
    engine.close()


def test_links_in_use_are_renewed_in_one_read_of_kv(engine: LocalEdge) -> None:
    codes = [claim(engine) for _ in range(5)]
    for code in codes:
        projected(engine, code)
    for code in codes * 3:
        assert visit(engine, code).status_code == 302
    fetched = time.monotonic()
    for code in codes:
        engine.object("ShortLink", code, "change", code, {"target": NEWER}, None)
    for code in codes:
        projected(engine, code, target=NEWER)
    time.sleep(max(0.0, fetched + REMEMBER_SECONDS - time.monotonic()))
    # Every call is noted, and none is slow.
    engine.faults(EDGE, {"call": "METADATA.get", "mode": "slow"})
    assert visit(engine, codes[0]).status_code == 302
    assert eventually(lambda: visit(engine, codes[0]).headers["location"] == NEWER)
    assert [visit(engine, code).headers["location"] for code in codes] == [NEWER] * len(codes)
    assert engine.faults_met(EDGE) == ["METADATA.get"]

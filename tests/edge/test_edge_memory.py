"""The edge's isolate stays small whatever visitors send."""

from __future__ import annotations

from tests.edge.links import EDGE, claim, visit
from tests.harness.local_edge import LocalEdge

GROWTH_BYTES = 24 * 1024 * 1024
"""Less than half of what is sent."""
HEADER = "Mozilla/5.0 " + "x" * 50_000


def test_long_headers_of_many_visitors_are_not_kept(product: LocalEdge) -> None:
    code = claim(product)
    visit(product, code, user_agent=HEADER)
    before = product.memory()[EDGE]["totalBytes"]
    for number in range(1_000):
        assert visit(product, code, user_agent=f"{HEADER}{number}").status_code == 302
    assert product.memory()[EDGE]["totalBytes"] < before + GROWTH_BYTES

"""Every store keeps its contract inside a Durable Object too, on `ctx.storage.sql`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.cases import all_cases
from tests.harness.local_edge import LocalEdge

CONFIG = Path(__file__).parent / "contract" / "wrangler.toml"


@pytest.fixture(scope="module")
def contract() -> Iterator[LocalEdge]:
    engine = LocalEdge(configs=[str(CONFIG)])
    yield engine
    engine.close()


@pytest.mark.parametrize("name", sorted(all_cases()))
def test_store_keeps_its_contract_in_an_object(contract: LocalEdge, name: str) -> None:
    verdict = contract.get("contract", f"/{name}").text
    assert verdict == "passed", verdict

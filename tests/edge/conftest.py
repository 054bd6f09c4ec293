"""One engine for the whole lane; its state is forgotten before each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.harness.coverage_report import write_report
from tests.harness.local_edge import LocalEdge


@pytest.fixture(scope="session")
def product_engine() -> Iterator[LocalEdge]:
    engine = LocalEdge(coverage=True, inspect=True)
    yield engine
    write_report(engine.coverage())
    engine.close()


@pytest.fixture
def product(product_engine: LocalEdge, request: pytest.FixtureRequest) -> LocalEdge:
    """The four Workers, with no state."""
    product_engine.reset()
    request.node.stash[ENGINE] = product_engine
    return product_engine


ENGINE = pytest.StashKey[LocalEdge]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Show what the Workers said beside a failed test, tracebacks in full."""
    report = yield
    engine = item.stash.get(ENGINE, None)
    if report.when == "call" and report.failed and engine is not None:
        lines = engine.logs()
        said = [*engine.tracebacks(lines), *(line for line in lines if not line.startswith("@@"))]
        report.sections.append(("Workers", "\n".join(said)))
    return report

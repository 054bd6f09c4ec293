"""An entrypoint that the SDK prepares late, and responses that it hands over unexamined."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.local_edge import LocalEdge, eventually

WORKER = "entrypoints"


@pytest.fixture(scope="module")
def edge() -> Iterator[LocalEdge]:
    started = LocalEdge(configs=[str(Path(__file__).parent / "entrypoints" / "wrangler.toml")])
    yield started
    started.close()


def test_a_request_that_asks_for_nothing_has_nothing_prepared(edge: LocalEdge) -> None:
    assert edge.get(WORKER, "/untouched").json() == ["given"]


def test_the_context_takes_a_coroutine_and_the_bindings_are_those_of_the_sdk(edge: LocalEdge) -> None:
    assert edge.get(WORKER, "/keep").json() == ["ctx", "env", "given"]
    assert eventually(lambda: edge.get(WORKER, "/noted").text) == '{"by": "waitUntil"}'


def test_a_response_arrives_as_it_is(edge: LocalEdge) -> None:
    response = edge.get(WORKER, "/redirect")
    assert (response.status_code, response.headers["location"]) == (302, "https://example.com/")
    assert edge.get(WORKER, "/later").text == "later"

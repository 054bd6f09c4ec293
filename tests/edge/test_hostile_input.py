"""Hostile requests end in a clean refusal: never a 5xx, never a traceback, never another host."""

from __future__ import annotations

import json

import pytest

from tests.corpus.hostile_requests import HOSTILE, Hostile
from tests.edge.links import TARGET, claim, visit
from tests.harness.local_edge import ADMIN_TOKEN, LocalEdge
from tests.harness.raw_http import RawAnswer, exchange

WORKERS = {"edge": "gif-distributor-edge", "api": "gif-distributor-api"}


def send(product: LocalEdge, one: Hostile, code: str, number: int) -> RawAnswer:
    names = {name.lower() for name, _ in one.headers}
    headers = list(one.headers)
    if b"host" not in names:
        headers.append((b"host", b"127.0.0.1"))
    if b"cf-connecting-ip" not in names:
        headers.append((b"cf-connecting-ip", b"198.51.%d.%d" % (number // 250, number % 250)))
    if one.worker == "api" and b"authorization" not in names:
        headers.append((b"authorization", b"Bearer " + ADMIN_TOKEN.encode()))
    if one.body is not None:
        headers.append((b"content-length", b"%d" % len(one.body)))
    head = b"".join(name + b": " + value + b"\r\n" for name, value in [*headers, (b"connection", b"close")])
    start = (
        one.method.encode("latin-1") + b" " + one.target.replace(b"{code}", code.encode()) + b" HTTP/1.1\r\n"
    )
    return exchange(product.urls[WORKERS[one.worker]], start + head + b"\r\n" + (one.body or b""))


def fault_of(one: Hostile, answer: RawAnswer) -> str | None:
    """Return what is wrong with an answer."""
    if answer.status not in one.statuses:
        return f"{one.name}: {answer.status} {answer.body[:200]!r}, expected {sorted(one.statuses)}"
    location = answer.header("location")
    if location is not None and location != TARGET:
        return f"{one.name}: leads to {location}"
    if answer.header("set-cookie") is not None or b"<script>alert" in answer.body:
        return f"{one.name}: injected"
    refused_by_api = one.worker == "api" and answer.status in {401, 413, 415, 422}
    if refused_by_api:
        problem = json.loads(answer.body)
        if answer.header("content-type") != "application/problem+json" or not problem["code"]:
            return f"{one.name}: no problem document"
    return None


def test_there_are_more_than_two_hundred_hostile_requests() -> None:
    assert len({one.name for one in HOSTILE}) > 200


@pytest.mark.parametrize("worker", ["edge", "api"])
def test_every_hostile_request_is_refused_cleanly(product: LocalEdge, worker: str) -> None:
    code = claim(product)
    asked = [one for one in HOSTILE if one.worker == worker]
    answers = [(one, send(product, one, code, number)) for number, one in enumerate(asked)]
    assert [fault for one, answer in answers if (fault := fault_of(one, answer))] == []
    assert product.tracebacks(product.logs()) == []
    assert visit(product, code).headers["location"] == TARGET

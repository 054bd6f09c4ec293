"""Requests to the API as the isolate sees them: bodies that nobody wants, and clients that do not wait."""

from __future__ import annotations

import http.client
import json
import socket
import struct
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

import pytest

from http_api.body import MAX_BULK_BYTES
from tests.edge.link_calls import LINKS
from tests.edge.links import API, OBJECTS, OPERATOR, TARGET, new_code
from tests.edge.uploads import request_head
from tests.harness.local_edge import WAIT_SECONDS, LocalEdge, eventually

LARGE = 60_000_000
GROWTH_BYTES = 16 * 1024 * 1024
"""What one request may add: the drain before a refusal takes 4 MiB."""


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalEdge]:
    opened = LocalEdge(faults=True, inspect=True)
    yield opened
    opened.close()


@pytest.fixture
def faulty(engine: LocalEdge) -> Iterator[LocalEdge]:
    """The four Workers, whose bindings fail on request."""
    engine.reset()
    yield engine
    engine.faults(API)
    engine.faults(OBJECTS)


def memory(product: LocalEdge) -> int:
    return product.memory()[API]["totalBytes"]


def pieces(length: int) -> Iterable[bytes]:
    piece = bytes(1_000_000)
    return (piece for _ in range(length // len(piece)))


def status_of(product: LocalEdge, method: str, path: str, *, chunked: bool, **headers: str) -> int:
    """Send a large body and return the status, also of a server that answers and hangs up on the rest."""
    place = urlsplit(product.urls[API])
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=WAIT_SECONDS)
    connection.putrequest(method, path)
    length = ("transfer-encoding", "chunked") if chunked else ("content-length", str(LARGE))
    for header in (("content-type", "application/json"), length, *headers.items()):
        connection.putheader(*header)
    connection.endheaders()
    try:
        for piece in pieces(LARGE):
            connection.send(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
        if chunked:
            connection.send(b"0\r\n\r\n")
    except (BrokenPipeError, ConnectionResetError):
        pass
    try:
        return connection.getresponse().status
    finally:
        connection.close()


def link_request(length: int) -> bytes:
    """Return the head of a request that creates a link."""
    head = request_head(LINKS, length)
    return head.replace(b"\r\n\r\n", b"\r\ncontent-type: application/json\r\n\r\n")


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", LINKS, {}, 401),
        ("POST", f"{LINKS}/bulk", {}, 401),
        ("POST", LINKS, OPERATOR, 413),
        ("POST", "/api/v1/assets/", {}, 404),
        ("POST", "/nowhere", {}, 404),
        ("PATCH", f"{LINKS}/any", {}, 401),
        ("DELETE", f"{LINKS}/any", {}, 401),
        ("GET", LINKS, {}, 401),
    ],
)
def test_a_large_body_that_is_refused_never_fills_the_isolate(
    engine: LocalEdge, method: str, path: str, headers: dict[str, str], status: int, *, chunked: bool
) -> None:
    before = memory(engine)
    assert status_of(engine, method, path, chunked=chunked, **headers) == status
    assert memory(engine) - before < GROWTH_BYTES
    engine.check_memory(128 * 1024 * 1024)


@pytest.mark.parametrize(("more", "status"), [(0, 422), (1, 413)])
def test_a_body_as_large_as_a_list_of_links_may_be_fits_into_the_isolate(
    engine: LocalEdge, more: int, status: int
) -> None:
    body = b"[" + b" " * (MAX_BULK_BYTES - 2 + more) + b"]"
    headers = {**OPERATOR, "content-type": "application/json"}
    answer = engine.request(API, "POST", f"{LINKS}/bulk", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.json()["code"] == {422: "invalid_request", 413: "body_too_large"}[status]
    engine.check_memory(128 * 1024 * 1024)


def test_a_method_that_no_route_takes_is_told_so(engine: LocalEdge) -> None:
    answer = engine.request(API, "PROPFIND", LINKS, headers=OPERATOR)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "PATCH" in answer.headers["allow"]


def test_a_body_that_a_read_request_brings_means_nothing(engine: LocalEdge) -> None:
    for path in ("/healthz", "/api/v1/openapi.json", LINKS):
        bare, loaded = (
            engine.request(API, "GET", path, headers=OPERATOR, content=content) for content in (None, b"{}")
        )
        assert (loaded.status_code, loaded.content) == (200, bare.content)
    assert engine.request(API, "HEAD", "/api/v1/openapi.json", content=b"x").content == b""


def test_a_body_that_ends_early_is_told_and_changes_nothing(faulty: LocalEdge) -> None:
    body = b'{"target": "https://example.com/"}'
    place = urlsplit(faulty.urls[API])
    with socket.create_connection((place.hostname, place.port), timeout=WAIT_SECONDS) as connection:
        connection.sendall(link_request(len(body) + 1) + body)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while not answer.endswith(b"}") and (piece := connection.recv(10_000)):
            answer += piece
    assert b"incomplete_body" in answer
    assert faulty.object("Library", "operator", "totals")["links"] == 0


def test_a_link_is_made_to_its_end_though_its_client_went_away(faulty: LocalEdge) -> None:
    """Its owner asks moderation by itself; the request has to tell the account's library afterwards."""
    code = new_code()
    body = json.dumps({"target": TARGET, "code": code}).encode()
    faulty.faults(API, {"call": "SHORT_LINK.claim", "mode": "slow", "ms": 1_000})
    faulty.faults(OBJECTS, {"call": "LIBRARY.*", "mode": "fail"})
    place = urlsplit(faulty.urls[API])
    with socket.create_connection((place.hostname, place.port)) as connection:
        connection.sendall(link_request(len(body)) + body)
        assert eventually(lambda: faulty.faults_met(API) == ["SHORT_LINK.claim"])
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert eventually(lambda: faulty.object("Library", "operator", "totals")["links"] == 1)

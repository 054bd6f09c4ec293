"""What leaves a Worker: httpx over `fetch`, against a real server that behaves and misbehaves."""

from __future__ import annotations

import base64
import gzip
import json
import socket
import threading
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from outbound.drivers import MAX_RESPONSE_BYTES
from tests.edge.outgoing import Caller, calling_worker
from tests.harness.local_edge import WAIT_SECONDS
from tests.stubs.http_server import (
    Answer,
    Disconnect,
    Drip,
    Raw,
    Recorded,
    Reply,
    Silence,
    StubServer,
    cut_short,
    json_reply,
)

TWO_RETRIES = {"max_retries": 2}
ONCE = {"max_retries": 2, "only_if_unsent": True}


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    with calling_worker() as worker:
        yield worker


@pytest.fixture
def stub() -> Iterator[StubServer]:
    with StubServer() as server:
        yield server


def body_of(found: dict[str, Any]) -> bytes:
    return base64.b64decode(found["body"])


def test_a_request_arrives_as_it_was_built(caller: Caller, stub: StubServer) -> None:
    stub.script(json_reply({"ok": True}, 201, (("x-a", "1"),)))
    content = bytes(range(256)) * 300
    found = caller.send(
        f"{stub.url}/p%2F?q=%20&r=a+b",
        method="PUT",
        headers=[["authorization", "Bearer s"], ["x-two", "1"], ["x-two", "2"]],
        body=base64.b64encode(content).decode(),
    )
    assert (found["status"], json.loads(body_of(found))) == (201, {"ok": True})
    assert ["x-a", "1"] in found["headers"]
    (seen,) = stub.requests
    assert (seen.method, seen.target, seen.body) == ("PUT", "/p%2F?q=%20&r=a+b", content)
    assert seen.header("authorization") == "Bearer s"
    assert [value for name, value in seen.headers if name.lower() == "x-two"] == ["1", "2"]
    assert seen.header("content-length") == str(len(content))


def test_a_post_without_a_body_says_so(caller: Caller, stub: StubServer) -> None:
    stub.script(Reply(204))
    assert caller.send(stub.url, method="POST")["status"] == 204
    assert stub.requests[0].header("content-length") == "0"


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_packed_body_is_unpacked_once(caller: Caller, stub: StubServer, coding: str, pack: Any) -> None:
    stub.script(Reply(200, (("content-encoding", coding),), pack(b"hello" * 100)))
    found = caller.send(stub.url)
    assert (found["size"], body_of(found)) == (500, b"hello" * 100)


def test_redirects_are_answers_not_orders(caller: Caller, stub: StubServer) -> None:
    stub.script(Reply(302, (("location", "/elsewhere"),)))
    found = caller.send(stub.url)
    assert (found["status"], found["headers"]) == (302, [["location", "/elsewhere"]])
    assert len(stub.requests) == 1


def test_cookies_are_neither_kept_nor_sent(caller: Caller, stub: StubServer) -> None:
    stub.script(Reply(200, (("set-cookie", "a=b; Path=/"),)), Reply(200))
    first = caller.send(stub.url, shared=True)
    caller.send(stub.url, shared=True, headers=[["cookie", "c=d"]])
    assert first["headers"] == []
    assert [request.header("cookie") for request in stub.requests] == [None, None]


@pytest.mark.parametrize(
    ("headers", "waits"), [((("retry-after", "7"),), [7]), ((("retry-after-ms", "250"),), [0.25])]
)
def test_a_busy_service_is_asked_again_when_it_says(
    caller: Caller, stub: StubServer, headers: tuple[tuple[str, str], ...], waits: list[float]
) -> None:
    stub.script(Reply(429, headers), Reply(200, (), b"ok"))
    found = caller.send(stub.url, retry=TWO_RETRIES)
    assert (body_of(found), found["waits"]) == (b"ok", waits)


def test_a_service_that_stays_broken_has_the_last_word(caller: Caller, stub: StubServer) -> None:
    stub.script(Reply(500), Reply(502), Reply(503))
    found = caller.send(stub.url, retry=TWO_RETRIES)
    assert (found["status"], len(found["waits"])) == (503, 2)


@pytest.mark.parametrize(
    "answer",
    [
        Disconnect(),
        Raw(b"garbage\r\n\r\n"),
        cut_short(Reply(200, (), b"x" * 1000), 10),
        cut_short(Reply(200, (), b"x" * 1_000_000), 600_000),
        Raw(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel"),
        Reply(200, (("content-encoding", "gzip"),), b"this is no gzip"),
    ],
)
def test_an_answer_that_is_not_whole_is_no_answer(caller: Caller, stub: StubServer, answer: Any) -> None:
    stub.script(answer, Reply(200, (), b"whole"))
    found = caller.send(stub.url)
    assert found["failed"].startswith(("ReadError", "DecodingError"))
    assert found["reach"] == "maybe_sent"
    assert body_of(caller.send(stub.url)) == b"whole"


def test_a_lost_connection_is_tried_again_unless_once_is_enough(caller: Caller, stub: StubServer) -> None:
    stub.script(Disconnect(), Reply(200, (), b"ok"))
    assert body_of(caller.send(stub.url, retry=TWO_RETRIES)) == b"ok"
    stub.script(Disconnect(), Reply(200, (), b"never asked for"))
    assert caller.send(stub.url, method="POST", retry=ONCE)["reach"] == "maybe_sent"
    assert len(stub.requests) == 3


def test_a_refused_connection_counts_as_maybe_sent_because_fetch_does_not_tell(caller: Caller) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/"
        found = caller.send(url, retry=TWO_RETRIES)
        once = caller.send(url, retry=ONCE)
    assert (found["reach"], len(found["waits"])) == ("maybe_sent", 2)
    assert (once["reach"], once["waits"]) == ("maybe_sent", [])


@pytest.mark.parametrize(
    "job",
    [
        {"url": "ftp://files.example/secret"},
        {"url": "http://two words/secret"},
        {"headers": [["a b", "secret"]]},
        {"headers": [["a", "secret\r\nb: c"]]},
        {"method": "GET", "body": base64.b64encode(b"secret").decode()},
    ],
)
def test_what_cannot_be_written_is_not_tried_again_and_not_quoted(
    caller: Caller, stub: StubServer, job: dict[str, Any]
) -> None:
    found = caller.send(**{"url": stub.url, "retry": TWO_RETRIES, **job})
    assert (found["reach"], found["waits"]) == ("unwritable", [])
    assert "secret" not in found["failed"]
    assert stub.requests == []


@pytest.mark.parametrize("answer", [Silence(), Drip(Reply(200, (), b"x" * 100_000), 0.05)])
def test_a_slow_answer_is_given_up_in_whole(caller: Caller, stub: StubServer, answer: Any) -> None:
    stub.script(answer)
    assert caller.send(stub.url, timeout=0.5) == {
        "failed": "the answer was too slow",
        "reach": "maybe_sent",
        "waits": [],
    }


def test_a_slow_answer_that_comes_in_time_is_whole(caller: Caller, stub: StubServer) -> None:
    stub.script(Drip(Reply(200, (), b"0123456789"), 0.02))
    assert body_of(caller.send(stub.url)) == b"0123456789"


def test_the_transport_keeps_the_time_without_the_driver_too(caller: Caller, stub: StubServer) -> None:
    stub.script(Silence(), Drip(Reply(200, (), b"x" * 100_000), 0.05))
    for _ in range(2):
        assert caller.ask("bare", url=stub.url, timeout=0.5) == {"raised": "ReadTimeout"}


def test_a_body_may_be_as_large_as_the_limit_and_no_larger(caller: Caller, stub: StubServer) -> None:
    stub.script(Reply(200, (), bytes(MAX_RESPONSE_BYTES)), Reply(200, (), bytes(MAX_RESPONSE_BYTES + 1)))
    assert caller.send(stub.url)["size"] == MAX_RESPONSE_BYTES
    assert caller.send(stub.url)["failed"] == "the answer was too large"


def test_a_small_packed_body_cannot_become_a_large_one(caller: Caller, stub: StubServer) -> None:
    bomb = gzip.compress(bytes(40 * MAX_RESPONSE_BYTES))
    stub.script(Reply(200, (("content-encoding", "gzip"),), bomb))
    assert caller.send(stub.url)["failed"] == "the answer was too large"


def test_calls_of_several_requests_share_a_driver(caller: Caller, stub: StubServer) -> None:
    for _ in range(2):
        jobs = [{"url": f"{stub.url}/{number}", "shared": True} for number in range(5)]
        found = caller.ask("together", jobs=jobs)
        assert [one["status"] for one in found] == [404] * 5
    assert sorted(request.path for request in stub.requests) == sorted(2 * [f"/{n}" for n in range(5)])


class Listener:
    """Takes one request, answers with `head`, and notes when the other side hangs up."""

    def __init__(self, head: bytes) -> None:
        self._head = head
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(WAIT_SECONDS)
        self.hung_up = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/"

    def _serve(self) -> None:
        connection, _ = self._socket.accept()
        with connection:
            connection.settimeout(WAIT_SECONDS)
            connection.recv(65_536)
            connection.sendall(self._head)
            # A body that was not taken to its end is hung up on with a reset.
            with suppress(ConnectionResetError):
                assert connection.recv(1) == b""
            self.hung_up.set()

    def close(self) -> None:
        self._thread.join(WAIT_SECONDS)
        self._socket.close()


class Gate(StubServer):
    """Holds the Worker's event open until the listener was left: its end would close every connection."""

    def __init__(self, left: threading.Event) -> None:
        super().__init__()
        self._left = left

    def respond(self, request: Recorded) -> Answer:
        return Reply(200, (), b"left" if self._left.wait(WAIT_SECONDS / 4) else b"still held")


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"])
@pytest.mark.parametrize(
    ("job", "came"),
    [
        ({"cancel_after": 0.5}, {"cancelled": True}),
        ({"timeout": 0.5}, {"failed": "the answer was too slow", "reach": "maybe_sent", "waits": []}),
    ],
)
def test_giving_up_hangs_up(caller: Caller, head: bytes, job: dict[str, Any], came: dict[str, Any]) -> None:
    listener = Listener(head)
    with Gate(listener.hung_up) as gate:
        assert caller.ask("give_up", url=listener.url, gate=gate.url, **job) == [came, "left"]
    listener.close()


def test_a_body_that_is_too_large_is_hung_up_on(caller: Caller) -> None:
    listener = Listener(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(MAX_RESPONSE_BYTES + 300_000))
    with Gate(listener.hung_up) as gate:
        came, end = caller.ask("give_up", url=listener.url, gate=gate.url)
    assert (came["failed"], end) == ("the answer was too large", "left")
    listener.close()


def test_nothing_was_left_unhandled(caller: Caller) -> None:
    lines = caller.engine.logs()
    assert caller.engine.tracebacks(lines) == []
    assert [line for line in lines if "Uncaught" in line or "unhandled" in line.lower()] == []

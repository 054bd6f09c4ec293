"""Both drivers against a real server that behaves and misbehaves."""

from __future__ import annotations

import asyncio
import gzip
import logging
import socket
from collections.abc import Callable, Iterator

import httpx
import pytest

from outbound import (
    Call,
    CallFailed,
    Connection,
    HttpRequest,
    HttpResponse,
    Reach,
    RetryPolicy,
    multipart_body,
)
from outbound.drivers import MAX_RESPONSE_BYTES, AsyncDriver, SyncDriver
from tests.stubs.http_server import Disconnect, Drip, Raw, Reply, Silence, StubServer, cut_short, json_reply

Send = Callable[[Call[HttpResponse]], HttpResponse]
CONNECTION = Connection(now=lambda: 784_111_770.0, jitter=lambda: 0.0)


class Carrier:
    """A driver of either kind, its waits on record instead of slept."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.waits: list[float] = []

    def send(self, call: Call[HttpResponse]) -> HttpResponse:
        if self.kind == "sync with its own client":
            return SyncDriver(connection=CONNECTION, sleep=self.waits.append).send(call)
        if self.kind == "sync":
            with httpx.Client() as client:
                answer = SyncDriver(client, CONNECTION, self.waits.append).send(call)
                assert not client.is_closed
                return answer
        return asyncio.run(self._send_async(call))

    async def _send_async(self, call: Call[HttpResponse]) -> HttpResponse:
        async def wait(seconds: float) -> None:
            self.waits.append(seconds)

        async with httpx.AsyncClient() as client:
            return await AsyncDriver(client, CONNECTION, wait).send(call)


@pytest.fixture(params=["sync with its own client", "sync", "async"])
def carrier(request: pytest.FixtureRequest) -> Carrier:
    return Carrier(request.param)


@pytest.fixture
def stub() -> Iterator[StubServer]:
    with StubServer() as server:
        yield server


def _get(url: str, retry: RetryPolicy | None = None, timeout: float = 20.0) -> Call[HttpResponse]:
    request = HttpRequest("GET", url, timeout_seconds=timeout)
    return Call(request, lambda response: response, retry or RetryPolicy(max_retries=0))


def test_a_request_arrives_as_it_was_built(stub: StubServer, carrier: Carrier) -> None:
    stub.script(json_reply({"ok": True}, 201, (("x-a", "1"), ("x-a", "2"))))
    body, headers = multipart_body({"name": "grüße"})
    request = HttpRequest("PUT", f"{stub.url}/p?q=%20", (*headers, ("authorization", "Bearer s")), body)
    answer = carrier.send(Call(request, lambda response: response))
    assert (answer.status, answer.json()) == (201, {"ok": True})
    assert [value for name, value in answer.headers if name == "x-a"] == ["1", "2"]
    (seen,) = stub.requests
    assert (seen.method, seen.target, seen.header("authorization")) == ("PUT", "/p?q=%20", "Bearer s")
    assert seen.multipart()[0].content == "grüße".encode()


def test_a_post_without_a_body_says_so(stub: StubServer, carrier: Carrier) -> None:
    stub.script(Reply(204))
    assert carrier.send(Call(HttpRequest("POST", stub.url), lambda response: response)).status == 204
    assert stub.requests[0].header("content-length") == "0"


def test_a_compressed_body_is_unpacked(stub: StubServer, carrier: Carrier) -> None:
    stub.script(Reply(200, (("content-encoding", "gzip"),), gzip.compress(b"hello")))
    assert carrier.send(_get(stub.url)).body == b"hello"


def test_redirects_are_answers_not_orders(stub: StubServer, carrier: Carrier) -> None:
    stub.script(Reply(302, (("location", "/elsewhere"),)))
    assert carrier.send(_get(stub.url)).status == 302
    assert len(stub.requests) == 1


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ((), 0.5),
        ((("retry-after", "7"),), 7.0),
        ((("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"),), 7.0),
        ((("retry-after-ms", "250"), ("retry-after", "7")), 0.25),
    ],
)
def test_a_busy_service_is_asked_again_when_it_says(
    stub: StubServer, carrier: Carrier, headers: tuple[tuple[str, str], ...], wait: float
) -> None:
    stub.script(Reply(429, headers), Reply(200, (), b"ok"))
    assert carrier.send(_get(stub.url, RetryPolicy())).body == b"ok"
    assert carrier.waits == [wait]


def test_a_service_that_stays_busy_has_the_last_word(stub: StubServer, carrier: Carrier) -> None:
    stub.script(Reply(500), Reply(502), Reply(503))
    assert carrier.send(_get(stub.url, RetryPolicy())).status == 503
    assert carrier.waits == [0.5, 1.0]
    assert len(stub.requests) == 3


def test_a_lost_answer_is_retried_where_that_is_allowed(stub: StubServer, carrier: Carrier) -> None:
    stub.script(Disconnect(), Reply(200, (), b"ok"))
    assert carrier.send(_get(stub.url, RetryPolicy())).body == b"ok"
    assert len(stub.requests) == 2


@pytest.mark.parametrize(
    "answer",
    [
        Disconnect(),
        Raw(b"garbage\r\n\r\n"),
        cut_short(json_reply({"ok": True}), 4),
        Reply(200, (("content-encoding", "gzip"),), b"not gzip"),
    ],
    ids=["disconnect", "garbage", "cut short", "not gzip"],
)
def test_a_broken_answer_may_follow_a_request_that_was_acted_on(
    stub: StubServer, carrier: Carrier, answer: Disconnect | Raw | Reply
) -> None:
    stub.script(answer)
    with pytest.raises(CallFailed) as failure:
        carrier.send(_get(stub.url, RetryPolicy(only_if_unsent=True)))
    assert failure.value.reach is Reach.MAYBE_SENT
    assert len(stub.requests) == 1
    assert carrier.waits == []


def test_a_failure_quotes_only_the_beginning_of_garbage(stub: StubServer, carrier: Carrier) -> None:
    stub.script(Raw(b"x" * 5000 + b"\r\n\r\n"))
    with pytest.raises(CallFailed, match="RemoteProtocolError") as failure:
        carrier.send(_get(stub.url))
    assert len(str(failure.value)) == 200


def test_silence_ends_with_the_time_out(stub: StubServer, carrier: Carrier) -> None:
    stub.script(Silence())
    with pytest.raises(CallFailed) as failure:
        carrier.send(_get(stub.url, timeout=0.2))
    assert failure.value.reach is Reach.MAYBE_SENT


def test_a_drip_does_not_outlast_the_time_out(stub: StubServer, carrier: Carrier) -> None:
    # Each piece comes well within the time-out; only their sum does not, by a factor of thousands.
    stub.script(Drip(Reply(200, (), b"x" * 100_000), pause_seconds=0.05))
    with pytest.raises(CallFailed, match=r"too slow|ReadTimeout"):
        carrier.send(_get(stub.url, timeout=0.5))


def test_a_body_that_is_too_large_is_a_failure(stub: StubServer, carrier: Carrier) -> None:
    stub.script(Reply(200, (), bytes(MAX_RESPONSE_BYTES)))
    assert len(carrier.send(_get(stub.url)).body) == MAX_RESPONSE_BYTES
    stub.script(Reply(200, (), bytes(MAX_RESPONSE_BYTES + 1)))
    with pytest.raises(CallFailed, match="too large"):
        carrier.send(_get(stub.url))


def test_a_refused_connection_is_retried_and_known_to_be_unsent(carrier: Carrier) -> None:
    with socket.socket() as taken:
        # Bound and not listening: nobody else gets the port, and every connection is refused.
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        with pytest.raises(CallFailed, match="ConnectError") as failure:
            carrier.send(_get(url, RetryPolicy(only_if_unsent=True)))
    assert failure.value.reach is Reach.UNSENT
    assert carrier.waits == [0.5, 1.0]


@pytest.mark.parametrize(
    "url",
    [
        "secret",
        "ftp://127.0.0.1/secret",
        "http://127.0.0.1:secret/",
        "http://127.0.0.1/\x00secret",
        "http://127.0.0.1/\ud800secret",
        "http://xn--secret-\u0080/",
    ],
)
def test_an_address_nobody_could_call_fails_at_once_without_quoting_it(carrier: Carrier, url: str) -> None:
    with pytest.raises(CallFailed) as failure:
        carrier.send(_get(url, RetryPolicy()))
    assert failure.value.reach is Reach.UNWRITABLE
    assert "secret" not in str(failure.value)
    assert carrier.waits == []


@pytest.mark.parametrize("host", ["label" * 20 + ".example", "two..dots.example"])
def test_a_host_no_resolver_takes_is_a_failure_like_any_other(carrier: Carrier, host: str) -> None:
    with pytest.raises(CallFailed) as failure:
        carrier.send(_get(f"http://{host}/"))
    assert failure.value.reach in (Reach.UNWRITABLE, Reach.UNSENT)


@pytest.mark.parametrize("value", ["Bearer sécret\u0444", "Bearer secret\r\nx: y"])
def test_a_header_that_cannot_be_sent_fails_without_quoting_it(
    stub: StubServer, carrier: Carrier, value: str
) -> None:
    request = HttpRequest("GET", stub.url, (("authorization", value),))
    with pytest.raises(CallFailed) as failure:
        carrier.send(Call(request, lambda response: response, RetryPolicy()))
    assert failure.value.reach is Reach.UNWRITABLE
    assert "cret" not in str(failure.value)
    assert stub.requests == []


def test_what_the_parser_raises_comes_through(stub: StubServer, carrier: Carrier) -> None:
    def refuse(_: HttpResponse) -> HttpResponse:
        raise KeyError("no")

    stub.script(Reply(200))
    with pytest.raises(KeyError):
        carrier.send(Call(HttpRequest("GET", stub.url), refuse))


def test_keys_and_tokens_in_urls_stay_out_of_the_logs(
    stub: StubServer, carrier: Carrier, caplog: pytest.LogCaptureFixture
) -> None:
    stub.script(Reply(200))
    with caplog.at_level(logging.INFO, logger="httpx"):
        carrier.send(_get(f"{stub.url}/webhooks/token-secret?api_key=key-secret"))
        logging.getLogger("httpx").info("plain %(word)s", {"word": "words"})
    assert "HTTP Request: GET http://127.0.0.1 " in caplog.text
    assert "plain words" in caplog.text
    assert "secret" not in caplog.text


def test_the_drivers_wait_with_the_real_clock_by_default(stub: StubServer) -> None:
    stub.script(Reply(503, (("retry-after-ms", "1"),)), Reply(200), Reply(503, (("retry-after-ms", "1"),)))
    assert SyncDriver().send(_get(stub.url, RetryPolicy())).status == 200

    async def send() -> int:
        async with httpx.AsyncClient() as client:
            return (await AsyncDriver(client).send(_get(stub.url, RetryPolicy(max_retries=1)))).status

    assert asyncio.run(send()) == 404

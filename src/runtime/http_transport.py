"""httpx over the platform's `fetch`: what lets `outbound.drivers.AsyncDriver` speak from inside a Worker.

`fetch` does not tell a refused connection from one that was lost half-way, so no failure of it counts as
unsent: all are ReadError or ReadTimeout, and a call that must not happen twice is not repeated. What the
platform will not even write is LocalProtocolError. Importing this loads httpx: not for the edge or objects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
from js import AbortController, AbortSignal, Headers, fetch
from js import Request as JsRequest
from pyodide.ffi import JsException, to_js

from outbound.drivers import AsyncDriver
from runtime.upload_streams import ByteReader

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_OURS_NOT_TO_SET = frozenset(
    {"accept-encoding", "connection", "content-length", "cookie", "host", "keep-alive", "transfer-encoding"}
)
"""The platform sets these, but for cookies: we have none."""
_NOT_FOR_THE_CLIENT = frozenset({"content-length", "set-cookie", "transfer-encoding"})
"""The length may be that of the packed body; a cookie that is kept would be sent on."""
_UNPACKED_BY_PLATFORM = ("gzip", "br")
_TIMEOUT = "TimeoutError"


def fetch_driver() -> AsyncDriver:
    """Return a driver over `fetch`. It holds nothing of a request and may live as long as the isolate."""
    client = httpx.AsyncClient(transport=FetchTransport(), trust_env=False, follow_redirects=False)
    return AsyncDriver(client)


class FetchTransport(httpx.AsyncBaseTransport):
    """Carries a request whole and its answer in pieces; redirects are answers, cookies are dropped.

    The read time-out bounds the exchange from the start to the last byte. Closing the response, or being
    cancelled, aborts the fetch.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer as soon as its head is there; raise httpx.TransportError."""
        body = await request.aread()
        abort = AbortController.new()
        prepared = _prepared(request, body, abort.signal)
        try:
            answer = await fetch(prepared)
        except JsException as error:
            raise _failure(error) from error
        except BaseException:
            abort.abort()
            raise
        return httpx.Response(answer.status, headers=_headers(answer), stream=_Body(answer.body, abort))


class _Body(httpx.AsyncByteStream):
    def __init__(self, stream: Any, abort: Any) -> None:  # noqa: ANN401 - JS objects
        self._reader = ByteReader(stream)
        self._abort = abort

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while piece := await self._reader.read():
                yield piece
        except JsException as error:
            raise _failure(error) from error

    async def aclose(self) -> None:
        self._abort.abort()


def _prepared(request: httpx.Request, body: bytes, signal: Any) -> Any:  # noqa: ANN401 - JS objects
    if request.url.scheme not in ("http", "https"):
        raise httpx.UnsupportedProtocol("only http and https are spoken")
    seconds = request.extensions.get("timeout", {}).get("read")
    if seconds is not None:
        signal = AbortSignal.any(to_js([signal, AbortSignal.timeout(int(1000 * seconds))]))
    try:
        headers = Headers.new()
        for name, value in request.headers.multi_items():
            if name not in _OURS_NOT_TO_SET:
                headers.append(name, value)
        return JsRequest.new(
            str(request.url),
            method=request.method,
            headers=headers,
            body=to_js(body) if body else None,
            redirect="manual",
            signal=signal,
        )
    except JsException as error:
        # Its message quotes what it refuses, and with it the key inside.
        raise httpx.LocalProtocolError("the request cannot be written") from error


def _headers(answer: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - a JS Response
    """Return the headers as they are true of what the client gets to read."""
    headers = [(name, value) for name, value in answer.headers if name not in _NOT_FOR_THE_CLIENT]
    unpacked = answer.headers.get("content-encoding") in _UNPACKED_BY_PLATFORM
    return [pair for pair in headers if not (unpacked and pair[0] == "content-encoding")]


def _failure(error: JsException) -> httpx.TransportError:
    if error.name == _TIMEOUT:
        return httpx.ReadTimeout("the answer was too slow")
    return httpx.ReadError(f"no whole answer came: {error.message}")

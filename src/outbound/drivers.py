"""Two thin drivers over httpx: one that blocks, one that awaits. Every rule is in `calls` and `retry`."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from typing import TYPE_CHECKING, TypeVar

import httpx

from outbound.calls import Connection, Outcome, attempts
from outbound.messages import HttpRequest, HttpResponse
from outbound.retry import Reach

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from outbound.calls import Call

Result = TypeVar("Result")

MAX_RESPONSE_BYTES = 8 * 1024 * 1024
"""More than any contract we speak answers with; a larger body is a failure, not memory."""

_MAX_FAILURE_CHARS = 200
_UNWRITABLE = (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, UnicodeError)
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_FAILURES = (httpx.HTTPError, httpx.InvalidURL, UnicodeError)


def _default_connection() -> Connection:
    return Connection(now=time.time, jitter=random.random)


class SyncDriver:
    """Carries calls over an `httpx.Client`; owns the client only if it made it.

    A request's time-out bounds each read of the answer's head and the sum of the reads of its body.
    """

    def __init__(
        self,
        client: httpx.Client | None = None,
        connection: Connection | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        _keep_urls_out_of_logs()
        self._given_client = client
        self._connection = connection or _default_connection()
        self._sleep = sleep

    def send(self, call: Call[Result]) -> Result:
        """Return the parsed answer; raise CallFailed or what the call's parser raises."""
        client = self._given_client or httpx.Client(follow_redirects=False)
        steps = attempts(call, self._connection)
        answer: Outcome | None = None
        try:
            while True:
                step = steps.send(answer)
                if isinstance(step, HttpRequest):
                    answer = self._exchange(client, step)
                else:
                    self._sleep(step)
                    answer = None
        except StopIteration as done:
            result: Result = done.value
            return result
        finally:
            if self._given_client is None:
                client.close()

    def _exchange(self, client: httpx.Client, request: HttpRequest) -> Outcome:
        body = bytearray()
        deadline = time.monotonic() + request.timeout_seconds
        try:
            with client.stream(
                request.method,
                request.url,
                headers=list(request.headers),
                content=request.body or None,
                timeout=request.timeout_seconds,
            ) as response:
                for chunk in response.iter_bytes():
                    body += chunk
                    # httpx limits each read, not the sum: a server that drips would hold us for ever.
                    if len(body) > MAX_RESPONSE_BYTES or time.monotonic() > deadline:
                        return Outcome(None, "the answer was too large or too slow")
        except _FAILURES as error:
            return _failed(error)
        return Outcome(_response(response, bytes(body)))


class AsyncDriver:
    """Carries calls over an `httpx.AsyncClient`, at the edge with a transport over `fetch`."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        connection: Connection | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        _keep_urls_out_of_logs()
        self._client = client
        self._connection = connection or _default_connection()
        self._sleep = sleep

    async def send(self, call: Call[Result]) -> Result:
        """Return the parsed answer; raise CallFailed or what the call's parser raises."""
        steps = attempts(call, self._connection)
        answer: Outcome | None = None
        try:
            while True:
                step = steps.send(answer)
                if isinstance(step, HttpRequest):
                    answer = await self._exchange(step)
                else:
                    await self._sleep(step)
                    answer = None
        except StopIteration as done:
            result: Result = done.value
            return result

    async def _exchange(self, request: HttpRequest) -> Outcome:
        try:
            return await asyncio.wait_for(self._read(request), request.timeout_seconds)
        except _FAILURES as error:
            return _failed(error)
        except TimeoutError:
            return Outcome(None, "the answer was too slow")

    async def _read(self, request: HttpRequest) -> Outcome:
        body = bytearray()
        async with self._client.stream(
            request.method,
            request.url,
            headers=list(request.headers),
            content=request.body or None,
            timeout=request.timeout_seconds,
        ) as response:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_RESPONSE_BYTES:
                    return Outcome(None, "the answer was too large")
        return Outcome(_response(response, bytes(body)))


def _response(response: httpx.Response, body: bytes) -> HttpResponse:
    return HttpResponse(response.status_code, tuple(response.headers.multi_items()), body)


def _failed(error: Exception) -> Outcome:
    name = type(error).__name__
    if isinstance(error, _UNWRITABLE):
        # These errors quote the URL or header they refuse, and with it the key inside.
        return Outcome(None, f"{name}: the request cannot be sent as it is", Reach.UNWRITABLE)
    reach = Reach.UNSENT if isinstance(error, _UNSENT) else Reach.MAYBE_SENT
    return Outcome(None, f"{name}: {error}"[:_MAX_FAILURE_CHARS], reach)


class _HostsOnly(logging.Filter):
    """Shortens the URLs that httpx logs to their host: keys travel in queries and tokens in paths."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                f"{part.scheme}://{part.host}" if isinstance(part, httpx.URL) else part
                for part in record.args
            )
        return True


_HOSTS_ONLY = _HostsOnly()


def _keep_urls_out_of_logs() -> None:
    logging.getLogger("httpx").addFilter(_HOSTS_ONLY)

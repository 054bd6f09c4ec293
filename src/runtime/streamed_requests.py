"""Requests that bring a body or change something: read as the app asks for it, and served to their end.

The SDK's adapter queues a body whole before the app runs, which anybody could use to fill the isolate: its
memory only ever grows.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from js import Headers
from js import Request as JsRequest
from js import Response as JsResponse
from pyodide.ffi import to_js

from http_api.uploads.ports import STREAM
from runtime.upload_streams import ByteReader
from workers import asgi

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_WITHOUT_BODY = frozenset({204, 205, 304})

_log = logging.getLogger("api")


def only_reads(method: str) -> bool:
    """Tell whether a request changes nothing: a body of it means nothing, and it may be cut off."""
    return method in _SAFE


def without_body(request: Any) -> Any:  # noqa: ANN401 - the runtime's objects
    """Return a request that only reads, as it is to be handed to the SDK's adapter: without a body."""
    raw = request.js_object
    return JsRequest.new(raw.url, method=raw.method, headers=raw.headers) if raw.body else request


async def serve(app: ASGIApp, request: Any, env: Any, ctx: Any) -> Any:  # noqa: ANN401 - the runtime's objects
    """Answer one request with an app whose answers are short.

    The platform drops what a request was doing when its client goes away, unless it is told to wait: what was
    begun would stay half done, and somebody has to tidy up.
    """
    serving = asyncio.ensure_future(_serve(app, request, env))
    ctx.waitUntil(_outlast(serving))
    return await serving


async def _serve(app: ASGIApp, request: Any, env: Any) -> Any:  # noqa: ANN401 - the runtime's objects
    body = request.js_object.body
    reader = ByteReader(body)
    plain: dict[str, Any] = asgi.request_to_scope(request, env)  # type: ignore[no-untyped-call]
    scope = {**plain, STREAM: body}
    answer = _Answer()
    is_over = False

    async def receive() -> Message:
        nonlocal is_over
        try:
            piece = b"" if is_over else await reader.read()
        except Exception:  # noqa: BLE001 - whatever the stream says, no more will come
            return {"type": "http.disconnect"}
        if is_over:
            return {"type": "http.disconnect"}
        is_over = not piece
        return {"type": "http.request", "body": piece, "more_body": bool(piece)}

    try:
        await app(scope, receive, answer.send)
    except Exception:
        if not answer.is_whole:
            raise
        _log.exception("The app failed after it had answered.")
    finally:
        if answer.is_whole:
            await reader.drain()
        await reader.cancel()
    return answer.response()


class _Answer:
    """Collects what the app answers."""

    def __init__(self) -> None:
        self._status = 500
        self._headers: list[list[str]] = []
        self._body = bytearray()
        self.is_whole = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = [[name.decode(), value.decode()] for name, value in message["headers"]]
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            self.is_whole = not message.get("more_body", False)

    def response(self) -> Any:  # noqa: ANN401 - a JS object
        body = None if self._status in _WITHOUT_BODY else to_js(bytes(self._body))
        return JsResponse.new(body, status=self._status, headers=Headers.new(to_js(self._headers)))


async def _outlast(serving: asyncio.Future[Any]) -> None:
    await asyncio.wait([serving])

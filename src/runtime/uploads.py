"""Requests whose bodies stream: the SDK's adapter would read them whole before the app sees them."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from js import Headers
from js import Response as JsResponse
from pyodide.ffi import to_js

from http_api.uploads.held import HeldRoom
from http_api.uploads.ports import PORTS, STREAM, UploadPorts
from runtime.upload_books import AssetFilers, LibraryBooks
from runtime.upload_store import BucketStore
from runtime.upload_streams import ByteReader
from sharelinks.paths import split_url
from workers import asgi

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message

ASSETS = "/api/v1/assets"
UPLOADS = "/api/v1/uploads"

_UPLOAD_ID_BYTES = 16
_EMPTY = 204


def is_upload(method: str, url: str) -> bool:
    """Tell whether a request is about an upload."""
    path = unquote(split_url(url)[0])
    return (method == "POST" and path == ASSETS) or path == UPLOADS or path.startswith(f"{UPLOADS}/")


class Uploads:
    """Serves the app's upload routes, with the ports of one isolate."""

    def __init__(self, app: ASGIApp, env: Any) -> None:  # noqa: ANN401 - the bindings
        self._app = app
        self._env = env
        self._ports = UploadPorts(
            books=LibraryBooks(env.LIBRARY),
            assets=AssetFilers(env.ASSET),
            store=BucketStore(env.MEDIA),
            room=HeldRoom(),
            new_id=lambda: secrets.token_urlsafe(_UPLOAD_ID_BYTES),
        )

    async def fetch(self, request: Any, ctx: Any) -> Any:  # noqa: ANN401 - the runtime's objects
        """Answer one request.

        The platform drops what a request was doing when its client goes away, unless it is told to wait: and
        somebody has to tidy up.
        """
        serving = asyncio.ensure_future(self._serve(request))
        ctx.waitUntil(_outlast(serving))
        return await serving

    async def _serve(self, request: Any) -> Any:  # noqa: ANN401 - the runtime's objects
        body = request.js_object.body
        reader = ByteReader(body)
        plain: dict[str, Any] = asgi.request_to_scope(request, self._env)  # type: ignore[no-untyped-call]
        scope = {**plain, PORTS: self._ports, STREAM: body}
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
            await self._app(scope, receive, answer.send)
            await reader.drain()
        finally:
            await reader.cancel()
        return answer.response()


class _Answer:
    """Collects what the app answers; these answers are short."""

    def __init__(self) -> None:
        self._status = 500
        self._headers: list[list[str]] = []
        self._body = bytearray()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = [[name.decode(), value.decode()] for name, value in message["headers"]]
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")

    def response(self) -> Any:  # noqa: ANN401 - a JS object
        body = None if self._status == _EMPTY else to_js(bytes(self._body))
        return JsResponse.new(body, status=self._status, headers=Headers.new(to_js(self._headers)))


async def _outlast(serving: asyncio.Future[Any]) -> None:
    await asyncio.wait([serving])

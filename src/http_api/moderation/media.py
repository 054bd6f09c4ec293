"""The bytes that nobody else gets to see, for moderators."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from starlette.responses import Response

from assets.names import original_key
from http_api.errors import ApiError
from http_api.moderation.owners import asset_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.types import Receive, Scope, Send

    from http_api.services import Services

HEADERS = {
    "cache-control": "private, no-store",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
"""Nothing keeps these bytes, and nothing in them runs."""


class Streamed(Response):
    """A body that comes in pieces, at the pace of whoever reads it.

    Starlette's own waits for the end of the connection in a second task, which the runtime's adapter tells
    of only afterwards.
    """

    def __init__(self, pieces: AsyncGenerator[bytes, None], media_type: str) -> None:
        super().__init__(None, media_type=media_type, headers=HEADERS)
        del self.headers["content-length"]
        self._pieces = pieces

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send everything, and let go of the pieces even if nobody takes them any more."""
        async with aclosing(self._pieces) as pieces:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def media_of(ports: Services, subject: str) -> Streamed:
    """Return the file of a case wherever it lies; 404 where there is none."""
    asset = await asset_of(ports, subject)
    if asset is None:
        raise _no_media()
    key = original_key(asset.record)
    if await ports.stored_media.length(key) is None:
        raise _no_media()
    return Streamed(ports.stored_media.read(key), asset.record.content_type)


def _no_media() -> ApiError:
    return ApiError(404, "no_media", "There is no file to look at.")

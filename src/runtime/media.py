"""`/a/{asset_id}` at the edge: the bytes stream from R2 and Python never touches them."""

from __future__ import annotations

import re
from typing import Any

from runtime.replies import reply, text_reply

PREFIX = "/a/"
_ASSET_ID = re.compile(r"[A-Za-z0-9_-]{8,128}")


class Media:
    """Answers one asset from the bucket's approved part."""

    def __init__(self, bucket: Any) -> None:  # noqa: ANN401 - an R2 binding
        self._bucket = bucket

    async def answer(self, request: Any, path: str) -> Any:  # noqa: ANN401 - JS objects
        """Stream an approved asset; 404 for what is none."""
        asset_id = path.removeprefix(PREFIX)
        found = await self._bucket.get(f"media/{asset_id}") if _ASSET_ID.fullmatch(asset_id) else None
        if found is None:
            return text_reply(404, "There is no such asset.\n")
        headers = {
            "content-type": found.httpMetadata.contentType or "application/octet-stream",
            "content-length": str(int(found.size)),
            "etag": found.httpEtag,
            "cache-control": "public, max-age=31536000, immutable",
            "x-content-type-options": "nosniff",
        }
        return reply(200, headers, found.body if request.method == "GET" else None)

"""The edge Worker: `/s/{code}` redirects, `/a/{asset_id}` streams. Imports stay lean: start-up is short."""

from __future__ import annotations

import time
from typing import Any

from js import URL

from runtime import media, redirects
from runtime.owners import ShortLinkOwners
from runtime.replies import reply, text_reply
from workers import WorkerEntrypoint

METHODS = ("GET", "HEAD")


class Default(WorkerEntrypoint):
    """Visitors' requests."""

    async def fetch(self, request: Any) -> Any:  # noqa: ANN401 - the runtime's objects
        """Answer a short link or an asset."""
        if request.method not in METHODS:
            return reply(405, {"allow": ", ".join(METHODS)})
        path = URL.new(request.url).pathname
        raw = request.js_object
        if path.startswith(redirects.PREFIX):
            owners = ShortLinkOwners(self.env.SHORT_LINK)
            return await redirects.Redirects(self.env.METADATA, owners).answer(
                raw, path, self.ctx, time.time()
            )
        if path.startswith(media.PREFIX):
            return await media.Media(self.env.MEDIA).answer(raw, path)
        return text_reply(404, "Not found.\n")

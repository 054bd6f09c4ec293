"""The edge Worker: `/s/{code}` redirects, `/a/{asset_id}` streams. Imports stay lean: start-up is short."""

from __future__ import annotations

import time
from typing import Any

from runtime import media
from runtime.crossings import Glance, Glances
from runtime.entrypoints import takes_in_late
from runtime.media import Media
from runtime.previews import Previews
from runtime.redirects import Redirects
from runtime.replies import reply, text_reply
from sharelinks.paths import PREFIX, split_url
from workers import WorkerEntrypoint

METHODS = ("GET", "HEAD")


class Edge:
    """What one isolate keeps between requests."""

    def __init__(self, env: Any) -> None:  # noqa: ANN401 - the bindings
        self.glances = Glances()
        self.redirects = Redirects(env)
        shared = self.redirects
        self.media = Media(env, shared.settings, shared.policy, shared.limits, shared.asset_reader)
        self.previews = Previews(shared.reader, shared.assets, shared.settings.base_url)


_edge: Edge | None = None


def edge(worker: WorkerEntrypoint) -> Edge:
    """Return this isolate's part; the bindings exist from the first request on."""
    global _edge  # noqa: PLW0603 - one for the isolate: a new entrypoint is made for every request
    if _edge is None:
        _edge = Edge(worker.env)
    return _edge


@takes_in_late
class Default(WorkerEntrypoint):
    """Visitors' requests, and what the other Workers ask."""

    def fetch(self, request: Any) -> Any:  # noqa: ANN401 - the runtime's objects
        """Answer a short link or an asset: at once what this isolate knows, else in a coroutine."""
        raw, here = request.js_object, _edge or edge(self)
        asked, given, address = here.glances.look(raw)
        response = here.redirects.answer_at_once(asked, given, address, self)
        if response is not None:
            return response
        glance = Glance(asked, given, address)
        response = here.media.answer_plain(raw, asked, lambda: self._answer(raw, glance))
        return self._answer(raw, glance) if response is None else response

    async def _answer(self, raw: Any, glance: Glance) -> Any:  # noqa: ANN401 - a JS object
        method, url = glance.method_and_url()
        path, query = split_url(url)
        here = edge(self)
        if path.startswith(PREFIX) and (method in METHODS or method == "POST"):
            return await here.redirects.answer(raw, glance, method, path, query, self.ctx)
        if path.startswith(media.PREFIX) and method in media.METHODS:
            return await here.media.answer(raw, glance.asked, method, path, query, self.ctx)
        if method not in METHODS:
            is_media = path.startswith(media.PREFIX)
            return media.not_allowed() if is_media else reply(405, {"allow": ", ".join(METHODS)})
        return text_reply(404, "Not found.\n")

    async def health(self) -> dict[str, Any]:
        """Tell the api Worker how this isolate is doing."""
        here = edge(self)
        return {**here.redirects.health(), **here.media.health()}

    async def preview_link(self, code: str) -> dict[str, Any]:
        """Tell the api Worker what everybody may know of a link."""
        return await edge(self).previews.of_link(code, time.time(), self.ctx)

    async def preview_asset(self, asset_id: str, extension: str | None) -> dict[str, Any]:
        """Tell the api Worker what everybody may know of an asset."""
        return await edge(self).previews.of_asset(asset_id, extension, time.time(), self.ctx)

    async def purge(self, asset_id: str, tags: list[str]) -> dict[str, Any]:
        """Forget an asset here and in this data centre's cache: a purge reaches no further."""
        return await edge(self).media.purge(asset_id, tags)

    async def purge_link(self, code: str) -> None:
        """Forget a link here, under all its codes: a purge reaches no other isolate."""
        await edge(self).redirects.forget(code)

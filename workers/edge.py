"""The edge Worker: `/s/{code}` redirects, `/a/{asset_id}` streams. Imports stay lean: start-up is short."""

from __future__ import annotations

from typing import Any

from runtime import media
from runtime.media import Media
from runtime.redirects import Redirects
from runtime.replies import reply, text_reply
from sharelinks.paths import PREFIX, split_url
from workers import WorkerEntrypoint

METHODS = ("GET", "HEAD")


class Edge:
    """What one isolate keeps between requests."""

    def __init__(self, env: Any) -> None:  # noqa: ANN401 - the bindings
        self.redirects = Redirects(env)
        self.media = Media(env, self.redirects.settings, self.redirects.policy, self.redirects.limits)


_edge: Edge | None = None


def edge(env: Any) -> Edge:  # noqa: ANN401 - the bindings
    """Return this isolate's part; the bindings exist from the first request on."""
    global _edge  # noqa: PLW0603 - one for the isolate: a new entrypoint is made for every request
    if _edge is None:
        _edge = Edge(env)
    return _edge


class Default(WorkerEntrypoint):
    """Visitors' requests, and what the other Workers ask."""

    async def fetch(self, request: Any) -> Any:  # noqa: ANN401 - the runtime's objects
        """Answer a short link or an asset."""
        raw = request.js_object
        method = raw.method
        path, query = split_url(raw.url)
        if path.startswith(PREFIX) and (method in METHODS or method == "POST"):
            return await edge(self.env).redirects.answer(raw, method, path, query, self.ctx)
        if path.startswith(media.PREFIX) and method in media.METHODS:
            return await edge(self.env).media.answer(raw, method, path, query, self.ctx)
        if method not in METHODS:
            allowed = media.METHODS if path.startswith(media.PREFIX) else METHODS
            return reply(405, {"allow": ", ".join(allowed)})
        return text_reply(404, "Not found.\n")

    async def health(self) -> dict[str, Any]:
        """Tell the api Worker how this isolate is doing."""
        here = edge(self.env)
        links, assets = here.redirects.health(), here.media.health()
        return {**links, **assets, "breakers": {**links["breakers"], **assets["breakers"]}}

    async def purge(self, asset_id: str, tags: list[str]) -> dict[str, Any]:
        """Forget an asset here and in this data centre's cache: a purge reaches no further."""
        return await edge(self.env).media.purge(asset_id, tags)

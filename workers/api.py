"""The api Worker: everything over HTTP that is neither a short link nor media."""

from __future__ import annotations

from typing import Any

from http_api.app import create_app
from runtime.api_services import WithServices
from runtime.streamed_requests import only_reads, serve, without_body
from workers import Response, WorkerEntrypoint, asgi

app = WithServices(create_app())
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Default(WorkerEntrypoint):
    """The HTTP API."""

    async def fetch(self, request: Any) -> Any:  # noqa: ANN401 - the runtime's objects
        """Serve one request with the app; the SDK's adapter streams the answers to those that only read."""
        method = request.js_object.method
        if method not in METHODS:
            return Response("", status=405, headers={"allow": ", ".join(sorted(METHODS))})
        if only_reads(method):
            return await asgi.fetch(app, without_body(request), self.env, self.ctx)
        return await serve(app, request, self.env, self.ctx)

"""The api Worker: everything over HTTP that is neither a short link nor media."""

from __future__ import annotations

import json
from typing import Any

from http_api.app import create_app
from http_api.errors import MEDIA_TYPE, ApiError
from runtime.api_services import WithServices
from runtime.streamed_requests import only_reads, serve, without_body
from workers import Response, WorkerEntrypoint, asgi

app = WithServices(create_app())
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NOT_ALLOWED = ApiError(405, "method_not_allowed", "No route takes this method.").document()


class Default(WorkerEntrypoint):
    """The HTTP API."""

    async def fetch(self, request: Any) -> Any:  # noqa: ANN401 - the runtime's objects
        """Serve one request with the app; the SDK's adapter streams the answers to those that only read."""
        method = request.js_object.method
        if method not in METHODS:
            headers = {"allow": ", ".join(sorted(METHODS)), "content-type": MEDIA_TYPE}
            return Response(json.dumps(NOT_ALLOWED), status=405, headers=headers)
        if only_reads(method):
            return await asgi.fetch(app, without_body(request), self.env, self.ctx)
        return await serve(app, request, self.env, self.ctx)

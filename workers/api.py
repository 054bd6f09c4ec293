"""The api Worker: everything over HTTP that is neither a short link nor media."""

from __future__ import annotations

from typing import Any

from http_api.app import create_app
from runtime.api_services import WithServices
from runtime.uploads import Uploads, is_upload
from workers import Response, WorkerEntrypoint, asgi

app = WithServices(create_app())
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_uploads: Uploads | None = None


def uploads(env: Any) -> Uploads:  # noqa: ANN401 - the bindings
    """Return this isolate's part; the bindings exist from the first request on."""
    global _uploads  # noqa: PLW0603 - one for the isolate: a new entrypoint is made for every request
    if _uploads is None:
        _uploads = Uploads(app, env)
    return _uploads


class Default(WorkerEntrypoint):
    """The HTTP API."""

    async def fetch(self, request: Any) -> Any:  # noqa: ANN401 - the runtime's objects
        """Serve one request with the app; the SDK's adapter reads a body whole before it does."""
        raw = request.js_object
        method = raw.method
        if method not in METHODS:
            return Response("", status=405, headers={"allow": ", ".join(sorted(METHODS))})
        if is_upload(method, raw.url):
            return await uploads(self.env).fetch(request, self.ctx)
        return await asgi.fetch(app, request, self.env, self.ctx)

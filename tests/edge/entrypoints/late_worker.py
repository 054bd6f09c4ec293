"""Tells what the SDK has prepared of an entrypoint when a request arrives, and uses it."""

from __future__ import annotations

import asyncio
import json

from js import URL, Headers
from js import Response as JsResponse

from runtime.entrypoints import as_it_is, takes_in_late
from workers import WorkerEntrypoint


@takes_in_late
class Default(WorkerEntrypoint):
    def fetch(self, request):
        path = URL.new(request.js_object.url).pathname
        return getattr(self, path.strip("/"))()

    def untouched(self):
        return as_it_is(JsResponse.new(json.dumps(sorted(vars(self)))))

    def redirect(self):
        headers = Headers.new()
        headers.set("location", "https://example.com/")
        return as_it_is(JsResponse.new(None, status=302, headers=headers))

    async def later(self):
        await asyncio.sleep(0)
        return as_it_is(JsResponse.new("later"))

    def keep(self):
        self.ctx.waitUntil(self._note())
        return as_it_is(JsResponse.new(json.dumps(sorted(vars(self)))))

    async def _note(self):
        await asyncio.sleep(0.1)
        await self.env.NOTES.put("noted", json.dumps({"by": "waitUntil"}))

    async def noted(self):
        return as_it_is(JsResponse.new(await self.env.NOTES.get("noted") or ""))

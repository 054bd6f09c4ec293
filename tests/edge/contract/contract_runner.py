"""Runs one contract case on the storage of a Durable Object of its own."""

from __future__ import annotations

import traceback

from js import URL

from durable_objects.storage import DurableDatabase
from workers import DurableObject, Response, WorkerEntrypoint


class Contract(DurableObject):
    async def run(self, name):
        from tests.contract.cases import all_cases

        try:
            all_cases()[name](DurableDatabase(self.ctx.storage))
        except BaseException:
            return traceback.format_exc()
        return "passed"


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        name = URL.new(request.url).pathname.strip("/")
        return Response(await self.env.CONTRACT.getByName(name).run(name))

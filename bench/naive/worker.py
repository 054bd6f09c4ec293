"""A short link as one would write it first: a KV read, a pydantic model and an object call for each click."""

from __future__ import annotations

from typing import Any

from js import URL
from pydantic import BaseModel, HttpUrl

from workers import DurableObject, Response, WorkerEntrypoint


class Link(BaseModel):
    code: str
    target: HttpUrl
    created_at: float
    status: int = 302


class Counter(DurableObject):
    def __init__(self, ctx: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
        super().__init__(ctx, env)
        ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS clicks (id INTEGER PRIMARY KEY, number INTEGER)")
        ctx.storage.sql.exec("INSERT OR IGNORE INTO clicks VALUES (1, 0)")

    async def increment(self) -> None:
        self.ctx.storage.sql.exec("UPDATE clicks SET number = number + 1 WHERE id = 1")

    async def clicks(self) -> int:
        return self.ctx.storage.sql.exec("SELECT number FROM clicks").one()["number"]


class Default(WorkerEntrypoint):
    async def fetch(self, request: Any) -> Response:  # noqa: ANN401 - the runtime's objects
        code, _, question = URL.new(request.url).pathname.removeprefix("/").partition("/")
        counter = self.env.COUNTER.getByName(code)
        if question == "clicks":
            return Response.json(await counter.clicks())
        text = await self.env.METADATA.get(f"link:{code}")
        if text is None:
            return Response("not found\n", status=404)
        link = Link.model_validate_json(text)
        self.ctx.waitUntil(counter.increment())
        return Response(None, status=link.status, headers={"location": str(link.target)})

"""The objects Worker: exports the Durable Object classes that the other Workers bind."""

from __future__ import annotations

from durable_objects.short_link import ShortLink
from workers import Response, WorkerEntrypoint

__all__ = ["Default", "ShortLink"]


class Default(WorkerEntrypoint):
    """Objects are reached through bindings only; over HTTP there is nothing here."""

    async def fetch(self, _request: object) -> Response:
        """Answer 404 to whatever comes."""
        return Response("not found\n", status=404)

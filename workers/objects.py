"""The objects Worker: exports the Durable Object classes that the other Workers bind."""

from __future__ import annotations

from durable_objects.asset import Asset
from durable_objects.click_shard import ClickShard
from durable_objects.library import Library
from durable_objects.link_news import LinkNews
from durable_objects.moderation_ledger import ModerationLedger
from durable_objects.rate_limiter import RateLimiter
from durable_objects.short_link import ShortLink
from workers import Response, WorkerEntrypoint

__all__ = [
    "Asset",
    "ClickShard",
    "Default",
    "Library",
    "LinkNews",
    "ModerationLedger",
    "RateLimiter",
    "ShortLink",
]


class Default(WorkerEntrypoint):
    """Objects are reached through bindings only; over HTTP there is nothing here."""

    async def fetch(self, _request: object) -> Response:
        """Answer 404 to whatever comes."""
        return Response("not found\n", status=404)

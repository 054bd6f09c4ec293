"""`/s/{code}` at the edge."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from analytics.clicks import Click, clean_country
from analytics.referrers import parse_referrer
from analytics.user_agents import parse_user_agent
from runtime.replies import reply, text_reply
from sharelinks.codes import parse_code
from sharelinks.projection import link_key
from sharelinks.record import ACTIVE, LinkRecord

if TYPE_CHECKING:
    from runtime.owners import ShortLinkOwners

PREFIX = "/s/"


class Redirects:
    """Answers one short link: KV first, its owner when KV has not heard of it yet."""

    def __init__(self, metadata: Any, owners: ShortLinkOwners) -> None:  # noqa: ANN401 - a KV binding
        self._metadata = metadata
        self._owners = owners

    async def answer(self, request: Any, path: str, ctx: Any, now: float) -> Any:  # noqa: ANN401 - JS objects
        """Redirect a known active code and count the click; 404 otherwise."""
        code = parse_code(path.removeprefix(PREFIX))
        record = await self._record(code) if code else None
        if record is None or record.state != ACTIVE:
            return text_reply(404, "There is no link with this code.\n")
        if request.method == "GET" and not parse_user_agent(request.headers.get("user-agent")).is_bot:
            ctx.waitUntil(self._owners.count(record.code, uuid4().hex, [_click(request, now)]))
        return reply(record.status, {"location": record.target, "cache-control": "private, no-store"})

    async def _record(self, code: str) -> LinkRecord | None:
        projected = await self._metadata.get(link_key(code))
        if projected is not None:
            return LinkRecord.from_wire(json.loads(projected))
        stored = await self._owners.read(code)
        return stored.record if stored else None


def _click(request: Any, now: float) -> Click:  # noqa: ANN401 - a JS object
    headers = request.headers
    agent = parse_user_agent(headers.get("user-agent") or "")
    referrer = parse_referrer(headers.get("referer") or "")
    return Click(
        timestamp=now,
        country=clean_country(headers.get("cf-ipcountry")),
        referrer=referrer.host,
        platform=referrer.platform,
        device=agent.device_type,
        browser=agent.browser,
        os=agent.os,
    )

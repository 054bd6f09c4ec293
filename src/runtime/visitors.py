"""What the redirect reads of a visitor: four headers, each looked at once."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from analytics.click_wire import Kind
from analytics.clicks import clean_country
from analytics.referrers import click_platform, parse_referrer
from analytics.user_agents import parse_user_agent

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.user_agents import UserAgent

MAX_KNOWN_FACTS = 4_096
_SECONDS_PER_DAY = 86_400
_VISITOR_BYTES = 9


class Facts(NamedTuple):
    """What visitors with the same browser, referrer and country have in common."""

    kind: Kind
    agent: UserAgent
    words: str
    """What of them tells one visitor of an address from another."""
    is_bot: bool


class Visitors:
    """Reads requests, and remembers what it made of headers it has seen before."""

    def __init__(self, pepper: str) -> None:
        # A key of its own: no hash that is stored may tell anything about the pepper's other use.
        key = hashlib.blake2b(pepper.encode(), digest_size=32, person=b"visitors").digest()
        self._keyed = hashlib.blake2b(digest_size=_VISITOR_BYTES, key=key)
        self._known: dict[tuple[str | None, str | None, str | None], Facts] = {}

    def facts(self, get: Callable[[str], str | None]) -> Facts:
        """Return what the headers say; `get` is the `get` of JavaScript headers."""
        given = (get("user-agent"), get("referer"), get("cf-ipcountry"))
        facts = self._known.get(given)
        if facts is None:
            if len(self._known) >= MAX_KNOWN_FACTS:
                self._known.clear()
            facts = self._known[given] = _read(*given)
        return facts

    def visitor(self, address: str, facts: Facts, code: str, now: float) -> str:
        """Return a hash that is the same for one visitor of one link on one UTC day, and says nothing."""
        text = f"{code} {int(now // _SECONDS_PER_DAY)} {address} {facts.words}"
        keyed = self._keyed.copy()
        keyed.update(text.encode())
        return keyed.hexdigest()


def _read(user_agent: str | None, referrer: str | None, country: str | None) -> Facts:
    agent = parse_user_agent(user_agent or "")
    source = parse_referrer(referrer or "")
    kind = Kind(
        clean_country(country),
        source.host,
        click_platform(agent.platform, source).value,
        agent.device_type,
        agent.browser,
        agent.os,
    )
    return Facts(kind, agent, f"{agent.browser} {agent.os} {agent.device_type}", agent.is_bot)

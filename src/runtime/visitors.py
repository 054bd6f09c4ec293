"""What the redirect makes of what a visitor's request says."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from analytics.click_wire import Kind
from analytics.clicks import clean_country
from analytics.referrers import click_platform, parse_referrer
from analytics.user_agents import parse_user_agent
from runtime.crossings import read_given

if TYPE_CHECKING:
    from analytics.user_agents import UserAgent

MAX_KNOWN_FACTS = 4_096
MAX_KNOWN_CHARACTERS = 1_024
"""What browsers send has half as many. Longer headers are read each time: a client could fill the isolate."""
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
    """Tells visitors apart, and remembers what it made of headers it has seen before."""

    def __init__(self, pepper: str) -> None:
        # A key of its own: no hash that is stored may tell anything about the pepper's other use.
        key = hashlib.blake2b(pepper.encode(), digest_size=32, person=b"visitors").digest()
        self._keyed = hashlib.blake2b(digest_size=_VISITOR_BYTES, key=key)
        self._known: dict[str, Facts] = {}

    def facts(self, given: str) -> Facts:
        """Return what headers say of a visitor, as a glance gives them."""
        return self._known.get(given) or self._learn(given)

    def _learn(self, given: str) -> Facts:
        facts = _read(*read_given(given))
        if len(given) <= MAX_KNOWN_CHARACTERS:
            if len(self._known) >= MAX_KNOWN_FACTS:
                self._known.clear()
            self._known[given] = facts
        return facts

    def visitor(self, address: str, facts: Facts, code: str, now: float) -> str:
        """Return a hash that is the same for one visitor of one link on one UTC day, and says nothing."""
        keyed = self._keyed.copy()
        keyed.update(f"{code} {int(now // _SECONDS_PER_DAY)} {facts.words} {address}".encode())
        return str(keyed.hexdigest())


def _read(user_agent: str, referrer: str, country: str) -> Facts:
    agent = parse_user_agent(user_agent)
    source = parse_referrer(referrer)
    kind = Kind(
        clean_country(country),
        source.host,
        click_platform(agent.platform, source).value,
        agent.device_type,
        agent.browser,
        agent.os,
    )
    return Facts(kind, agent, f"{agent.browser} {agent.os} {agent.device_type}", agent.is_bot)

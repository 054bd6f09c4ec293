"""`/s/{code}` at the edge.

A link that leads everybody to one place is answered from the isolate alone and at once: a prepared response
is cloned and the click goes into the buffer, without a coroutine. All else is in `runtime.link_answers`.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

from analytics.click_buffer import ClickBuffer
from ratelimit.addresses import address_block
from ratelimit.policy import read_policy
from redirecting.plain import good_until, is_plain
from resilience.circuit_breaker import CircuitBreaker
from runtime.asset_reader import AssetReader
from runtime.click_delivery import ClickDelivery
from runtime.crossings import MAX_WORDS
from runtime.edge_settings import BRIDGE_SECONDS, MAX_CACHED_LINKS, read_settings
from runtime.entrypoints import as_it_is
from runtime.kv_texts import KvTexts
from runtime.link_answers import LinkAnswers
from runtime.link_reader import LinkReader
from runtime.misses import MissLog
from runtime.rate_limits import RateLimiters
from runtime.shown_assets import ShownAssets
from runtime.visitors import Visitors
from sharelinks.link_cache import Freshness, LinkCache
from sharelinks.paths import LinkPath, parse_link_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ratelimit.decisions import Decision
    from runtime.crossings import Glance
    from runtime.visitors import Facts
    from sharelinks.link_cache import CachedLink

OWNER_SECONDS = 5.0
TAKE_ATTEMPTS = 2
_BREAKER = {"failures": 5, "window_ms": 10_000, "open_ms": 5_000}


class Redirects:
    """Everything one isolate needs for short links; it lives as long as the isolate."""

    def __init__(self, env: Any) -> None:  # noqa: ANN401 - the bindings
        self.settings = read_settings(env)
        self.policy = read_policy(self.settings.rate_limits)
        self._breakers = {
            name: CircuitBreaker(name, **_BREAKER)
            for name in ("kv", "objects", "queue", "link_news", "rate_limiters", "asset_kv", "assets")
        }
        ages = (self.settings.fresh_seconds, self.settings.ageing_seconds, BRIDGE_SECONDS)
        self.cache = LinkCache(MAX_CACHED_LINKS, *ages, self.settings.kept_seconds)
        metadata = KvTexts(env.METADATA)
        self.reader = LinkReader(
            self.cache,
            metadata,
            env.SHORT_LINK,
            env.LINK_NEWS,
            self._breakers["kv"],
            self._breakers["objects"],
            self._breakers["link_news"],
        )
        self.asset_reader = AssetReader(
            metadata, env.ASSET, self._breakers["asset_kv"], self._breakers["assets"], *ages
        )
        self.assets = ShownAssets(self.asset_reader)
        self.visitors = Visitors(self.settings.pepper)
        self.limits = RateLimiters(env.RATE_LIMITER, self._breakers["rate_limiters"])
        self._threshold = self.policy.redirects.local_threshold()
        self._buffer = ClickBuffer(
            self.settings.flush_clicks, self.settings.flush_seconds, self.visitors.visitor
        )
        self._delivery = ClickDelivery(self._buffer, env, self._breakers["objects"], self._breakers["queue"])
        self.misses = MissLog(env, self.settings.flush_seconds)
        self._owners = env.SHORT_LINK
        self._plain: dict[str, CachedLink] = {}
        self._answers = LinkAnswers(self)

    def answer_at_once(self, asked: str, given: str, address: str, worker: Any) -> Any | None:  # noqa: ANN401 - JS objects
        """Answer a person's GET of a plain link that is fresh here; None for whatever takes more.

        What the request says comes as the fields of a `Glance`. None means that nothing happened.
        Most visits end here, so each step is there for a reason: crossing to JavaScript costs more than what
        Python does in between, and a call costs more between two requests than in a loop.
        """
        entry = self._plain.get(asked)
        if entry is None:
            return None
        now = time.time()
        if now >= entry.fresh_until and not self.cache.vouch(entry, now):
            return None
        if now >= entry.prepared_until:
            return None
        facts = self.visitors.facts(given)
        if facts.is_bot:
            return None
        block = address if ":" not in address and address else address_block(address)
        if self._threshold.must_ask(block, int(now * 1000)):
            return None
        entry.uses += 1
        flush_after = self._buffer.add(entry.record.code, facts, address, now)
        if flush_after is not None:
            worker.ctx.waitUntil(self._delivery.flush_after(flush_after))
        return as_it_is(entry.prepared())

    async def answer(
        self,
        request: Any,  # noqa: ANN401 - a JS object
        glance: Glance,
        method: str,
        path: str,
        query: str,
        ctx: Any,  # noqa: ANN401 - a JS object
    ) -> Any:  # noqa: ANN401 - a JS object
        """Answer one request below `/s/`."""
        now = time.time()
        asked = parse_link_path(path, ignores_case=self.settings.ignores_case)
        if asked is None:
            return self._answers.no_such_link(None, method)
        facts, address = self.visitors.facts(glance.given), glance.address
        block = address_block(address)
        if self._threshold.must_ask(block, int(now * 1000)):
            refusal = await self._over_limit(block)
            if refusal is not None:
                return self._answers.too_many(refusal, method)
        if not asked.view and not asked.tail and method != "POST":
            entry = self.cache.peek(asked.code)
            if (
                entry is not None
                and now < entry.prepared_until
                and not facts.agent.is_unfurler
                and self._is_fresh(entry, asked.code, now, ctx)
            ):
                entry.uses += 1
                if method == "GET" and not query:
                    self._remember(glance.asked, entry)
                if method == "GET" and not facts.agent.is_bot:
                    self.count(entry.record.code, address, facts, now, ctx)
                return entry.prepared()
        return await self._answers.answer(request, method, asked, query, address, facts, now, ctx)

    def count(self, code: str, address: str, facts: Facts, now: float, ctx: Any) -> None:  # noqa: ANN401 - a JS object
        """Put a click into the buffer, and have it flushed by this request if no other does."""
        flush_after = self._buffer.add(code, facts, address, now)
        if flush_after is not None:
            ctx.waitUntil(self._delivery.flush_after(flush_after))

    async def take(self, code: str, batch_id: str, payload: str) -> Mapping[str, Any] | None:
        """Ask the owner of a limited link for a click; None if it does not answer.

        It is asked twice under one id: a click that it granted without being heard is not spent in vain.
        """
        breaker = self._breakers["objects"]
        for _ in range(TAKE_ATTEMPTS):
            if not breaker.allow(_now_ms()):
                return None
            try:
                call = self._owners.getByName(code).take(code, batch_id, payload)
                answer: Mapping[str, Any] = await asyncio.wait_for(call, OWNER_SECONDS)
            except Exception as error:  # noqa: BLE001 - a limit fails closed, whatever the reason
                breaker.failed(_now_ms())
                event = {"level": "warning", "event": "take_failed", "code": code}
                print(json.dumps({**event, "error": str(error) or "timeout"}))
                continue
            breaker.succeeded(_now_ms())
            return answer
        return None

    def prepare(self, asked: LinkPath, entry: CachedLink, response: Any, now: float) -> None:  # noqa: ANN401 - a JS object
        """Keep the response to a plain link, which has no body, for as long as it holds.

        What is kept is its `clone`, bound to it: looking it up would be one more crossing.
        """
        if is_plain(entry.record) and not asked.tail:
            changes_at = good_until(entry.record, now)
            entry.prepared = response.clone().clone
            entry.prepared_until = float("inf") if changes_at is None else changes_at

    def health(self) -> dict[str, Any]:
        """Return the state of this isolate: its breakers, and what became of its clicks."""
        now_ms = _now_ms()
        breakers = {**self._breakers, "click_shards": self._delivery.shards_breaker}
        return {
            "breakers": {name: breaker.state(now_ms) for name, breaker in breakers.items()},
            "clicks": {
                "buffered": len(self._buffer),
                "in_flight": self._delivery.in_flight,
                **self._delivery.outcomes,
            },
            "links_cached": len(self.cache),
            "rate_limiter_failures": dict(self.limits.failures),
        }

    def _remember(self, asked: str, entry: CachedLink) -> None:
        """Note which link a GET without a query asks for, so that it need not be taken apart again.

        An entry that the cache replaced or dropped meanwhile is no longer fresh.
        """
        if len(asked) > MAX_WORDS:
            return
        if len(self._plain) >= MAX_CACHED_LINKS:
            self._plain.clear()
        self._plain[asked] = entry

    def _is_fresh(self, entry: CachedLink, code: str, now: float, ctx: Any) -> bool:  # noqa: ANN401 - a JS object
        if now < entry.fresh_until:
            return True
        freshness = self.cache.freshness(entry, now)
        if freshness is Freshness.AGEING:
            ctx.waitUntil(self.reader.refresh(code, now))
        return freshness is not Freshness.STALE

    async def _over_limit(self, block: str) -> Decision | None:
        """Ask for several requests at once; where there is no room for so many, for this one alone."""
        limit = self.policy.redirects
        decision, charged = await self.limits.charge(limit, limit.key(block))
        if not decision.allowed:
            return decision
        self._threshold.grant(block, charged - 1)
        return None

    async def forget(self, code: str) -> None:
        """Forget a link in this isolate, under every code and with every answer prepared from it.

        From then on it is answered with what its owner says now or later, whatever KV still has.
        """
        await self.reader.purge(code)


def _now_ms() -> int:
    return int(time.time() * 1000)

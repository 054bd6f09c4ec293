"""`/a/{asset_id}` at the edge: decided here, streamed from the cache or the bucket by the platform.

A small public asset that was asked for before is answered from the isolate alone.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from js import Headers
from js import Response as JsResponse

from cdn.conditional import Conditions
from cdn.restrictions import Client
from delivery.answers import PREFLIGHT, answer, saved_as
from delivery.grants import grant
from delivery.paths import PREFIX, parse_media_path, parse_media_query
from delivery.problems import TOO_MANY, UNAVAILABLE, UNKNOWN_ASSET, Problem, refused_url
from delivery.signing import read_signer
from ratelimit.addresses import address_block
from ratelimit.headers import rate_limit_headers
from resilience.circuit_breaker import CircuitBreaker
from runtime.asset_reader import AssetReader
from runtime.edge_settings import AGEING_SECONDS, BRIDGE_SECONDS, FRESH_SECONDS
from runtime.media_bodies import MediaBodies
from runtime.record_source import UnavailableError
from runtime.replies import reply

if TYPE_CHECKING:
    from delivery.answers import MediaAnswer
    from delivery.paths import MediaPath
    from delivery.representations import Chosen
    from ratelimit.decisions import Decision
    from ratelimit.policy import Policy
    from runtime.asset_reader import CachedAsset
    from runtime.edge_settings import EdgeSettings
    from runtime.rate_limits import RateLimiters

__all__ = ["METHODS", "PREFIX", "Media"]

METHODS = ("GET", "HEAD", "OPTIONS")
SMALL_BYTES = 16 * 1024
"""What an isolate keeps of an asset's bytes at most; with all it remembers that is 16 MB."""

_BREAKER = {"failures": 5, "window_ms": 10_000, "open_ms": 5_000}
_RETRY_SECONDS = "5"


class _TooManyMissesError(Exception):
    def __init__(self, decision: Decision) -> None:
        super().__init__()
        self.decision = decision


class _Small(NamedTuple):
    """A small format of an asset: its bytes in JavaScript's memory, and the answer to a plain GET."""

    tag: str
    buffer: Any
    headers: Any


class _Asked(NamedTuple):
    """A request, with what was made of it."""

    method: str
    path: MediaPath
    conditions: Conditions
    is_signed: bool
    is_download: bool
    address: str
    now: float

    @property
    def is_plain(self) -> bool:
        return self.method == "GET" and not self.is_download and self.conditions == Conditions()


class Media:
    """Everything one isolate needs for media; it lives as long as the isolate."""

    def __init__(
        self,
        env: Any,  # noqa: ANN401 - the bindings
        settings: EdgeSettings,
        policy: Policy,
        limits: RateLimiters,
    ) -> None:
        self._breakers = {name: CircuitBreaker(name, **_BREAKER) for name in ("asset_kv", "assets")}
        self._reader = AssetReader(
            env,
            self._breakers["asset_kv"],
            self._breakers["assets"],
            FRESH_SECONDS,
            AGEING_SECONDS,
            BRIDGE_SECONDS,
        )
        self._bodies = MediaBodies(env.MEDIA, settings.base_url)
        self._signer = read_signer(
            env.SIGNING_SECRET, env.SIGNING_KEY_ID, env.PREVIOUS_SIGNING_KEYS, time.time
        )
        self._policy = policy
        self._limits = limits
        self._miss_threshold = policy.misses.local_threshold()

    async def answer(self, request: Any, method: str, path: str, query: str, ctx: Any) -> Any:  # noqa: ANN401 - JS objects
        """Answer one request below `/a/` with a method out of `METHODS`."""
        where = parse_media_path(path)
        if where is None:
            return _problem(UNKNOWN_ASSET, method)
        if method == "OPTIONS":
            return reply(204, PREFLIGHT)
        headers = request.headers
        address = headers.get("cf-connecting-ip") or ""
        wanted = parse_media_query(query)
        if wanted.is_signed:
            client = Client(address, headers.get("cf-ipcountry") or None)
            verdict = self._signer.check_parts(path, query, client)
            if verdict.refusal is not None:
                return _problem(refused_url(verdict), method)
        conditions = Conditions.read(lambda name: headers.get(name) or None)
        asked = _Asked(method, where, conditions, wanted.is_signed, wanted.is_download, address, time.time())
        entry, is_ageing = self._reader.cached(where.asset_id, asked.now)
        if is_ageing:
            ctx.waitUntil(self._reader.refresh(where.asset_id, asked.now))
        try:
            if entry is None:
                entry = await self._reader.find(where.asset_id, asked.now, lambda: self._may_miss(asked))
            return await self._deliver(asked, entry, ctx)
        except _TooManyMissesError as error:
            return _problem(TOO_MANY, method, rate_limit_headers(error.decision))
        except UnavailableError:
            return _problem(UNAVAILABLE, method, {"retry-after": _RETRY_SECONDS})

    async def purge(self, asset_id: str, tags: list[str]) -> dict[str, Any]:
        """Forget an asset in this isolate and delete its bytes from this data centre's cache.

        `tags` is what `delivery.representations.tags` makes of its record.
        """
        self._reader.forget(asset_id)
        return {"purged": await self._bodies.purge(asset_id, tags)}

    def health(self) -> dict[str, Any]:
        """Return the state of this isolate."""
        now_ms = int(time.time() * 1000)
        breakers = {name: breaker.state(now_ms) for name, breaker in self._breakers.items()}
        return {"breakers": breakers, "assets_cached": len(self._reader)}

    async def _deliver(
        self,
        asked: _Asked,
        entry: CachedAsset | None,
        ctx: Any,  # noqa: ANN401 - a JS object
        *,
        is_exact: bool = False,
    ) -> Any:  # noqa: ANN401 - a JS object
        """Answer from a record. `is_exact` says that it is what the owner says at this moment."""
        if entry is None:
            return _problem(UNKNOWN_ASSET, asked.method)
        record = entry.record
        chosen = grant(record, asked.path.extension, is_signed=asked.is_signed)
        if isinstance(chosen, Problem):
            return _problem(chosen, asked.method)
        small = entry.prepared
        if small is not None and small.tag == chosen.tag and not asked.is_signed and asked.is_plain:
            return JsResponse.new(small.buffer, headers=small.headers)
        name = saved_as(record.title, chosen, record.asset_id) if asked.is_download else None
        made = answer(
            asked.method,
            asked.conditions,
            chosen,
            asked.now,
            is_shared=not asked.is_signed,
            file_name=name,
        )
        if not made.sends:
            return reply(made.status, made.headers)
        sent = await self._send(asked, entry, chosen, made, ctx)
        if sent is None and not is_exact:
            # The record may be older than the bytes, which were made again or erased.
            newest = await self._reader.ask_owner(record.asset_id, asked.now)
            return await self._deliver(asked, newest, ctx, is_exact=True)
        return sent or _problem(UNAVAILABLE, asked.method, {"retry-after": _RETRY_SECONDS})

    async def _send(
        self,
        asked: _Asked,
        entry: CachedAsset,
        chosen: Chosen,
        made: MediaAnswer,
        ctx: Any,  # noqa: ANN401 - a JS object
    ) -> Any:  # noqa: ANN401 - a JS object
        """Send the bytes; None if there are none. The cache has to do only with what everybody may see."""
        asset_id = asked.path.asset_id
        stream = None if asked.is_signed else await self._bodies.cached(asset_id, chosen, made.span)
        if stream is None:
            found = await self._bodies.stored(chosen, made.span)
            if found is None:
                return None
            if not asked.is_signed:
                ctx.waitUntil(self._bodies.keep(asset_id, chosen))
            stream = found.body
        if asked.is_plain and not asked.is_signed and chosen.length <= SMALL_BYTES:
            buffer = await JsResponse.new(stream).arrayBuffer()
            headers = Headers.new(list(made.headers.items()))
            entry.prepared = _Small(chosen.tag, buffer, headers)
            return JsResponse.new(buffer, headers=headers)
        return reply(made.status, made.headers, stream)

    async def _may_miss(self, asked: _Asked) -> bool:
        """Ask whether this address may have one more asset looked up at its owner."""
        limit = self._policy.misses
        block = address_block(asked.address)
        if asked.is_signed or not self._miss_threshold.must_ask(block, int(asked.now * 1000)):
            return True
        decision = await self._limits.check(limit.key(block), limit.config, on_failure=limit.on_failure)
        if not decision.allowed:
            raise _TooManyMissesError(decision)
        return True


def _problem(problem: Problem, method: str, headers: dict[str, str] | None = None) -> Any:  # noqa: ANN401 - a JS object
    body = None if method == "HEAD" else problem.text()
    return reply(problem.status, {**problem.headers(), **(headers or {})}, body)

"""`/a/{asset_id}` at the edge: decided here, streamed from the cache or the bucket by the platform.

A plain GET of a public asset that was asked for before takes a short cut; what many ask for stays in the
isolate.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from js import Response as JsResponse

from cdn.conditional import Conditions
from cdn.restrictions import Client
from delivery.answers import DECIDING, PREFLIGHT, answer, saved_as
from delivery.grants import grant
from delivery.paths import PREFIX, MediaPath, parse_embed_path, parse_media_path, parse_media_query
from delivery.problems import (
    BY_CONDITION,
    MEDIA_TYPE,
    NOT_ALLOWED,
    TOO_MANY,
    UNAVAILABLE,
    UNKNOWN_ASSET,
    Problem,
    appealable,
    refused_url,
)
from delivery.signing import read_signer
from ratelimit.addresses import address_block
from ratelimit.headers import rate_limit_headers
from runtime.asset_reader import MAX_CACHED_ASSETS
from runtime.crossings import MAX_WORDS, RequestWords
from runtime.entrypoints import as_it_is
from runtime.media_bodies import MediaBodies
from runtime.record_source import UnavailableError
from runtime.replies import lasting_init, page_reply, reply
from sharelinks.share_media import VIDEO_PICTURE_PATH

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from delivery.answers import MediaAnswer
    from delivery.representations import Chosen
    from ratelimit.decisions import Decision
    from ratelimit.policy import Policy
    from runtime.asset_reader import AssetReader, CachedAsset
    from runtime.edge_settings import EdgeSettings
    from runtime.media_memory import Held
    from runtime.rate_limits import RateLimiters

__all__ = ["METHODS", "PREFIX", "Media", "not_allowed"]

METHODS = ("GET", "HEAD", "OPTIONS")
PAGE_METHODS = ("GET", "HEAD")
_RETRY_SECONDS = "5"


class _TooManyMissesError(Exception):
    def __init__(self, decision: Decision) -> None:
        super().__init__()
        self.decision = decision


class _Plain(NamedTuple):
    """The answer to a plain GET of one format of a public asset, as JavaScript takes it.

    `held` has the bytes, if the isolate keeps them; else they are in the cache, under the name `cached_as`.
    """

    tag: str
    init: Any
    held: Held
    cached_as: str


class _Asked(NamedTuple):
    """A request, with what was made of it."""

    method: str
    path: MediaPath
    conditions: Conditions
    is_signed: bool
    is_download: bool
    words: str
    """What a glance gives as `asked`."""
    address: str
    now: float

    @property
    def is_plain(self) -> bool:
        """Tell whether the answer depends on the asset alone."""
        is_bare = not (self.is_signed or self.is_download)
        return self.method == "GET" and is_bare and self.conditions == Conditions()


class Media:
    """Everything one isolate needs for media; it lives as long as the isolate."""

    def __init__(
        self,
        env: Any,  # noqa: ANN401 - the bindings
        settings: EdgeSettings,
        policy: Policy,
        limits: RateLimiters,
        reader: AssetReader,
    ) -> None:
        self._reader = reader
        self._bodies = MediaBodies(env.MEDIA, settings.base_url)
        self._signer = read_signer(
            env.SIGNING_SECRET, env.SIGNING_KEY_ID, env.PREVIOUS_SIGNING_KEYS, time.time
        )
        self._appeal_to = settings.appeal_contact
        self._policy = policy
        self._limits = limits
        self._miss_threshold = policy.misses.local_threshold()
        self._deciding = RequestWords(*DECIDING)
        self._plain: dict[str, MediaPath] = {}

    def answer_plain(self, request: Any, asked: str, otherwise: Callable[[], Awaitable[Any]]) -> Any | None:  # noqa: ANN401 - JS objects
        """Answer a plain GET of a public asset that is fresh here; None for whatever takes more.

        `asked` is what a glance gives under this name. The answer is a response at once for bytes that are
        kept here, and for others an awaitable one: out of the cache, or what comes of `otherwise`.
        """
        where = self._plain.get(asked)
        if where is None:
            return None
        now = time.time()
        entry = self._reader.fresh(where.asset_id, now)
        if entry is None:
            return None
        plain, chosen = entry.prepared, grant(entry.record, where.extension, is_signed=False)
        if plain is None or isinstance(chosen, Problem) or plain.tag != chosen.tag:
            return None
        if self._deciding.of(request) != self._deciding.without_headers:
            return None
        held = plain.held
        if held.blob is None:
            return self._answer_from_cache(chosen, plain, now, otherwise)
        held.used = True
        return as_it_is(JsResponse.new(held.blob, plain.init))

    async def _answer_from_cache(
        self, chosen: Chosen, plain: _Plain, now: float, otherwise: Callable[[], Awaitable[Any]]
    ) -> Any:  # noqa: ANN401 - a JS object
        body = await self._bodies.cached(plain.cached_as, chosen, None)
        if body is not None:
            body = await self._bodies.kept(plain.held, chosen, body, now)
        return await otherwise() if body is None else as_it_is(JsResponse.new(body, plain.init))

    async def answer(
        self,
        request: Any,  # noqa: ANN401 - a JS object
        words: str,
        method: str,
        path: str,
        query: str,
        ctx: Any,  # noqa: ANN401 - a JS object
    ) -> Any:  # noqa: ANN401 - a JS object
        """Answer one request below `/a/` with a method out of `METHODS`."""
        where = parse_media_path(path)
        if where is None:
            is_ours = path == VIDEO_PICTURE_PATH
            return _video_picture(method) if is_ours else await self._embed(request, method, path, ctx)
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
        asked = _Asked(
            method,
            where,
            conditions,
            wanted.is_signed,
            wanted.is_download,
            words,
            address,
            time.time(),
        )
        try:
            return await self._deliver(asked, await self._entry(asked, ctx), ctx)
        except _TooManyMissesError as error:
            return _problem(TOO_MANY, method, rate_limit_headers(error.decision))
        except UnavailableError:
            return _problem(UNAVAILABLE, method, {"retry-after": _RETRY_SECONDS})

    async def _embed(self, request: Any, method: str, path: str, ctx: Any) -> Any:  # noqa: ANN401 - JS objects
        """Answer with the page for frames of other sites; it shows what everybody may see and no more."""
        asset_id = parse_embed_path(path)
        if asset_id is None:
            return _problem(UNKNOWN_ASSET, method)
        if method not in PAGE_METHODS:
            return not_allowed(PAGE_METHODS)
        address = request.headers.get("cf-connecting-ip") or ""
        where = MediaPath(asset_id)
        asked = _Asked(method, where, Conditions(), False, False, "", address, time.time())
        from pages.embed import embed_page, embed_refusal  # noqa: PLC0415 - most isolates show none

        try:
            entry = await self._entry(asked, ctx)
        except _TooManyMissesError as error:
            return page_reply(embed_refusal(TOO_MANY), method, rate_limit_headers(error.decision))
        except UnavailableError:
            return page_reply(embed_refusal(UNAVAILABLE), method, {"retry-after": _RETRY_SECONDS})
        return page_reply(embed_page(None if entry is None else entry.record), method)

    async def purge(self, asset_id: str, tags: list[str]) -> dict[str, Any]:
        """Forget an asset in this isolate and delete its bytes from this data centre's cache.

        From then on this isolate answers with what its owner says now or later, whatever KV still has.
        `tags` is what `delivery.representations.tags` makes of its record.
        """
        await self._reader.purge(asset_id, time.time())
        return {"purged": await self._bodies.purge(asset_id, tags)}

    def health(self) -> dict[str, Any]:
        """Return the state of this isolate."""
        return {"assets_cached": len(self._reader), "media_bytes_kept": self._bodies.memory.bytes}

    async def _entry(self, asked: _Asked, ctx: Any) -> CachedAsset | None:  # noqa: ANN401 - a JS object
        """Return what is known of an asset; raise _TooManyMissesError or UnavailableError."""
        asset_id = asked.path.asset_id
        entry, is_ageing = self._reader.cached(asset_id, asked.now)
        if is_ageing:
            ctx.waitUntil(self._reader.refresh(asset_id, asked.now))
        return entry or await self._reader.find(asset_id, asked.now, lambda: self._may_miss(asked))

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
            return _problem(appealable(chosen, self._appeal_to), asked.method)
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
            return _without_bytes(made, asked.method)
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
        """Send the bytes; None if there are none."""
        cached_as = self._bodies.cached_as(asked.path.asset_id, chosen)
        held = self._held(entry, chosen)
        if held.blob is not None and not asked.is_signed:
            held.used = True
            body = held.blob if made.span is None else held.blob.slice(made.span[0], made.span[1] + 1)
        else:
            url = None if asked.is_signed else cached_as
            body = await self._bodies.stream(url, chosen, made.span, ctx.waitUntil)
            if body is None:
                return None
        if not asked.is_plain:
            return reply(made.status, made.headers, body)
        if held.blob is None:
            body = await self._bodies.kept(held, chosen, body, asked.now)
            if body is None:
                return None
        plain = _Plain(chosen.tag, lasting_init(made.headers), held, cached_as)
        entry.prepared = plain
        self._remember(asked)
        return JsResponse.new(body, plain.init)

    def _held(self, entry: CachedAsset, chosen: Chosen) -> Held:
        """Return what the isolate keeps of a format, or how often it was asked for."""
        plain = entry.prepared
        is_known = plain is not None and plain.tag == chosen.tag
        return plain.held if is_known else self._bodies.memory.find(chosen.tag, chosen.length)

    def _remember(self, asked: _Asked) -> None:
        """Note what an address without a query asks for, so that it need not be taken apart again."""
        if "?" in asked.words or len(asked.words) > MAX_WORDS:
            return
        if len(self._plain) >= MAX_CACHED_ASSETS:
            self._plain.clear()
        self._plain[asked.words] = asked.path

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


def not_allowed(methods: Sequence[str] = METHODS) -> Any:  # noqa: ANN401 - a JS object
    """Answer a method that is not among those allowed below `/a/`."""
    return _problem(NOT_ALLOWED, "", {"allow": ", ".join(methods)})


def _without_bytes(made: MediaAnswer, method: str) -> Any:  # noqa: ANN401 - a JS object
    """Answer with headers alone, or with why the conditions of a request are not met."""
    refusal = BY_CONDITION.get(made.status)
    if refusal is None:
        return reply(made.status, made.headers)
    headers = {name: value for name, value in made.headers.items() if name != "Content-Length"}
    text = None if method == "HEAD" else refusal.text()
    return reply(made.status, {**headers, "Content-Type": MEDIA_TYPE}, text)


def _video_picture(method: str) -> Any:  # noqa: ANN401 - a JS object
    """Answer with the picture that previews show of videos that have none."""
    if method not in PAGE_METHODS:
        return not_allowed(PAGE_METHODS)
    from pages.video_picture import HEADERS, video_picture  # noqa: PLC0415 - caches ask, and rarely

    return reply(200, HEADERS, None if method == "HEAD" else video_picture())


def _problem(problem: Problem, method: str, headers: dict[str, str] | None = None) -> Any:  # noqa: ANN401 - a JS object
    body = None if method == "HEAD" else problem.text()
    return reply(problem.status, {**problem.headers(), **(headers or {})}, body)

"""The bytes of media: from the isolate, the edge's cache or the bucket. Python sees handles, never bytes."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from js import JSON, caches
from js import Request as JsRequest
from js import Response as JsResponse
from pyodide.ffi import jsnull  # type: ignore[attr-defined]  # its stubs do not name it

from delivery.representations import cache_url
from runtime.media_memory import MediaMemory
from runtime.record_source import UnavailableError
from runtime.replies import js_headers
from workers import python_to_rpc

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from cdn.ranges import Span
    from delivery.representations import Chosen
    from runtime.media_memory import Held

MAX_CACHED_BYTES = 512 * 1024 * 1024
"""The platform's cache takes no larger object on most plans."""
CACHED_SECONDS = 30 * 86_400
BUCKET_TIMEOUT_SECONDS = 5.0
"""How long the bucket may take to begin; a stream that flows takes as long as it takes."""

_PARTIAL = 206


class MediaBodies:
    """Reads formats of assets. Only what everybody may see is kept in the cache, and only under its tag."""

    def __init__(self, bucket: Any, base_url: str) -> None:  # noqa: ANN401 - an R2 binding
        # The SDK's wrapper finds out what each object is by asking it some ten times over.
        self._bucket: Any = python_to_rpc(bucket)
        self._base_url = base_url
        self._being_kept: set[str] = set()
        self._match: Any = caches.default.match
        self.memory = MediaMemory()

    def cached_as(self, asset_id: str, chosen: Chosen) -> str:
        """Return the name under which the cache has a format of an asset."""
        return cache_url(self._base_url, asset_id, chosen.tag)

    async def stream(
        self,
        url: str | None,
        chosen: Chosen,
        span: Span | None,
        later: Callable[[Coroutine[Any, Any, None]], object],
    ) -> Any | None:  # noqa: ANN401 - a JS stream
        """Return bytes from the cache or else from the bucket, None if neither has them.

        `url` is None for what not everybody may see, with which the cache has nothing to do. `later` runs
        what need not be waited for.
        """
        stream = None if url is None else await self.cached(url, chosen, span)
        if stream is not None:
            return stream
        found = await self.stored(chosen, span)
        if found is None:
            return None
        if url is not None:
            later(self.keep(url, chosen))
        return found.body

    async def kept(self, held: Held, chosen: Chosen, stream: Any, now: float) -> Any | None:  # noqa: ANN401 - JS objects
        """Return what to send of a stream: itself or, if the isolate keeps them from now on, all its bytes.

        None if the stream breaks, or ends too early: what is kept would be sent again and again.
        """
        if not self.memory.wants(held, now):
            return stream
        try:
            # Other than a buffer's, the bytes of a blob are not copied for each response.
            blob = await JsResponse.new(stream).blob()
        except Exception as error:  # noqa: BLE001 - whatever it is, there is another way to the bytes
            _warn("media_cache_failed", chosen, error)
            return None
        if int(blob.size) != held.length:
            _warn("media_cache_failed", chosen, f"{blob.size} bytes")
            return None
        self.memory.keep(held, blob, now)
        return blob

    async def cached(self, url: str, chosen: Chosen, span: Span | None) -> Any | None:  # noqa: ANN401 - a JS stream
        """Return the bytes that this data centre's cache has under `url`; None too if it fails."""
        asked: Any = url
        if span is not None:
            asked = JsRequest.new(url)
            asked.headers.set("range", f"bytes={span[0]}-{span[1]}")
        try:
            found = await self._match(asked)
        except Exception as error:  # noqa: BLE001 - the bucket has the same bytes
            _warn("media_cache_failed", chosen, error)
            return None
        if found is None:
            return None
        if span is not None and found.status != _PARTIAL:
            await found.body.cancel()
            return None
        return found.body

    async def stored(self, chosen: Chosen, span: Span | None) -> Any | None:  # noqa: ANN401 - an R2 object
        """Return the bucket's object, None if it has none, another than the record says, or fails.

        Raise UnavailableError if it does not answer: asking once more would take as long again.
        """
        options = {} if span is None else {"range": {"offset": span[0], "length": span[1] - span[0] + 1}}
        try:
            reading = self._bucket.get(chosen.key, JSON.parse(json.dumps(options)))
            found = await asyncio.wait_for(reading, BUCKET_TIMEOUT_SECONDS)
        except TimeoutError as error:
            _warn("media_bucket_failed", chosen, "timeout")
            raise UnavailableError(chosen.key) from error
        except Exception as error:  # noqa: BLE001 - it is tried once more, then the visitor is told to come back
            _warn("media_bucket_failed", chosen, error)
            return None
        length = None if found is jsnull else int(found.size)
        if length == chosen.length:
            return found
        _warn("media_bytes_missing", chosen, "nothing there" if length is None else f"{length} bytes")
        return None

    async def keep(self, url: str, chosen: Chosen) -> None:
        """Put the whole bytes into the cache under `url`, beside the answer and with a read of its own.

        Sharing the visitor's stream would have to hold back what the slower of the two has not taken yet.
        """
        if chosen.length > MAX_CACHED_BYTES or url in self._being_kept:
            return
        self._being_kept.add(url)
        try:
            found = await self.stored(chosen, None)
            if found is not None:
                headers = {
                    "content-type": chosen.content_type,
                    "content-length": str(chosen.length),
                    "cache-control": f"public, max-age={CACHED_SECONDS}",
                    "etag": f'"{chosen.tag}"',
                }
                kept = JsResponse.new(found.body, headers=js_headers(headers))
                await caches.default.put(url, kept)
                if url not in self._being_kept:  # purged meanwhile, when there was nothing to delete yet
                    await caches.default.delete(url)
        except Exception as error:  # noqa: BLE001 - the cache is a help, and no visitor waits for it
            _warn("media_not_cached", chosen, error)
        finally:
            self._being_kept.discard(url)

    async def purge(self, asset_id: str, tags: Sequence[str]) -> int:
        """Forget an asset's bytes; return how many entries this data centre's cache had of them."""
        for tag in tags:
            self.memory.drop(tag)
        urls = [cache_url(self._base_url, asset_id, tag) for tag in tags]
        self._being_kept.difference_update(urls)
        return sum([bool(await caches.default.delete(url)) for url in urls])


def _warn(event: str, chosen: Chosen, error: object) -> None:
    print(json.dumps({"level": "warning", "event": event, "key": chosen.key, "error": str(error)}))

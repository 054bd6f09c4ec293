"""Late clicks: the consumers of the click queues and the sweep that tries dead letters again.

A batch is acknowledged or deleted only after its owner committed it, or after R2 holds it. Whatever happens
in between, it comes again, and the owner counts an id once.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from analytics.click_replay import (
    COUNTED,
    DEAD_PREFIX,
    Fate,
    dead_key,
    fate_of,
    malformed_key,
    read_text,
)
from analytics.errors import InvalidClickError
from resilience.backoff import backoff_seconds
from runtime.put_aside import put_aside

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from analytics.click_replay import LateBatch

OWNER_TIMEOUT_SECONDS = 10.0
FIRST_DELAY_SECONDS = 10
MOST_DELAY_SECONDS = 600
MOST_DEAD_DELAY_SECONDS = 3_600
"""Behind the dead-letter queue there is only R2: its attempts are spread over the life of a message."""
REPLAYED_PER_RUN = 500
FAILED_CODES_PER_RUN = 20
PAGES_PER_RUN = 50

FAILED = "failed"
"""In the tallies, beside the fates."""


async def replay(batch: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
    """Consume the queue of clicks: hand each batch to its owner."""
    now = time.time()

    async def settle(message: Any, tally: Counter[str]) -> None:  # noqa: ANN401 - the runtime's object
        late = await _read(_as_text(message.body), env, now, tally)
        if late is not None:
            await _hand_on(late, env, now, tally)

    await _consume(batch, settle, "clicks_replayed", MOST_DELAY_SECONDS)


async def keep_dead(batch: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
    """Consume the dead letters of the queue of clicks: keep each batch in R2 until the sweep."""
    now = time.time()

    async def settle(message: Any, tally: Counter[str]) -> None:  # noqa: ANN401 - the runtime's object
        late = await _read(_as_text(message.body), env, now, tally)
        if late is not None:
            await env.MEDIA.put(dead_key(late, now), late.to_text())
            tally["kept"] += 1

    await _consume(batch, settle, "clicks_kept", MOST_DEAD_DELAY_SECONDS)


async def replay_dead_clicks(env: Any, now: float) -> dict[str, int]:  # noqa: ANN401 - the bindings
    """Hand kept batches to their owners, oldest day first; return how many of each fate.

    A run is bounded. A batch whose owner fails stays where it is, the others of its code are not tried in
    this run, and after 20 such codes the run ends: then it is not the owners that are broken.
    """
    tally: Counter[str] = Counter()
    broken: set[str] = set()
    tried = 0
    async for key in _dead_keys(env.MEDIA):
        code = key.rpartition("/")[2].partition(".")[0]
        if code in broken:
            continue
        if tried == REPLAYED_PER_RUN or len(broken) == FAILED_CODES_PER_RUN:
            break
        tried += 1
        try:
            await _replay_kept(key, env, now, tally)
        except Exception as error:  # noqa: BLE001 - whatever it is, the batch stays for the next run
            broken.add(code)
            tally[FAILED] += 1
            _log("error", "dead_clicks_failed", key=key, error=_words(error))
    if tally:
        _log("info", "dead_clicks_replayed", **tally)
    return dict(tally)


async def _consume(
    batch: Any,  # noqa: ANN401 - the runtime's object
    settle: Callable[[Any, Counter[str]], Awaitable[None]],
    event: str,
    most_delay_seconds: int,
) -> None:
    """Settle each message by itself: one that fails comes again without the others."""
    tally: Counter[str] = Counter()

    async def one(message: Any) -> None:  # noqa: ANN401 - the runtime's object
        try:
            await settle(message, tally)
        except Exception as error:  # noqa: BLE001 - whatever it is, the message comes again
            tally[FAILED] += 1
            attempts = int(message.attempts)
            delay = backoff_seconds(attempts, FIRST_DELAY_SECONDS, most_delay_seconds)
            message.retry({"delaySeconds": delay})
            _log("error", "clicks_failed", attempts=attempts, delay=delay, error=_words(error))
        else:
            message.ack()

    await asyncio.gather(*(one(message) for message in batch.messages))
    _log("info", event, **tally)


async def _read(text: str, env: Any, now: float, tally: Counter[str]) -> LateBatch | None:  # noqa: ANN401 - the bindings
    """Return the batch of a message; one that is none is put aside, and None returned."""
    try:
        return read_text(text)
    except InvalidClickError as error:
        key = malformed_key(text, now)
        await env.MEDIA.put(key, text)
        tally[Fate.MALFORMED] += 1
        _log("error", "clicks_malformed", key=key, error=str(error))
        return None


async def _hand_on(late: LateBatch, env: Any, now: float, tally: Counter[str]) -> None:  # noqa: ANN401 - the bindings
    """Have the owner count the batch, or put it aside where it will not be counted."""
    call = env.SHORT_LINK.getByName(late.code).count(late.code, late.batch_id, late.payload)
    fate = fate_of(await asyncio.wait_for(call, OWNER_TIMEOUT_SECONDS))
    if fate not in COUNTED:
        await put_aside(env.MEDIA, fate, late, now)
    tally[fate] += 1
    tally[f"{fate}_clicks"] += late.clicks


async def _replay_kept(key: str, env: Any, now: float, tally: Counter[str]) -> None:  # noqa: ANN401 - the bindings
    found = await env.MEDIA.get(key)
    if found is None:
        return
    late = await _read(await found.text(), env, now, tally)
    if late is not None:
        await _hand_on(late, env, now, tally)
    await env.MEDIA.delete(key)


async def _dead_keys(bucket: Any) -> AsyncIterator[str]:  # noqa: ANN401 - an R2 binding
    """Yield the keys of kept batches, by day and, within a page of the listing, by time."""
    options = {"prefix": DEAD_PREFIX}
    for _ in range(PAGES_PER_RUN):
        listing = await bucket.list(options)
        found = [(item.key, item.uploaded.getTime()) for item in listing.objects]
        found.sort(key=lambda one: (one[0].rpartition("/")[0], one[1]))
        for key, _uploaded in found:
            yield key
        if not listing.truncated:
            return
        options["cursor"] = listing.cursor


def _as_text(body: object) -> str:
    """Return any message as a text that loses nothing of it."""
    try:
        return json.dumps(body, default=_in_words)
    except (TypeError, ValueError, RecursionError):
        return repr(body)


def _in_words(value: object) -> str:
    return bytes(value).hex() if isinstance(value, memoryview | bytes) else repr(value)


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


def _log(level: str, event: str, **more: Any) -> None:  # noqa: ANN401 - JSON values
    print(json.dumps({"level": level, "event": event, **more}))

"""What the cron handler tidies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from assets.leftovers import leftover, prefixes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from assets.leftovers import Leftover


async def sweep_bucket(env: Any, now: float) -> int:  # noqa: ANN401 - the bindings
    """Delete what uploads and publications left behind and nothing leads to; return how much.

    An owner that does not answer keeps its bytes until the next time.
    """
    removed = 0
    for prefix in prefixes(now):
        async for found in _leftovers(env.MEDIA, prefix, now):
            if found.asset_id is None:
                await env.MEDIA.delete(found.key)
                removed += 1
            else:
                removed += await _discard(env, found.asset_id, found.key)
    return removed


async def _leftovers(bucket: Any, prefix: str, now: float) -> AsyncIterator[Leftover]:  # noqa: ANN401 - an R2 binding
    options = {"prefix": prefix}
    while True:
        listing = await bucket.list(options)
        for item in listing.objects:
            found = leftover(item.key, item.uploaded.getTime() / 1000, now)
            if found is not None:
                yield found
        if not listing.truncated:
            return
        options = {"prefix": prefix, "cursor": listing.cursor}


async def _discard(env: Any, asset_id: str, key: str) -> int:  # noqa: ANN401 - the bindings
    """Have the asset's owner delete a key, unless its record names it; return whether it did."""
    try:
        answer = await env.ASSET.getByName(asset_id).discard(asset_id, [key])
    except Exception as error:  # noqa: BLE001 - whatever it is, the next run asks again
        event = {"level": "warning", "event": "sweep_unanswered", "key": key, "error": str(error)}
        print(json.dumps(event))
        return 0
    return int(answer["removed"])

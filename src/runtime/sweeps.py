"""What the cron handler tidies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from assets.leftovers import leftover, prefixes
from assets.names import original_key
from assets.record import AssetRecord

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from assets.leftovers import Leftover


async def sweep_quarantine(env: Any, now: float) -> int:  # noqa: ANN401 - the bindings
    """Delete what uploads left behind and nothing leads to; return how much.

    An owner that does not answer keeps its bytes until the next time.
    """
    removed = 0
    for prefix in prefixes(now):
        async for found in _leftovers(env.MEDIA, prefix, now):
            if found.asset_id is None or not await _is_claimed(env, found):
                await env.MEDIA.delete(found.key)
                removed += 1
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


async def _is_claimed(env: Any, found: Leftover) -> bool:  # noqa: ANN401 - the bindings
    """Ask the asset's owner whether its original lies at this key."""
    try:
        answer = await env.ASSET.getByName(found.asset_id).read(found.asset_id)
    except Exception as error:  # noqa: BLE001 - whatever it is, the next run asks again
        event = {"level": "warning", "event": "sweep_unanswered", "key": found.key, "error": str(error)}
        print(json.dumps(event))
        return True
    return answer is not None and original_key(AssetRecord.from_wire(answer["record"])) == found.key

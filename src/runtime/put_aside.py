"""Batches of clicks that will not be counted: kept in R2, and named in the log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from analytics.click_replay import aside_key

if TYPE_CHECKING:
    from analytics.click_replay import Fate, LateBatch


async def put_aside(bucket: Any, fate: Fate, batch: LateBatch, now: float) -> None:  # noqa: ANN401 - a binding
    """Keep a batch where an operator finds it; whoever held it may drop it once this returns."""
    key = aside_key(fate, batch, now)
    await bucket.put(key, batch.to_text())
    event = {"level": "warning", "event": f"clicks_{fate.value}", "key": key, "code": batch.code}
    print(json.dumps({**event, "clicks": batch.clicks}))

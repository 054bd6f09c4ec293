"""What the moderation queue's messages ask for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from runtime.owners import ShortLinkOwners

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping


async def look_at_new_content(batch: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
    """Look at each message by itself: one that fails is retried without the others."""
    looks: dict[str, Callable[[Mapping[str, Any]], Awaitable[bool]]] = {
        "link": lambda message: _finds_link(message, env),
        "asset": lambda message: _finds_asset(message, env),
    }
    for message in batch.messages:
        try:
            kind = message.body["kind"]
            found = await looks[kind](message.body)
            seen = {"level": "info", "event": f"{kind}_seen", "event_id": message.body["event_id"]}
            print(json.dumps({**seen, "found": found}))
        except Exception as error:  # noqa: BLE001 - whatever it is, the message comes again
            print(json.dumps({"level": "error", "event": "moderation_failed", "error": str(error)}))
            message.retry()
        else:
            message.ack()


async def _finds_link(message: Mapping[str, Any], env: Any) -> bool:  # noqa: ANN401 - the bindings
    return await ShortLinkOwners(env.SHORT_LINK).read(message["code"]) is not None


async def _finds_asset(message: Mapping[str, Any], env: Any) -> bool:  # noqa: ANN401 - the bindings
    """Find an asset and leave its state as it is: pending ones are not delivered.

    One that was decided on before confirms its references here, as late as a new one could be decided on.
    """
    asset_id = message["asset_id"]
    return await env.ASSET.getByName(asset_id).confirm(asset_id) is not None

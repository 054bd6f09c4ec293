"""What the moderation queue's messages ask for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from runtime.owners import ShortLinkOwners

if TYPE_CHECKING:
    from collections.abc import Mapping


async def look_at_links(batch: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
    """Look at each message by itself: one that fails is retried without the others."""
    owners = ShortLinkOwners(env.SHORT_LINK)
    for message in batch.messages:
        try:
            await _look_at_link(message.body, owners)
        except Exception as error:  # noqa: BLE001 - whatever it is, the message comes again
            print(json.dumps({"level": "error", "event": "moderation_failed", "error": str(error)}))
            message.retry()
        else:
            message.ack()


async def _look_at_link(message: Mapping[str, Any], owners: ShortLinkOwners) -> None:
    """Look at one new link; raise for a message that is none."""
    stored = await owners.read(message["code"])
    seen = {
        "level": "info",
        "event": "link_seen",
        "event_id": message["event_id"],
        "found": stored is not None,
    }
    print(json.dumps(seen))

"""What the moderation queue's messages ask for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.owners import ShortLinkOwners


async def look_at_link(message: Mapping[str, Any], owners: ShortLinkOwners) -> None:
    """Look at one new link; raise for a message that is none."""
    stored = await owners.read(message["code"])
    seen = {
        "level": "info",
        "event": "link_seen",
        "event_id": message["event_id"],
        "found": stored is not None,
    }
    print(json.dumps(seen))

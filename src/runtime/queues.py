"""Queues through their bindings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sharelinks.record import LinkRecord


class ModerationMessages:
    """Sends what is new to the moderation queue."""

    def __init__(self, queue: Any) -> None:  # noqa: ANN401 - a binding
        self._queue = queue

    async def submit_link(self, record: LinkRecord) -> None:
        """Ask for a look at a link's title and target."""
        event_id = f"link:{record.code}:{record.created_at}"
        await self._queue.send({"kind": "link", "event_id": event_id, "code": record.code})

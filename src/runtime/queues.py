"""Queues through their bindings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sharelinks.record import LinkRecord

MESSAGES_PER_CALL = 100


class ModerationMessages:
    """Sends what is new to the moderation queue."""

    def __init__(self, queue: Any) -> None:  # noqa: ANN401 - a binding
        self._queue = queue

    async def submit_links(self, records: Sequence[LinkRecord]) -> None:
        """Ask for a look at the links' texts and targets."""
        messages = [{"body": _message(record)} for record in records]
        for start in range(0, len(messages), MESSAGES_PER_CALL):
            await self._queue.sendBatch(messages[start : start + MESSAGES_PER_CALL])


def _message(record: LinkRecord) -> dict[str, str]:
    event_id = f"link:{record.code}:{record.created_at}:{record.version}"
    return {"kind": "link", "event_id": event_id, "code": record.code}

"""Queues through their bindings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assets.record import AssetRecord
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

    async def submit_asset(self, record: AssetRecord, account_id: str) -> None:
        """Ask for a look at an asset and an account's words about it."""
        event_id = f"asset:{record.asset_id}:{account_id}:{record.version}"
        names = {"asset_id": record.asset_id, "account_id": account_id}
        await self._queue.send({"kind": "asset", "event_id": event_id, **names})


def _message(record: LinkRecord) -> dict[str, str]:
    event_id = f"link:{record.code}:{record.created_at}:{record.version}"
    return {"kind": "link", "event_id": event_id, "code": record.code}

"""Queues through their bindings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderating.digests import link_sha256
from runtime.object_calls import answer_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assets.record import AssetRecord
    from moderating.ports import Ledger
    from sharelinks.record import LinkRecord

MESSAGES_PER_CALL = 100


class ModerationMessages:
    """Sends what is new to the moderation queue.

    What the queue does not take is noted in the ledger, whose waiting cases the moderator's sweep asks about;
    the caller hears of the failure all the same.
    """

    def __init__(self, queue: Any, ledger: Ledger) -> None:  # noqa: ANN401 - a binding
        self._queue = queue
        self._ledger = ledger

    async def submit_links(self, records: Sequence[LinkRecord]) -> None:
        """Ask for a look at the links' texts and targets."""
        messages = [{"body": _message(record)} for record in records]
        try:
            for start in range(0, len(messages), MESSAGES_PER_CALL):
                await self._queue.sendBatch(messages[start : start + MESSAGES_PER_CALL])
        except Exception:
            for record in records:
                await self._open_link(record)
            raise

    async def submit_asset(self, record: AssetRecord, account_id: str) -> None:
        """Ask for a look at an asset and an account's words about it."""
        event_id = f"asset:{record.asset_id}:{account_id}:{record.version}"
        names = {"asset_id": record.asset_id, "account_id": account_id}
        try:
            await self._queue.send({"kind": "asset", "event_id": event_id, **names})
        except Exception:
            subject = f"asset:{record.asset_id}"
            await self._ledger.open(f"unsent:{event_id}", subject, account_id, record.sha256)
            raise

    async def _open_link(self, record: LinkRecord) -> None:
        if record.alias_of is None:
            event_id = f"unsent:{_message(record)['event_id']}"
            await self._ledger.open(event_id, f"link:{record.code}", record.account_id, link_sha256(record))


class QueueMessages:
    """Sends messages to any queue as they are."""

    def __init__(self, queue: Any) -> None:  # noqa: ANN401 - a binding
        self._queue = queue

    async def submit(self, message: Mapping[str, Any]) -> None:
        """Queue a message."""
        await answer_of(self._queue.send(dict(message)), "the queue")


def _message(record: LinkRecord) -> dict[str, str]:
    event_id = f"link:{record.code}:{record.created_at}:{record.version}"
    return {"kind": "link", "event_id": event_id, "code": record.code}

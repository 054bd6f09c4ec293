"""Queues through their bindings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.object_calls import answer_of

if TYPE_CHECKING:
    from collections.abc import Mapping


class QueueMessages:
    """Sends messages to any queue as they are."""

    def __init__(self, queue: Any) -> None:  # noqa: ANN401 - a binding
        self._queue = queue

    async def submit(self, message: Mapping[str, Any]) -> None:
        """Queue a message."""
        await answer_of(self._queue.send(dict(message)), "the queue")

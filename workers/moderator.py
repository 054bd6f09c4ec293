"""The moderator Worker: consumes the moderation queue and runs the cron sweeps."""

from __future__ import annotations

import json
import time
from typing import Any

from runtime.moderation import look_at_link
from runtime.owners import ShortLinkOwners
from runtime.sweeps import sweep_quarantine
from workers import Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    """Queues and crons; over HTTP it only tells that it is there."""

    async def fetch(self, _request: Any) -> Response:  # noqa: ANN401 - the runtime's objects
        """Answer the engine's and the operator's question whether this Worker runs."""
        return Response("moderator\n")

    async def queue(self, batch: Any, _env: Any, _ctx: Any) -> None:  # noqa: ANN401 - the runtime's objects
        """Look at each message by itself: one that fails is retried without the others."""
        owners = ShortLinkOwners(self.env.SHORT_LINK)
        for message in batch.messages:
            try:
                await look_at_link(message.body, owners)
            except Exception as error:  # noqa: BLE001 - whatever it is, the message comes again
                print(json.dumps({"level": "error", "event": "moderation_failed", "error": str(error)}))
                message.retry()
            else:
                message.ack()

    async def scheduled(self, controller: Any, _env: Any, _ctx: Any) -> None:  # noqa: ANN401 - the runtime's objects
        """Tidy up, and say what was tidied."""
        removed = await sweep_quarantine(self.env.MEDIA, time.time())
        print(json.dumps({"level": "info", "event": "sweep", "cron": controller.cron, "removed": removed}))

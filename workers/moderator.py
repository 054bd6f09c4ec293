"""The moderator Worker: consumes the queues and runs the cron sweeps."""

from __future__ import annotations

import json
from typing import Any

from runtime.click_replay import keep_dead, replay, replay_dead_clicks
from runtime.moderation import look_at_new_content
from runtime.queue_routes import QueuePurpose, purpose_of
from runtime.sweeps import sweep_quarantine
from workers import Response, WorkerEntrypoint

CONSUMERS = {
    QueuePurpose.MODERATION: look_at_new_content,
    QueuePurpose.CLICKS: replay,
    QueuePurpose.DEAD_CLICKS: keep_dead,
}


class Default(WorkerEntrypoint):
    """Queues and crons; over HTTP it only tells that it is there."""

    async def fetch(self, _request: Any) -> Response:  # noqa: ANN401 - the runtime's objects
        """Answer the engine's and the operator's question whether this Worker runs."""
        return Response("moderator\n")

    async def queue(self, batch: Any, _env: Any, _ctx: Any) -> None:  # noqa: ANN401 - the runtime's objects
        """Hand a batch to the consumer of its queue."""
        await CONSUMERS[purpose_of(batch.queue)](batch, self.env)

    async def scheduled(self, controller: Any, _env: Any, _ctx: Any) -> None:  # noqa: ANN401 - the runtime's objects
        """Tidy up, and say what was tidied."""
        now = controller.scheduledTime / 1000
        removed = await sweep_quarantine(self.env, now)
        replayed = await replay_dead_clicks(self.env, now)
        event = {"level": "info", "event": "sweep", "cron": controller.cron}
        print(json.dumps({**event, "removed": removed, "replayed": replayed}))

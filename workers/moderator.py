"""The moderator Worker: consumes the queues and runs the cron sweeps."""

from __future__ import annotations

import json
from typing import Any

from runtime.click_replay import keep_dead, replay, replay_dead_clicks
from runtime.ledger_sweeps import ask_again, enforce_what_is_due, forget_what_is_old, sign_the_ledger
from runtime.moderation import flag_what_failed, look_at_new_content
from runtime.notices import tell_moderators
from runtime.publishing import file_publications
from runtime.queue_routes import QueuePurpose, purpose_of
from runtime.sweeps import sweep_bucket
from workers import Response, WorkerEntrypoint

CONSUMERS = {
    QueuePurpose.MODERATION: look_at_new_content,
    QueuePurpose.DEAD_MODERATION: flag_what_failed,
    QueuePurpose.PUBLISHING: file_publications,
    QueuePurpose.DEAD_PUBLISHING: file_publications,
    QueuePurpose.NOTICES: tell_moderators,
    QueuePurpose.DEAD_NOTICES: tell_moderators,
    QueuePurpose.CLICKS: replay,
    QueuePurpose.DEAD_CLICKS: keep_dead,
}
SWEEPS = {
    "removed": sweep_bucket,
    "replayed": replay_dead_clicks,
    "enforced": enforce_what_is_due,
    "asked": ask_again,
    "forgotten": forget_what_is_old,
    # Last, so that what the others recorded is signed.
    "checkpoint": sign_the_ledger,
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
        """Tidy up, and say what was tidied. Each part fails alone."""
        now = controller.scheduledTime / 1000
        told: dict[str, Any] = {"level": "info", "event": "sweep", "cron": controller.cron}
        for name, sweep in SWEEPS.items():
            try:
                told[name] = await sweep(self.env, now)
            except Exception as error:  # noqa: BLE001 - whatever it is, the other parts have work to do
                told |= {"level": "error", name: {"error": str(error) or repr(error)}}
        print(json.dumps(told))

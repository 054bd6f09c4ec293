"""The consumer of the notices' queue: tells moderators, where they have given an address."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from moderating.notices import SECRET, URL, notice_call, read_webhook
from resilience.backoff import backoff_seconds
from runtime.http_transport import fetch_driver

if TYPE_CHECKING:
    from collections.abc import Mapping

FIRST_DELAY_SECONDS = 10
MOST_DELAY_SECONDS = 3_600


async def tell_moderators(batch: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
    """Send each notice by itself; what is not taken comes again, and dead letters are only slower."""
    for message in batch.messages:
        try:
            await _tell(message.body, env)
        except Exception as error:  # noqa: BLE001 - whatever it is, a wrong variable too, the notice comes again
            attempts = int(message.attempts)
            failed = {"level": "error", "event": "notice_not_taken", "attempts": attempts}
            print(json.dumps({**failed, "error": str(error) or repr(error)}))
            delay = backoff_seconds(attempts, FIRST_DELAY_SECONDS, MOST_DELAY_SECONDS)
            message.retry({"delaySeconds": delay})
        else:
            message.ack()


async def _tell(notice: Mapping[str, Any], env: Any) -> None:  # noqa: ANN401 - the bindings
    """Send a notice, where an address is given; raise ValueError for one that makes no sense."""
    webhook = read_webhook(getattr(env, URL, None) or "", getattr(env, SECRET, None) or "")
    if webhook is not None:
        await fetch_driver().send(notice_call(webhook, notice, env.PUBLIC_BASE_URL, time.time()))

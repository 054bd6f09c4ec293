"""The consumer of the notices' queue: tells moderators, where they have given an address."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from moderating.notices import SECRET, URL, notice_call, read_webhook
from resilience.backoff import backoff_seconds
from runtime.http_transport import fetch_driver

if TYPE_CHECKING:
    from moderating.notices import Webhook
    from outbound.drivers import AsyncDriver

FIRST_DELAY_SECONDS = 10
MOST_DELAY_SECONDS = 3_600


async def tell_moderators(batch: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
    """Send each notice by itself; what is not taken comes again, and dead letters are only slower."""
    webhook = read_webhook(getattr(env, URL, None) or "", getattr(env, SECRET, None) or "")
    driver = fetch_driver()
    for message in batch.messages:
        if webhook is None:
            message.ack()
        else:
            await _settle(message, webhook, env.PUBLIC_BASE_URL, driver)


async def _settle(message: Any, webhook: Webhook, base_url: str, driver: AsyncDriver) -> None:  # noqa: ANN401 - the runtime's object
    try:
        await driver.send(notice_call(webhook, message.body, base_url, time.time()))
    except Exception as error:  # noqa: BLE001 - whatever it is, the notice comes again
        attempts = int(message.attempts)
        failed = {"level": "error", "event": "notice_not_taken", "attempts": attempts}
        print(json.dumps({**failed, "error": str(error) or repr(error)}))
        message.retry({"delaySeconds": backoff_seconds(attempts, FIRST_DELAY_SECONDS, MOST_DELAY_SECONDS)})
    else:
        message.ack()

"""The consumer of the publishing queue: what is approved is filed with its account, for channels to find."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from resilience.backoff import backoff_seconds
from runtime.ledger_calls import Ledger

if TYPE_CHECKING:
    from collections.abc import Mapping

APPROVED = "approved"
FIRST_DELAY_SECONDS = 10
MOST_DELAY_SECONDS = 3_600


async def file_publications(batch: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
    """File each message by itself, once however often it comes; dead letters are only slower."""
    for message in batch.messages:
        try:
            outcome = await _file(message.body, env)
        except Exception as error:  # noqa: BLE001 - whatever it is, the message comes again
            attempts = int(message.attempts)
            delay = backoff_seconds(attempts, FIRST_DELAY_SECONDS, MOST_DELAY_SECONDS)
            _log("error", "publication_not_filed", attempts=attempts, error=str(error) or repr(error))
            message.retry({"delaySeconds": delay})
        else:
            _log("info", "publication", event_id=message.body["event_id"], outcome=outcome)
            message.ack()


async def _file(message: Mapping[str, Any], env: Any) -> str:  # noqa: ANN401 - the bindings
    """File a publication unless its approval was taken back meanwhile."""
    case = await Ledger(env.MODERATION_LEDGER).read(message["subject"])
    if case is None or case["standing"] != APPROVED or case["round"] != message["round"]:
        return "overtaken"
    library = env.LIBRARY.getByName(message["account_id"])
    filed = await library.file_publication(dict(message))
    return "filed" if filed["filed"] else "repeated"


def _log(level: str, event: str, **more: Any) -> None:  # noqa: ANN401 - JSON values
    print(json.dumps({"level": level, "event": event, **more}))

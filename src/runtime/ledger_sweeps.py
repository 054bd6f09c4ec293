"""What the cron handler does for the ledger: enforce what is due, ask again, sign, forget."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from http_api.services import UnavailableError
from moderating.enforcing import enforce
from runtime.asset_owners import AssetOwners
from runtime.ledger_calls import Ledger
from runtime.moderation import UNUSED, enforcement
from runtime.object_calls import answer_of

if TYPE_CHECKING:
    from casework.checkpoints import Checkpoint

ENFORCED_PER_RUN = 100
ASKED_AGAIN_PER_RUN = 100
HOLDERS_PER_CASE = 100
MESSAGES_PER_CALL = 100
WAITING_SECONDS = 600
"""After so long a pending case is looked at again: its message may be lost."""
CHECKPOINTS = "ledger/checkpoints"
DAY_SECONDS = 86_400


async def enforce_what_is_due(env: Any, _now: float) -> dict[str, int]:  # noqa: ANN401 - the bindings
    """Tell owners what they have not heard of; what fails is due the next time."""
    ports = enforcement(env)
    tally: Counter[str] = Counter()
    for one in await ports.ledger.unenforced(ENFORCED_PER_RUN):
        subject = one["subject"]
        try:
            enforced = await enforce(subject, ports)
            tally[enforced.fate] += 1
        except Exception as error:  # noqa: BLE001 - whatever it is, the others are due too
            tally["failed"] += 1
            _log("error", "enforcing_failed", subject=subject, error=str(error) or repr(error))
    return dict(tally)


async def ask_again(env: Any, now: float) -> dict[str, int]:  # noqa: ANN401 - the bindings
    """Have those cases looked at again that wait so long that their message may be lost."""
    waiting = await Ledger(env.MODERATION_LEDGER).waiting(now - WAITING_SECONDS, ASKED_AGAIN_PER_RUN)
    assets = AssetOwners(env.ASSET)
    messages = [{"body": one} for case in waiting for one in await _questions(case, now, assets)]
    for start in range(0, len(messages), MESSAGES_PER_CALL):
        batch = messages[start : start + MESSAGES_PER_CALL]
        await answer_of(env.MODERATION.sendBatch(batch), "the queue")
    return {"asked_again": len(messages)}


async def sign_the_ledger(env: Any, _now: float) -> dict[str, Any]:  # noqa: ANN401 - the bindings
    """Sign the ledger as it is, and keep the checkpoint outside of it, where nothing is delivered from."""
    key = getattr(env, "LEDGER_KEY", None)
    if not key or key == UNUSED:
        return {"signed": False}
    made = await Ledger(env.MODERATION_LEDGER).checkpoint(env.LEDGER_KEY_ID, key)
    if made is None:
        return {"signed": False}
    options = {"httpMetadata": {"contentType": "application/json"}}
    await answer_of(env.MEDIA.put(checkpoint_key(made), json.dumps(made), options), "the bucket")
    return {"signed": True, "seq": made["seq"]}


async def forget_what_is_old(env: Any, now: float) -> dict[str, Any]:  # noqa: ANN401 - the bindings
    """Have the ledger forget payloads after the operator's time; 0 days keeps them."""
    days = int(env.LEDGER_RETENTION_DAYS)
    if not days:
        return {}
    # Every run has an event of its own, because one forgets only so many.
    told = await Ledger(env.MODERATION_LEDGER).retain(f"retention:{now:.0f}", days)
    return {"redacted": told["redacted"], "reports": told["reports"]}


def checkpoint_key(made: Checkpoint) -> str:
    """Return where a checkpoint lies; they sort by their place in the chain."""
    return f"{CHECKPOINTS}/{made['seq']:016d}.json"


async def _questions(case: dict[str, Any], now: float, assets: AssetOwners) -> list[dict[str, str]]:
    """Return the messages that were sent when the content came, under ids of their own for each span.

    Of an asset everybody asks whose hold or words are not judged; if nobody says who that is, whoever began
    the case does.
    """
    kind, _, name = case["subject"].partition(":")
    again = f"again:{case['subject']}:{int(now // WAITING_SECONDS)}"
    if kind == "link":
        return [{"kind": kind, "event_id": again, "code": name}]
    try:
        stored = await assets.read(name)
    except UnavailableError as error:
        _log("warning", "holders_unknown", subject=case["subject"], error=str(error))
        stored = None
    waiting = [one.account_id for one in stored.references if one.waits][:HOLDERS_PER_CASE] if stored else []
    return [
        {"kind": kind, "event_id": f"{again}:{account_id}", "asset_id": name, "account_id": account_id}
        for account_id in waiting or [case["account_id"]]
    ]


def _log(level: str, event: str, **more: Any) -> None:  # noqa: ANN401 - JSON values
    print(json.dumps({"level": level, "event": event, **more}))

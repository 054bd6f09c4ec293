"""The ledger through the `MODERATION_LEDGER` binding."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from casework import Answer, Outcome, Proof
from moderating.errors import LedgerError
from runtime.object_calls import answer_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from casework import ExportPage, Match, QueuePage, Retained, Spending
    from casework.checkpoints import Checkpoint
    from casework.outbox import Due, Unenforced

LEDGER = "the ledger"
INSTANCE = "ledger"


class Ledger:
    """The one `ModerationLedger` object. Raises UnavailableError, and LedgerError for what it refuses."""

    def __init__(self, namespace: Any) -> None:  # noqa: ANN401 - a binding
        self._namespace = namespace

    async def open(self, event_id: str, subject: str, account_id: str, sha256: str) -> Answer:
        """Begin a case, or note that an account brought its content again."""
        return _answer(await self._call("open", event_id, subject, account_id, sha256))

    async def scan(self, event_id: str, subject: str, verdict: Mapping[str, Any]) -> Answer:
        """Record what a scan says, and decide so."""
        return _answer(await self._call("scan", event_id, subject, dict(verdict)))

    async def doubt(self, event_id: str, subject: str, verdict: Mapping[str, Any]) -> Answer:
        """Send an approved case back to a person, because of an account's words."""
        return _answer(await self._call("doubt", event_id, subject, dict(verdict)))

    async def withdraw(self, event_id: str, subject: str) -> Answer:
        """End a case that waits and whose content is gone."""
        return _answer(await self._call("withdraw", event_id, subject))

    async def due(self, subject: str) -> Due:
        """Return a case and the event that its owner has not heard of, 0 for none."""
        told = await self._call("due", subject)
        return {"case": told["case"], "seq": told["seq"]}

    async def unenforced(self, limit: int) -> list[Unenforced]:
        """Return subjects whose owners are to be told."""
        subjects: list[Unenforced] = (await self._call("unenforced", limit))["subjects"]
        return subjects

    async def enforced(self, subject: str, seq: int) -> bool:
        """Note that an owner has heard of an event; False if another one came since."""
        return bool((await self._call("enforced", subject, seq))["settled"])

    async def waiting(self, before: float, limit: int) -> list[dict[str, Any]]:
        """Return pending cases that wait since before a moment."""
        cases: list[dict[str, Any]] = (await self._call("waiting", before, limit))["cases"]
        return cases

    async def decide(self, event_id: str, subject: str, wanted: Mapping[str, Any]) -> Answer:
        """Record a moderator's decision."""
        return _answer(await self._call("decide", event_id, subject, dict(wanted)))

    async def decide_many(self, decisions: Sequence[Mapping[str, Any]]) -> list[Answer | LedgerError]:
        """Record several decisions; each has an answer of its own."""
        told = await self._call("decide_many", [dict(one) for one in decisions])
        return [_refusal(one) or _answer(one) for one in told["answers"]]

    async def read(self, subject: str) -> dict[str, Any] | None:
        """Return a case, or None."""
        case: dict[str, Any] | None = (await self._call("read", subject))["case"]
        return case

    async def history(self, subject: str, limit: int) -> list[dict[str, Any]]:
        """Return the latest events of a case, newest first."""
        events: list[dict[str, Any]] = (await self._call("history", subject, limit))["events"]
        return events

    async def page(self, query: Mapping[str, Any]) -> QueuePage:
        """Return a page of the review queue."""
        told = await self._call("page", dict(query))
        return {"cases": told["cases"], "next": told["next"]}

    async def claim(self, subject: str, moderator: str, seconds: float) -> Answer:
        """Take a case for some time."""
        return _answer(await self._call("claim", subject, moderator, seconds))

    async def release(self, subject: str, moderator: str) -> Answer:
        """Give a case back."""
        return _answer(await self._call("release", subject, moderator))

    async def report(self, event_id: str, subject: str, complaint: Mapping[str, Any]) -> Answer:
        """Keep a report of the public."""
        return _answer(await self._call("report", event_id, subject, dict(complaint)))

    async def reports(self, subject: str, limit: int) -> list[dict[str, Any]]:
        """Return the reports of a case, newest first."""
        reports: list[dict[str, Any]] = (await self._call("reports", subject, limit))["reports"]
        return reports

    async def appeal(self, event_id: str, subject: str, account_id: str, text: str) -> Answer:
        """Let an owner ask for another look."""
        return _answer(await self._call("appeal", event_id, subject, account_id, text))

    async def block(self, value: str, reason: str, moderator: str, subject: str | None) -> bool:
        """Block a hash; False if it is blocked already."""
        return bool((await self._call("block", value, reason, moderator, subject))["changed"])

    async def unblock(self, value: str, reason: str, moderator: str) -> bool:
        """Let a hash in again; False if it was not blocked."""
        return bool((await self._call("unblock", value, reason, moderator))["changed"])

    async def match(self, sha256: str, picture: str | None, most_bits: int) -> Match | None:
        """Return the blocked hash that stops content, or None."""
        found: Match | None = (await self._call("match", sha256, picture, most_bits))["match"]
        return found

    async def blocked_files(self, limit: int) -> list[str]:
        """Return so many of the SHA-256 that are blocked."""
        # As a text: a list would be put together item by item on either side.
        hashes: list[str] = json.loads((await self._call("blocked_files", limit))["hashes"])
        return hashes

    async def blocked(self, after: str, limit: int) -> list[dict[str, Any]]:
        """Return blocked hashes in their order."""
        hashes: list[dict[str, Any]] = (await self._call("blocked", after, limit))["hashes"]
        return hashes

    async def offenders(self, least_refused: int, limit: int) -> list[dict[str, Any]]:
        """Return accounts whose content was refused again and again."""
        accounts: list[dict[str, Any]] = (await self._call("offenders", least_refused, limit))["accounts"]
        return accounts

    async def account(self, account_id: str) -> dict[str, Any]:
        """Return what is known of one account."""
        return await self._call("account", account_id)

    async def refused_upload(self, event_id: str, subject: str, account_id: str, sha256: str) -> None:
        """Note that an upload of refused content was turned away."""
        await self._call("refused_upload", event_id, subject, account_id, sha256)

    async def spread(self, least_accounts: int, limit: int) -> list[dict[str, Any]]:
        """Return refused content that many accounts brought."""
        hashes: list[dict[str, Any]] = (await self._call("spread", least_accounts, limit))["hashes"]
        return hashes

    async def brought(self, sha256: str) -> list[dict[str, Any]]:
        """Return who brought some content."""
        uploads: list[dict[str, Any]] = (await self._call("brought", sha256))["uploads"]
        return uploads

    async def spend(self, calls: int, limit: int) -> Spending:
        """Take calls from the day's budget, all of them or none."""
        told = await self._call("spend", calls, limit)
        return {"granted": told["granted"], "day": told["day"], "spent": told["spent"], "left": told["left"]}

    async def settle(self, day: str, taken: int, made: int) -> None:
        """Correct what was taken from a day's budget to what was sent in the end."""
        await self._call("settle", day, taken, made)

    async def statistics(self) -> dict[str, Any]:
        """Return the counts of scans and cases."""
        return await self._call("statistics")

    async def checkpoint(self, key_id: str, key: str) -> Checkpoint | None:
        """Sign the chain as it is; None while there is none."""
        made: Checkpoint | None = (await self._call("checkpoint", key_id, key))["checkpoint"]
        return made

    async def verify(self, keys: Mapping[str, str], kept: Mapping[str, Any] | None) -> Proof:
        """Prove the ledger, and that it holds a checkpoint that was kept elsewhere."""
        return Proof(**await self._call("verify", dict(keys), None if kept is None else dict(kept)))

    async def export(self, query: Mapping[str, Any]) -> ExportPage:
        """Return a page of the trail as text."""
        told = await self._call("export", dict(query))
        return {"text": told["text"], "next": told["next"]}

    async def retain(self, event_id: str, days: int) -> Retained:
        """Forget the payloads of events older than so many days."""
        told = await self._call("retain", event_id, days)
        return {
            "redacted": told["redacted"],
            "carried": told["carried"],
            "reports": told["reports"],
            "more": told["more"],
        }

    async def _call(self, method: str, *arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - plain values
        """Return what the object tells; raise LedgerError if that is a refusal."""
        stub = self._namespace.getByName(INSTANCE)
        told = _whole(await answer_of(getattr(stub, method)(*arguments), LEDGER))
        refusal = _refusal(told)
        if refusal:
            raise refusal
        return dict(told)


def _answer(told: Mapping[str, Any]) -> Answer:
    return Answer(Outcome(told["outcome"]), told["case"])


def _refusal(told: Mapping[str, Any]) -> LedgerError | None:
    return LedgerError(told["error"], told["message"]) if "error" in told else None


def _whole(value: Any) -> Any:  # noqa: ANN401 - plain values
    """Return what came over RPC with its whole numbers whole again."""
    if isinstance(value, dict):
        return {name: _whole(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_whole(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value

"""`ModerationLedger`: one object, named `ledger`, in which all decisions about content are kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from casework import (
    Answer,
    BlockList,
    CallBudget,
    CaseworkError,
    Complaints,
    LedgerStore,
    Offenders,
    ReviewQueue,
    export_page,
    prove,
    retain,
    sign_head,
)
from durable_objects.storage import DurableDatabase
from library.cursors import InvalidCursorError
from moderation.model import AuditConflictError
from workers import DurableObject

if TYPE_CHECKING:
    from collections.abc import Callable


class ModerationLedger(DurableObject):
    """Keeps cases, the review queue and the proof. No method waits for anything, so none interleaves.

    What goes wrong comes back as `{"error": code, "message": words}`, because an exception loses its class on
    its way. Secrets arrive with the calls that need them and are not kept.
    """

    def __init__(self, ctx: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
        super().__init__(ctx, env)
        self._ledger = LedgerStore(DurableDatabase(self.ctx.storage))
        self._trail = self._ledger.trail
        self._outbox = self._ledger.cases.outbox
        self._queue = ReviewQueue(self._ledger)
        self._complaints = Complaints(self._ledger)
        self._blocked = BlockList(self._trail)
        self._offenders = Offenders(self._trail)
        self._budget = CallBudget(self._trail)

    async def open(self, event_id: str, subject: str, account_id: str, sha256: str) -> dict[str, Any]:
        """Begin a case, or note that an account brought its content again."""
        return _told(lambda: self._ledger.open(event_id, subject, account_id, sha256))

    async def scan(self, event_id: str, subject: str, verdict: dict[str, Any]) -> dict[str, Any]:
        """Record what a scan says, and decide so."""
        return _told(lambda: self._ledger.scan(event_id, subject, verdict))

    async def doubt(self, event_id: str, subject: str, verdict: dict[str, Any]) -> dict[str, Any]:
        """Send an approved case back to a person, because of an account's words."""
        return _told(lambda: self._ledger.doubt(event_id, subject, verdict))

    async def withdraw(self, event_id: str, subject: str) -> dict[str, Any]:
        """End a case that waits and whose content is gone."""
        return _told(lambda: self._ledger.withdraw(event_id, subject))

    async def due(self, subject: str) -> dict[str, Any]:
        """Return a case and, under `seq`, the event that its owner has not heard of."""
        return _told(lambda: dict(self._ledger.due(subject)))

    async def unenforced(self, limit: int) -> dict[str, Any]:
        """Return under `subjects` whose owners are to be told, each with its `seq`."""
        return _told(lambda: {"subjects": self._outbox.unenforced(limit)})

    async def enforced(self, subject: str, seq: int) -> dict[str, Any]:
        """Note that an owner has heard of an event; `settled` is False if another one came since."""
        return _told(lambda: {"settled": self._outbox.enforced(subject, seq)})

    async def waiting(self, before: float, limit: int) -> dict[str, Any]:
        """Return under `cases` pending ones that wait since before a moment."""
        return _told(lambda: {"cases": self._outbox.waiting(before, limit)})

    async def decide(self, event_id: str, subject: str, wanted: dict[str, Any]) -> dict[str, Any]:
        """Record a moderator's decision."""
        return _told(lambda: self._ledger.decide(event_id, subject, wanted))

    async def decide_many(self, decisions: list[dict[str, Any]]) -> dict[str, Any]:
        """Record several decisions; each has an answer of its own under `answers`."""
        return _told(lambda: {"answers": [_wire(one) for one in self._ledger.decide_many(decisions)]})

    async def read(self, subject: str) -> dict[str, Any]:
        """Return a case under `case`, None for one that is not there."""
        return _told(lambda: {"case": self._ledger.read(subject)})

    async def history(self, subject: str, limit: int) -> dict[str, Any]:
        """Return the latest events of a case, newest first."""
        return _told(lambda: {"events": self._ledger.history(subject, limit)})

    async def page(self, query: dict[str, Any]) -> dict[str, Any]:
        """Return a page of the review queue."""
        return _told(lambda: dict(self._queue.page(query)))

    async def claim(self, subject: str, moderator: str, seconds: float) -> dict[str, Any]:
        """Take a case for some time."""
        return _told(lambda: self._queue.claim(subject, moderator, seconds))

    async def release(self, subject: str, moderator: str) -> dict[str, Any]:
        """Give a case back."""
        return _told(lambda: self._queue.release(subject, moderator))

    async def report(self, event_id: str, subject: str, complaint: dict[str, Any]) -> dict[str, Any]:
        """Keep a report of the public."""
        return _told(lambda: self._complaints.report(event_id, subject, complaint))

    async def reports(self, subject: str, limit: int) -> dict[str, Any]:
        """Return the reports of a case, newest first."""
        return _told(lambda: {"reports": self._complaints.reports(subject, limit)})

    async def appeal(self, event_id: str, subject: str, account_id: str, text: str) -> dict[str, Any]:
        """Let an owner ask for another look."""
        return _told(lambda: self._complaints.appeal(event_id, subject, account_id, text))

    async def block(self, value: str, reason: str, moderator: str, subject: str | None) -> dict[str, Any]:
        """Block a hash."""
        return _told(lambda: {"changed": self._blocked.block(value, reason, moderator, subject)})

    async def unblock(self, value: str, reason: str, moderator: str) -> dict[str, Any]:
        """Let a hash in again."""
        return _told(lambda: {"changed": self._blocked.unblock(value, reason, moderator)})

    async def match(self, sha256: str, picture: str | None, most_bits: int) -> dict[str, Any]:
        """Return the blocked hash that stops content under `match`, or None."""
        return _told(lambda: {"match": self._blocked.match(sha256, picture, most_bits)})

    async def blocked_files(self, limit: int) -> dict[str, Any]:
        """Return so many of the SHA-256 that are blocked, a JSON list as `hashes`."""
        return _told(lambda: {"hashes": json.dumps(self._blocked.files(limit))})

    async def blocked(self, after: str, limit: int) -> dict[str, Any]:
        """Return blocked hashes in their order."""
        return _told(lambda: {"hashes": self._blocked.page(after, limit)})

    async def offenders(self, least_refused: int, limit: int) -> dict[str, Any]:
        """Return accounts whose content was refused again and again."""
        return _told(lambda: {"accounts": self._offenders.accounts(least_refused, limit)})

    async def account(self, account_id: str) -> dict[str, Any]:
        """Return what is known of one account."""
        return _told(lambda: self._offenders.account(account_id))

    async def refused_upload(
        self, event_id: str, subject: str, account_id: str, sha256: str
    ) -> dict[str, Any]:
        """Note that an upload of refused content was turned away."""
        return _told(
            lambda: {"outcome": self._offenders.turned_away(event_id, subject, account_id, sha256).value}
        )

    async def spread(self, least_accounts: int, limit: int) -> dict[str, Any]:
        """Return refused content that many accounts brought."""
        return _told(lambda: {"hashes": self._offenders.hashes(least_accounts, limit)})

    async def brought(self, sha256: str) -> dict[str, Any]:
        """Return who brought some content."""
        return _told(lambda: {"uploads": self._offenders.hash(sha256)})

    async def spend(self, calls: int, limit: int) -> dict[str, Any]:
        """Take calls from the day's budget, all of them or none."""
        return _told(lambda: dict(self._budget.spend(calls, limit)))

    async def settle(self, day: str, taken: int, made: int) -> dict[str, Any]:
        """Correct what was taken from a day's budget to what was sent in the end."""
        return _told(lambda: {"settled": self._budget.settle(day, taken, made)})

    async def statistics(self) -> dict[str, Any]:
        """Return the counts of scans and cases."""
        return _told(self._ledger.statistics)

    async def checkpoint(self, key_id: str, key: str) -> dict[str, Any]:
        """Sign the chain as it is; `checkpoint` is None while there is none."""
        return _told(lambda: {"checkpoint": sign_head(self._trail, key_id, key)})

    async def verify(self, keys: dict[str, str], kept: dict[str, Any] | None) -> dict[str, Any]:
        """Prove the ledger, and that it holds a checkpoint that was kept elsewhere."""
        return _told(lambda: prove(self._trail, keys, kept).to_wire())

    async def export(self, query: dict[str, Any]) -> dict[str, Any]:
        """Return a page of the trail as text."""
        return _told(lambda: dict(export_page(self._trail.audit, query)))

    async def retain(self, event_id: str, days: int) -> dict[str, Any]:
        """Forget the payloads of events older than so many days."""
        return _told(lambda: dict(retain(self._trail, event_id, days)))


def _told(work: Callable[[], Answer | dict[str, Any]]) -> dict[str, Any]:
    try:
        return _wire(work())
    except (CaseworkError, InvalidCursorError, AuditConflictError) as error:
        return _wire(error)


def _wire(
    told: Answer | CaseworkError | InvalidCursorError | AuditConflictError | dict[str, Any],
) -> dict[str, Any]:
    if isinstance(told, Answer):
        return told.to_wire()
    return told if isinstance(told, dict) else {"error": told.code, "message": str(told)}

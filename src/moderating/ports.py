"""What moderation needs from the world, named for the need.

Ports raise what their adapters raise when nobody answers; the ledger's also raise LedgerError.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assets.judged import Judged
    from assets.store import StoredAsset
    from casework import Answer, ExportPage, Match, QueuePage, Retained, Spending
    from casework.checkpoints import Checkpoint
    from casework.outbox import Due, Unenforced
    from casework.proof import Proof
    from delivery.publication import Decided
    from moderating.errors import LedgerError
    from sharelinks.store import StoredLink


class Ledger(Protocol):
    """The object in which all decisions are kept: a method per call, named as there."""

    async def open(self, event_id: str, subject: str, account_id: str, sha256: str) -> Answer:
        """Begin a case, or note that an account brought its content again."""
        ...

    async def scan(self, event_id: str, subject: str, verdict: Mapping[str, Any]) -> Answer:
        """Record what a scan says, and decide so."""
        ...

    async def doubt(self, event_id: str, subject: str, verdict: Mapping[str, Any]) -> Answer:
        """Send an approved case back to a person, because of an account's words."""
        ...

    async def withdraw(self, event_id: str, subject: str) -> Answer:
        """End a case that waits and whose content is gone."""
        ...

    async def due(self, subject: str) -> Due:
        """Return a case and the event that its owner has not heard of, 0 for none."""
        ...

    async def unenforced(self, limit: int) -> list[Unenforced]:
        """Return subjects whose owners are to be told."""
        ...

    async def enforced(self, subject: str, seq: int) -> bool:
        """Note that an owner has heard of an event; False if another one came since."""
        ...

    async def waiting(self, before: float, limit: int) -> list[dict[str, Any]]:
        """Return pending cases that wait since before a moment."""
        ...

    async def decide(self, event_id: str, subject: str, wanted: Mapping[str, Any]) -> Answer:
        """Record a moderator's decision."""
        ...

    async def decide_many(self, decisions: Sequence[Mapping[str, Any]]) -> list[Answer | LedgerError]:
        """Record several decisions; each has an answer of its own."""
        ...

    async def read(self, subject: str) -> dict[str, Any] | None:
        """Return a case, or None."""
        ...

    async def history(self, subject: str, limit: int) -> list[dict[str, Any]]:
        """Return the latest events of a case, newest first."""
        ...

    async def page(self, query: Mapping[str, Any]) -> QueuePage:
        """Return a page of the review queue."""
        ...

    async def claim(self, subject: str, moderator: str, seconds: float) -> Answer:
        """Take a case for some time."""
        ...

    async def release(self, subject: str, moderator: str) -> Answer:
        """Give a case back."""
        ...

    async def report(self, event_id: str, subject: str, complaint: Mapping[str, Any]) -> Answer:
        """Keep a report of the public."""
        ...

    async def reports(self, subject: str, limit: int) -> list[dict[str, Any]]:
        """Return the reports of a case, newest first."""
        ...

    async def appeal(self, event_id: str, subject: str, account_id: str, text: str) -> Answer:
        """Let an owner ask for another look."""
        ...

    async def block(self, value: str, reason: str, moderator: str, subject: str | None) -> bool:
        """Block a hash; False if it is blocked already."""
        ...

    async def unblock(self, value: str, reason: str, moderator: str) -> bool:
        """Let a hash in again; False if it was not blocked."""
        ...

    async def match(self, sha256: str, picture: str | None, most_bits: int) -> Match | None:
        """Return the blocked hash that stops content, or None."""
        ...

    async def blocked_files(self, limit: int) -> list[str]:
        """Return so many of the SHA-256 that are blocked."""
        ...

    async def blocked(self, after: str, limit: int) -> list[dict[str, Any]]:
        """Return blocked hashes in their order."""
        ...

    async def offenders(self, least_refused: int, limit: int) -> list[dict[str, Any]]:
        """Return accounts whose content was refused again and again."""
        ...

    async def account(self, account_id: str) -> dict[str, Any]:
        """Return what is known of one account."""
        ...

    async def refused_upload(self, event_id: str, subject: str, account_id: str, sha256: str) -> None:
        """Note that an upload of refused content was turned away."""
        ...

    async def spread(self, least_accounts: int, limit: int) -> list[dict[str, Any]]:
        """Return refused content that many accounts brought."""
        ...

    async def brought(self, sha256: str) -> list[dict[str, Any]]:
        """Return who brought some content."""
        ...

    async def spend(self, calls: int, limit: int) -> Spending:
        """Take calls from the day's budget, all of them or none."""
        ...

    async def settle(self, day: str, taken: int, made: int) -> None:
        """Correct what was taken from a day's budget to what was sent in the end."""
        ...

    async def statistics(self) -> dict[str, Any]:
        """Return the counts of scans and cases."""
        ...

    async def checkpoint(self, key_id: str, key: str) -> Checkpoint | None:
        """Sign the chain as it is; None while there is none."""
        ...

    async def verify(self, keys: Mapping[str, str], kept: Mapping[str, Any] | None) -> Proof:
        """Prove the ledger, and that it holds a checkpoint that was kept elsewhere."""
        ...

    async def export(self, query: Mapping[str, Any]) -> ExportPage:
        """Return a page of the trail as text."""
        ...

    async def retain(self, event_id: str, days: int) -> Retained:
        """Forget the payloads of events older than so many days."""
        ...


class Assets(Protocol):
    """The objects that own assets."""

    async def read(self, asset_id: str) -> StoredAsset | None:
        """Return an asset with everybody who holds it, or None."""
        ...

    async def decide(
        self,
        asset_id: str,
        state: str,
        reason: str,
        expected_version: int | None,
        seq: int | None = None,
        judged: Judged | None = None,
    ) -> Decided:
        """Move an asset to another state if that is legal and it is at the expected version.

        `seq` is the event of the ledger that says so: a conflict if a later one was obeyed. `judged` is what
        of the accounts' words an approval covers.
        """
        ...

    async def confirm(self, asset_id: str, judged: Judged) -> bool:
        """Settle what was judged of an asset that was decided on; False for one that is not there."""
        ...


class Links(Protocol):
    """The objects that own codes."""

    async def read(self, code: str) -> StoredLink | None:
        """Return a claimed link with its clicks, or None."""
        ...

    async def change(
        self, code: str, changes: Mapping[str, Any], expected_version: int | None
    ) -> StoredLink | Literal["unknown", "conflict"]:
        """Change fields of the wire form (None resets one) if the version is as expected."""
        ...


class Messages(Protocol):
    """A queue: of approved content that is to be published, of notices for moderators."""

    async def submit(self, message: Mapping[str, Any]) -> None:
        """Queue a message. Its `event_id` tells the consumer whether it came before."""
        ...

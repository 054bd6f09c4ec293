"""Having the owner of content do what its case says, and those hear of it who have to.

The ledger knows first; this may run at any time, any number of times and beside itself. An asset's owner
obeys no event that a later one overtook. A link is read before its case, and changed at the version that was
read. So a late run cannot put back what a later decision took away. What fails half-way stays due.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from assets.judged import Judged
from assets.states import APPROVED, FLAGGED, PENDING, REFUSED, REJECTED
from assets.store import Outcome
from casework.ledger import by_person
from casework.states import SEEN, State
from delivery.publication import withdraw
from moderating.digests import link_sha256
from moderating.errors import EnforcementError
from moderating.notices import flagged_notice
from sharelinks.holding import moderated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delivery.publication import Decided, EdgeCopies
    from moderating.ports import Assets, Ledger, Links, Messages
    from sharelinks.record import LinkRecord

ASSET = "asset"
LINK = "link"
MAX_TRIES = 5

_FOR_A_PERSON = (State.FLAGGED, State.DOUBTED)


class Fate(StrEnum):
    """What became of enforcing."""

    ENFORCED = "enforced"
    NOTHING_DUE = "nothing_due"
    UNKNOWN = "unknown"
    """There is no such case."""
    GONE = "gone"
    """There is no such content any more."""
    STALE = "stale"
    """The case approves other content than the subject has now: that has to be looked at first."""


@dataclass(frozen=True, slots=True)
class Enforcement:
    """Whom enforcing talks to."""

    ledger: Ledger
    assets: Assets
    links: Links
    edge_copies: EdgeCopies
    publishing: Messages
    notices: Messages


@dataclass(frozen=True, slots=True)
class Enforced:
    """What became of enforcing, and the case as it was then."""

    fate: Fate
    case: dict[str, Any] | None = None


class _OvertakenError(Exception):
    """Somebody changed the owner or decided meanwhile."""


async def enforce(subject: str, ports: Enforcement, judged: Judged | None = None) -> Enforced:
    """Bring the owner of a subject to where its case stands, if it has not heard of that yet.

    `judged` is what of an account's words for an asset was just found fit; a person's approval covers all
    that was there when it was taken. Raises EnforcementError for what cannot be done, and what the ports
    raise; then it stays due.
    """
    kind, _, name = subject.partition(":")
    for _ in range(MAX_TRIES):
        try:
            if kind == ASSET:
                return await _enforce_asset(subject, name, ports, judged)
            return await _enforce_link(subject, name, ports)
        except _OvertakenError:
            continue
    raise EnforcementError(f"{subject} changes all the time")


async def _enforce_asset(subject: str, asset_id: str, ports: Enforcement, judged: Judged | None) -> Enforced:
    case, seq = await _due(subject, ports)
    if case is None or not seq:
        if case is not None and case["standing"] != PENDING and await _is_new(asset_id, ports):
            await _obey(asset_id, case, case["standing_seq"], ports, judged)
        return _nothing(case)
    if case["standing"] != PENDING and not await _obey(asset_id, case, seq, ports, judged):
        return await _gone(case, seq, ports)
    return await _settle(case, seq, ports)


async def _is_new(asset_id: str, ports: Enforcement) -> bool:
    """Tell whether an asset knows nothing of its case: it was erased, and came again."""
    stored = await ports.assets.read(asset_id)
    return stored is not None and stored.record.state == PENDING


async def _obey(
    asset_id: str, case: Mapping[str, Any], seq: int, ports: Enforcement, judged: Judged | None
) -> bool:
    """Have an asset's owner do what the case says; False where there is nothing left to do so with."""
    if case["standing"] == APPROVED and by_person(case["decided_by"]):
        judged = Judged(until=case["decided_at"])
    decided = await _decide(asset_id, case["standing"], case["reason"], seq, ports, judged)
    if decided.record is None or not _is_obeyed(decided, case["standing"]):
        return False
    if judged is not None and decided.outcome is not Outcome.CHANGED:
        await ports.assets.confirm(asset_id, judged)
    await withdraw(ports.edge_copies, decided.record)
    return True


async def _enforce_link(subject: str, code: str, ports: Enforcement) -> Enforced:
    stored = await ports.links.read(code)
    case, seq = await _due(subject, ports)
    if case is None or not seq:
        if case is not None and stored is not None and _waits_in_vain(stored.record, case):
            await _change(stored.record, case, ports)
        return _nothing(case)
    if stored is None:
        return await _gone(case, seq, ports)
    if case["standing"] == APPROVED and case["sha256"] != link_sha256(stored.record):
        return Enforced(Fate.STALE, case)
    if case["standing"] != PENDING:
        await _change(stored.record, case, ports)
    return await _settle(case, seq, ports)


def _waits_in_vain(record: LinkRecord, case: Mapping[str, Any]) -> bool:
    """Tell whether a link waits for what was approved long ago: it was changed, and changed back."""
    is_approved = case["state"] in SEEN and case["sha256"] == link_sha256(record)
    return is_approved and record.state == PENDING


async def _due(subject: str, ports: Enforcement) -> tuple[dict[str, Any] | None, int]:
    due = await ports.ledger.due(subject)
    return due["case"], due["seq"]


def _nothing(case: dict[str, Any] | None) -> Enforced:
    return Enforced(Fate.UNKNOWN if case is None else Fate.NOTHING_DUE, case)


async def _decide(
    asset_id: str, state: str, reason: str, seq: int, ports: Enforcement, judged: Judged | None
) -> Decided:
    """Have an asset's owner obey, in two moves where the assets' table has no single one."""
    decided = await ports.assets.decide(asset_id, state, reason, None, seq, judged)
    if decided.outcome is Outcome.CONFLICT:
        raise _OvertakenError
    if decided.outcome is Outcome.ILLEGAL and _is_in(decided, APPROVED) and state == REJECTED:
        await _decide(asset_id, FLAGGED, reason, seq, ports, None)
        return await _decide(asset_id, state, reason, seq, ports, None)
    return decided


def _is_obeyed(decided: Decided, standing: str) -> bool:
    """Tell whether the owner does as the case says, False where there is nothing left to do so with.

    What is refused and shall be so in another way stays as it is: to change it, it would have to be approved
    for a moment.
    """
    # For the same state there is no move, even for another reason.
    enough = (standing,) if standing == APPROVED else (standing, *REFUSED)
    if decided.outcome is not Outcome.ILLEGAL or (_is_in(decided, *enough) and not decided.cause):
        return True
    if decided.record is not None and (decided.record.held or decided.cause):
        why = decided.cause or f"it is {decided.record.state}"
        raise EnforcementError(f"asset:{decided.record.asset_id} cannot become {standing}: {why}")
    return False


def _is_in(decided: Decided, *states: str) -> bool:
    return decided.record is not None and decided.record.state in states


async def _change(record: LinkRecord, case: Mapping[str, Any], ports: Enforcement) -> None:
    """Change a link, one version later even where nothing differs: whoever was overtaken finds that out."""
    changes = moderated(record, case["standing"], case["reason"], case["decided_at"])
    if isinstance(await ports.links.change(record.code, changes, record.version), str):
        raise _OvertakenError
    if changes or case["standing"] != APPROVED:
        await ports.edge_copies.purge_link(record.code)


async def _gone(case: dict[str, Any], seq: int, ports: Enforcement) -> Enforced:
    subject = case["subject"]
    await ports.ledger.withdraw(f"gone:{subject}:{case['round']}:{seq}", subject)
    await ports.ledger.enforced(subject, seq)
    return Enforced(Fate.GONE, case)


async def _settle(case: dict[str, Any], seq: int, ports: Enforcement) -> Enforced:
    if case["standing"] == APPROVED:
        await ports.publishing.submit(publication(case, seq))
    if case["state"] in _FOR_A_PERSON:
        await ports.notices.submit(flagged_notice(case, seq))
    if not await ports.ledger.enforced(case["subject"], seq):
        raise _OvertakenError
    return Enforced(Fate.ENFORCED, case)


def publication(case: Mapping[str, Any], seq: int) -> dict[str, Any]:
    """Return the message that asks to publish what was approved by the event `seq`."""
    subject = case["subject"]
    return {
        "kind": "publish",
        "event_id": f"publish:{subject}:{case['round']}:{seq}",
        "subject": subject,
        "account_id": case["account_id"],
        "round": case["round"],
        "seq": seq,
    }

"""Reading what cases are about, and giving a case to content that is older than its message or the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets.states import APPROVED, FLAGGED, REJECTED, TAKEN_DOWN
from casework.ledger import ADOPTED
from casework.states import State, Step
from http_api.assets.lookup import read_asset
from moderating.digests import link_sha256
from sharelinks.codes import parse_code

if TYPE_CHECKING:
    from assets.store import StoredAsset
    from http_api.services import Services
    from sharelinks.store import StoredLink

ASSET = "asset"
LINK = "link"
NOBODY = "nobody"

_STEPS = {
    APPROVED: Step.APPROVE,
    FLAGGED: Step.REOPEN,
    REJECTED: Step.REJECT,
    TAKEN_DOWN: Step.TAKE_DOWN,
}


def asset_subject(asset_id: str) -> str:
    """Return what the case of an asset is about."""
    return f"{ASSET}:{asset_id}"


def link_subject(code: str) -> str:
    """Return what the case of a link is about."""
    return f"{LINK}:{code}"


async def asset_of(ports: Services, subject: str) -> StoredAsset | None:
    """Return the asset that a case is about, None if it is about a link or the asset is gone."""
    kind, _, name = subject.partition(":")
    return await read_asset(ports, name) if kind == ASSET else None


async def link_of(ports: Services, subject: str) -> StoredLink | None:
    """Return the link that a case is about, None if it is about an asset or nobody claimed the code."""
    kind, _, name = subject.partition(":")
    if kind != LINK or parse_code(name) is None:
        return None
    return await ports.links.read(name)


async def find_case(ports: Services, subject: str) -> dict[str, Any] | None:
    """Return the case of a subject, which begins here if only the content is there; None if nothing is."""
    case = await ports.ledger.read(subject)
    if case is not None and case["state"] != State.WITHDRAWN:
        return case
    begun = 0 if case is None else case["round"]
    asset = await asset_of(ports, subject)
    if asset is not None:
        return await _adopt_asset(ports, subject, asset, begun)
    link = await link_of(ports, subject)
    return case if link is None else await _adopt_link(ports, subject, link, begun)


async def hold(ports: Services, subject: str, account_id: str, sha256: str) -> None:
    """Note that an account brought the content, if the message that says so has not come."""
    await ports.ledger.open(f"{ADOPTED}:{subject}:{account_id}:holds", subject, account_id, sha256)


async def _adopt_asset(
    ports: Services, subject: str, stored: StoredAsset, begun: int
) -> dict[str, Any] | None:
    record = stored.record
    accounts = [one.account_id for one in stored.references] or [NOBODY]
    for account_id in accounts:
        await ports.ledger.open(
            f"{ADOPTED}:{subject}:{begun}:{account_id}", subject, account_id, record.sha256
        )
    await _decide_as_it_was(ports, subject, record.state, record.reason, begun)
    return await ports.ledger.read(subject)


async def _adopt_link(ports: Services, subject: str, stored: StoredLink, begun: int) -> dict[str, Any] | None:
    record = stored.record
    if record.alias_of is not None:
        return None
    event_id = f"{ADOPTED}:{subject}:{begun}:{record.account_id}"
    await ports.ledger.open(event_id, subject, record.account_id, link_sha256(record))
    if record.state in (REJECTED, TAKEN_DOWN):
        await _decide_as_it_was(ports, subject, record.state, record.reason, begun)
    return await ports.ledger.read(subject)


async def _decide_as_it_was(ports: Services, subject: str, state: str, reason: str, begun: int) -> None:
    """Record the decision under which content is. A link that leads on was never looked at: it waits."""
    step = _STEPS.get(state)
    if step is not None:
        wanted = {"step": step.value, "moderator": ADOPTED, "reason": reason, "notes": ""}
        await ports.ledger.decide(f"{ADOPTED}:{subject}:{begun}:{state}", subject, wanted)

"""Bringing an asset to a state that was asked for, by the step that leads there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets.judged import Judged
from assets.states import APPROVED, FLAGGED, REJECTED, TAKEN_DOWN
from casework.states import SEEN, State, Step
from delivery.publication import withdraw
from http_api.assets.lookup import read_asset, unknown_asset
from http_api.errors import ApiError, unavailable
from http_api.moderation.deciding import check_bytes, checked, enforcement
from http_api.moderation.owners import asset_subject, find_case
from http_api.moderation.refusals import illegal_decision
from moderating.enforcing import Fate, enforce
from moderating.errors import EnforcementError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from http_api.moderation.reviewers import Reviewer
    from http_api.schemas.assets import DecisionCreate
    from http_api.services import Services
    from moderating.enforcing import Enforced

_NEW = (State.PENDING, State.FLAGGED)
_REFUSED = (State.REJECTED, State.TAKEN_DOWN, State.APPEALED)
_STEPS: dict[str, dict[State, Step]] = {
    APPROVED: dict.fromkeys((*_NEW, State.DOUBTED), Step.APPROVE) | dict.fromkeys(_REFUSED, Step.REINSTATE),
    FLAGGED: dict.fromkeys((State.PENDING, *SEEN), Step.REOPEN),
    REJECTED: dict.fromkeys(_NEW, Step.REJECT),
    TAKEN_DOWN: dict.fromkeys((*_NEW, *SEEN), Step.TAKE_DOWN),
}


async def bring_to(reviewer: Reviewer, asset_id: str, wanted: DecisionCreate, key: str | None) -> None:
    """Decide so that an asset comes to a state, and have that enforced; raise ApiError."""
    ports, subject = reviewer.ports, asset_subject(asset_id)
    stored = await read_asset(ports, asset_id)
    case = None if stored is None else await find_case(ports, subject)
    if stored is None or case is None:
        raise unknown_asset()
    if wanted.version not in (None, stored.record.version):
        raise ApiError(
            409, "version_conflict", f"The asset was changed; it is at version {stored.record.version}."
        )
    step = _step(case, wanted.state)
    if step is not None:
        await check_bytes(ports, subject, step)
        told = {"step": step.value, "moderator": reviewer.name, "reason": wanted.reason, "notes": ""}
        checked(await ports.ledger.decide(reviewer.event_id("decision", key), subject, told))
    enforced = await _enforce(ports, subject)
    if enforced.fate is Fate.NOTHING_DUE and enforced.case is not None:
        await _enforce_again(ports, asset_id, enforced.case)
    if step is None:
        # Who says the same again speaks of those who came later, too.
        await ports.assets.confirm(asset_id, Judged(until=ports.now()))


def _step(case: Mapping[str, Any], state: str) -> Step | None:
    """Return the step to a state, None for a case that stands so; raise ApiError where none leads there."""
    if case["standing"] == state and case["state"] not in (State.APPEALED, State.DOUBTED):
        return None
    step = _STEPS[state].get(State(case["state"]))
    if step is None and case["state"] == State.APPEALED and case["standing"] == state:
        return Step.UPHOLD
    if step is None:
        raise illegal_decision(case["state"])
    return step


async def _enforce_again(ports: Services, asset_id: str, case: Mapping[str, Any]) -> None:
    """Say what the owner knows: copies may have survived somewhere.

    An owner that has heard of something later does not obey.
    """
    standing, reason, seq = case["standing"], case["reason"], case["standing_seq"]
    decided = await ports.assets.decide(asset_id, standing, reason, None, seq)
    if decided.record is not None:
        await withdraw(ports.edge_copies, decided.record)


async def _enforce(ports: Services, subject: str) -> Enforced:
    try:
        return await enforce(subject, enforcement(ports))
    except EnforcementError as error:
        ports.incidents.note("not_enforced", error)
        raise unavailable() from error

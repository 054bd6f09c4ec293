"""Decisions: the ledger first, then the owner of the content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets.names import original_key
from casework.cases import Outcome
from casework.states import Step
from http_api.concurrency import map_concurrently
from http_api.errors import ApiError
from http_api.moderation.owners import asset_of, find_case
from http_api.moderation.refusals import (
    bytes_missing,
    case_claimed,
    illegal_decision,
    refusal,
    unknown_case,
)
from http_api.schemas.case_views import BulkResult, case_view
from moderating.enforcing import Enforcement, Fate, enforce
from moderating.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from casework import Answer
    from http_api.moderation.reviewers import Reviewer
    from http_api.schemas.case_views import DecidedView
    from http_api.schemas.moderation import BulkDecision, CaseDecision
    from http_api.services import Services

DONE = 200
ACCEPTED = 202

_AT_ONCE = 8
_SHOWING = (Step.APPROVE.value, Step.REINSTATE.value)
_NOT_YET = (Fate.STALE,)


async def decide_case(
    reviewer: Reviewer, subject: str, wanted: CaseDecision, key: str | None
) -> tuple[DecidedView, int]:
    """Take a decision and enforce it; return what became of it, and 202 where enforcing has to follow."""
    ports = reviewer.ports
    await check_bytes(ports, subject, wanted.step)
    told = _event(reviewer, wanted)
    event_id = reviewer.event_id("decision", wanted.event_id or key)
    answer = await ports.ledger.decide(event_id, subject, told)
    if answer.outcome is Outcome.UNKNOWN and await find_case(ports, subject) is not None:
        answer = await ports.ledger.decide(event_id, subject, told)
    return await _settled(ports, checked(answer))


async def decide_many(
    reviewer: Reviewer, wanted: Sequence[BulkDecision], key: str | None
) -> list[BulkResult]:
    """Take decisions, each with a result of its own."""
    ports = reviewer.ports
    results: list[BulkResult] = [{"index": place, "subject": one.subject} for place, one in enumerate(wanted)]
    taken = [place for place, one in enumerate(wanted) if await _can_be_shown(ports, one, results[place])]
    events = [
        {
            **_event(reviewer, wanted[place]),
            "subject": wanted[place].subject,
            "event_id": reviewer.event_id("decision", wanted[place].event_id or (key and f"{key}:{place}")),
        }
        for place in taken
    ]
    answers = await _decided(ports, events) if events else []

    async def settle(pair: tuple[int, Answer | LedgerError]) -> None:
        place, answer = pair
        try:
            if isinstance(answer, LedgerError):
                raise refusal(answer)
            view, status = await _settled(ports, checked(answer))
        except ApiError as error:
            results[place] |= {"status": error.status, "problem": error.document()}
        else:
            results[place] |= {
                "status": status,
                "case": view["case"],
                "outcome": view["outcome"],
                "enforced": view["enforced"],
            }

    await map_concurrently(settle, zip(taken, answers, strict=True), _AT_ONCE)
    return results


async def _decided(ports: Services, events: Sequence[Mapping[str, Any]]) -> list[Answer | LedgerError]:
    """Record decisions, also on content that has no case yet: it gets one, as for a single decision."""
    answers = await ports.ledger.decide_many(events)
    missing = [
        place
        for place, answer in enumerate(answers)
        if not isinstance(answer, LedgerError) and answer.outcome is Outcome.UNKNOWN
    ]
    found = [place for place in missing if await find_case(ports, events[place]["subject"]) is not None]
    if found:
        again = await ports.ledger.decide_many([events[place] for place in found])
        for place, answer in zip(found, again, strict=True):
            answers[place] = answer
    return answers


def checked(answer: Answer) -> Answer:
    """Return an answer that a decision was taken, now or before; raise ApiError for any other."""
    match answer.outcome:
        case Outcome.CHANGED | Outcome.REPEATED:
            return answer
        case Outcome.CLAIMED:
            raise case_claimed(answer.case)
        case Outcome.UNKNOWN:
            raise unknown_case()
    raise illegal_decision((answer.case or {})["state"])


async def check_bytes(ports: Services, subject: str, step: str) -> None:
    """Raise ApiError if a step would show an asset whose file is not there: it must not be recorded."""
    if step not in _SHOWING:
        return
    asset = await asset_of(ports, subject)
    if asset is not None and await ports.stored_media.length(original_key(asset.record)) is None:
        raise bytes_missing()


async def carry_out(ports: Services, subject: str) -> bool:
    """Have the owner do what the case says; False if that failed: then the moderator's cron makes it good."""
    try:
        enforced = await enforce(subject, enforcement(ports))
    except Exception as error:  # noqa: BLE001 - whatever it is, the decision stands and is enforced later
        ports.incidents.note("not_enforced", error)
        return False
    return enforced.fate not in _NOT_YET


def enforcement(ports: Services) -> Enforcement:
    """Return whom enforcing talks to."""
    return Enforcement(
        ports.ledger, ports.assets, ports.links, ports.edge_copies, ports.publishing, ports.notices
    )


async def _settled(ports: Services, answer: Answer) -> tuple[DecidedView, int]:
    case: Mapping[str, Any] = answer.case or {}
    enforced = await carry_out(ports, case["subject"])
    view: DecidedView = {"case": case_view(case), "outcome": answer.outcome.value, "enforced": enforced}
    return view, DONE if enforced else ACCEPTED


async def _can_be_shown(ports: Services, wanted: BulkDecision, result: BulkResult) -> bool:
    try:
        await check_bytes(ports, wanted.subject, wanted.step)
    except ApiError as error:
        result |= {"status": error.status, "problem": error.document()}
        return False
    return True


def _event(reviewer: Reviewer, wanted: CaseDecision) -> dict[str, Any]:
    return {
        "step": wanted.step,
        "moderator": reviewer.name,
        "reason": wanted.reason,
        "notes": wanted.notes,
    }

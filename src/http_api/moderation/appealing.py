"""Owners: what was decided about their content, and why; and their word against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from assets.states import PENDING
from casework.cases import Outcome
from http_api.assets.lookup import find_own_asset
from http_api.errors import ApiError
from http_api.links.lookup import find_link, unknown_link
from http_api.moderation.owners import asset_subject, find_case, hold, link_subject
from http_api.schemas.case_views import statement_view
from http_api.schemas.views import visible_code
from moderating.digests import link_sha256
from moderating.notices import appeal_notice

if TYPE_CHECKING:
    from http_api.auth import Caller
    from http_api.schemas.case_views import StatementView
    from http_api.services import Services

EVENT_CHARACTERS = 22


class Owned(NamedTuple):
    """Content of the caller's: its case, where to appeal, and whether the case is the caller's to know."""

    subject: str
    sha256: str
    appeal_url: str
    is_told: bool = True


async def owned_asset(caller: Caller, asset_id: str) -> Owned:
    """Return an asset that the caller holds; 404 for any other.

    Of one that waits for its owner nothing is told: it may be decided on for somebody else.
    """
    seen = await find_own_asset(caller, asset_id)
    is_told = seen.reference.confirmed and seen.record.state != PENDING
    url = f"{caller.ports.public_base_url}/api/v1/assets/{asset_id}/appeal"
    return Owned(asset_subject(asset_id), seen.record.sha256, url, is_told)


async def owned_link(caller: Caller, code: str) -> Owned:
    """Return a link of the caller's; 404 for any other."""
    record = (await find_link(caller, code)).record
    if record.account_id != caller.account_id:
        raise unknown_link()
    url = f"{caller.ports.public_base_url}/api/v1/links/{visible_code(record)}/appeal"
    return Owned(link_subject(record.code), link_sha256(record), url)


async def statement(caller: Caller, owned: Owned) -> StatementView:
    """Return what was decided about content, with the reasons."""
    case = await find_case(caller.ports, owned.subject) if owned.is_told else None
    return statement_view(owned.subject, case, owned.appeal_url)


async def appeal(caller: Caller, owned: Owned, text: str, key: str | None) -> StatementView:
    """Ask for another look; 409 where nothing was refused, or a refusal was confirmed."""
    ports, account_id = caller.ports, caller.account_id
    event_id = f"appeal:{account_id}:{key or ports.new_code(EVENT_CHARACTERS)}"
    if not owned.is_told:
        raise _not_appealable()
    answer = await ports.ledger.appeal(event_id, owned.subject, account_id, text)
    if answer.outcome is Outcome.UNKNOWN and await find_case(ports, owned.subject) is not None:
        await hold(ports, owned.subject, account_id, owned.sha256)
        answer = await ports.ledger.appeal(event_id, owned.subject, account_id, text)
    if answer.outcome not in (Outcome.CHANGED, Outcome.REPEATED) or answer.case is None:
        raise _not_appealable()
    await _notify(ports, answer.case, event_id)
    return statement_view(owned.subject, answer.case, owned.appeal_url)


async def _notify(ports: Services, case: dict[str, Any], event_id: str) -> None:
    """Tell moderators. The case waits in their queue anyway, so a failure is noted and not answered."""
    try:
        await ports.notices.submit(appeal_notice(case, event_id))
    except Exception as error:  # noqa: BLE001 - whatever it is, the appeal is kept
        ports.incidents.note("moderators_not_told", error)


def _not_appealable() -> ApiError:
    return ApiError(409, "not_appealable", "There is no decision to appeal against, or it is final.")

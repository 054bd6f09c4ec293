"""`/api/v1/links`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from accounts import Principal, Scope
from http_api.auth import ServicesOf, require
from http_api.errors import ApiError
from http_api.schemas.links import LinkCreate, LinkView
from http_api.services import Services  # noqa: TC001 - FastAPI reads annotations at run time
from sharelinks.codes import CODE_LENGTH, parse_code
from sharelinks.record import LinkRecord

router = APIRouter(prefix="/api/v1/links", tags=["links"])

MAX_CLAIM_TRIES = 5


@router.post("", status_code=201)
async def create_link(
    wanted: LinkCreate,
    ports: ServicesOf,
    _who: Annotated[Principal, Depends(require(Scope.LINKS_WRITE))],
) -> LinkView:
    """Claim a code and make it lead to the target."""
    record = await (_claim_slug(wanted, ports) if wanted.code else _claim_random(wanted, ports))
    await ports.moderation.submit_link(record)
    return _view(record, 0, ports)


@router.get("/{code}")
async def read_link(
    code: str,
    ports: ServicesOf,
    _who: Annotated[Principal, Depends(require(Scope.LINKS_READ))],
) -> LinkView:
    """Return a link and how often it was clicked."""
    stored = await ports.links.read(code) if parse_code(code) else None
    if stored is None:
        raise ApiError(404, "unknown_link", "There is no link with this code.")
    return _view(stored.record, stored.clicks, ports)


async def _claim_slug(wanted: LinkCreate, ports: Services) -> LinkRecord:
    record = _record(wanted, wanted.code or "", ports)
    if not await ports.links.claim(record):
        raise ApiError(409, "code_taken", "This code is taken.")
    return record


async def _claim_random(wanted: LinkCreate, ports: Services) -> LinkRecord:
    """Claim a random code, a longer one after each collision."""
    for extra in range(MAX_CLAIM_TRIES):
        record = _record(wanted, ports.new_code(CODE_LENGTH + extra), ports)
        if await ports.links.claim(record):
            return record
    raise ApiError(503, "no_free_code", "No free code was found; try again.")


def _record(wanted: LinkCreate, code: str, ports: Services) -> LinkRecord:
    return LinkRecord(code=code, target=wanted.target, created_at=ports.now(), title=wanted.title)


def _view(record: LinkRecord, clicks: int, ports: Services) -> LinkView:
    return LinkView(
        code=record.code,
        short_url=f"{ports.public_base_url}/s/{record.code}",
        target=record.target,
        title=record.title,
        status=record.status,
        state=record.state,
        created_at=record.created_at,
        clicks=clicks,
    )

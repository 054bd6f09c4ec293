"""Who keeps bringing what was refused, what keeps coming, and the hashes that stop it at the door."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse

from casework.blocking import NEAR_BITS
from casework.states import State
from http_api.auth import Moderator  # noqa: TC001 - FastAPI reads annotations at run time
from http_api.body import read_json
from http_api.errors import ApiError
from http_api.links.validating import validated
from http_api.moderation.files import with_moments
from http_api.moderation.reviewers import Reviewing  # noqa: TC001 - FastAPI reads annotations at run time
from http_api.moments import write_moment
from http_api.openapi import PROBLEMS, SECURED, reads
from http_api.routers.links import DEFAULT_PAGE, MAX_PAGE
from http_api.schemas.case_views import case_view
from http_api.schemas.moderation import BlockedHashCreate

router = APIRouter(prefix="/api/v1/moderation", tags=["moderation"])

_CASES_OF_ACCOUNT = 100
_EVERY_STATE = [state.value for state in State]

Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
Account = Annotated[str, Path(min_length=1, max_length=200)]
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
HashValue = Annotated[str, Path(pattern="^([0-9a-f]{64}|[0-9a-f]{16})$")]


@router.get("/accounts", openapi_extra=SECURED, responses=PROBLEMS)
async def list_accounts(
    caller: Moderator,
    least_refused: Annotated[int, Query(ge=1, le=1_000_000)] = 2,
    limit: Limit = DEFAULT_PAGE,
) -> JSONResponse:
    """Return accounts with so many refused cases or more, the most refused first."""
    found = await caller.ports.ledger.offenders(least_refused, limit)
    return JSONResponse({"items": [with_moments(one) for one in found]})


@router.get("/accounts/{account_id}", openapi_extra=SECURED, responses=PROBLEMS)
async def read_account(account_id: Account, caller: Moderator) -> JSONResponse:
    """Return what an account brought, and the cases of all that it holds."""
    ledger = caller.ports.ledger
    query = {"holder": account_id, "states": _EVERY_STATE, "limit": _CASES_OF_ACCOUNT}
    counts, page = await asyncio.gather(ledger.account(account_id), ledger.page(query))
    cases = [case_view(case) for case in page["cases"]]
    return JSONResponse({**with_moments(counts), "cases": cases})


@router.get("/hashes", openapi_extra=SECURED, responses=PROBLEMS)
async def list_hashes(
    caller: Moderator,
    least_accounts: Annotated[int, Query(ge=1, le=1_000_000)] = 2,
    limit: Limit = DEFAULT_PAGE,
) -> JSONResponse:
    """Return refused content that so many accounts or more brought, the most spread first."""
    found = await caller.ports.ledger.spread(least_accounts, limit)
    return JSONResponse({"items": [with_moments(one) for one in found]})


@router.get("/hashes/{sha256}", openapi_extra=SECURED, responses=PROBLEMS)
async def read_hash(sha256: Sha256, caller: Moderator) -> JSONResponse:
    """Return who brought some content, and whether the block-list stops it."""
    ledger = caller.ports.ledger
    uploads, match = await asyncio.gather(ledger.brought(sha256), ledger.match(sha256, None, NEAR_BITS))
    items = [
        {**one, "first_at": write_moment(one["first_at"]), "last_at": write_moment(one["last_at"])}
        for one in uploads
    ]
    return JSONResponse({"sha256": sha256, "blocked": match, "uploads": items})


@router.get("/blocked-hashes", openapi_extra=SECURED, responses=PROBLEMS)
async def list_blocked(
    caller: Moderator,
    after: Annotated[str, Query(max_length=64, description="From `next`.")] = "",
    limit: Limit = DEFAULT_PAGE,
) -> JSONResponse:
    """Return blocked hashes in their order."""
    rows = await caller.ports.ledger.blocked(after, limit)
    items = [{**row, "at": write_moment(row["at"])} for row in rows]
    return JSONResponse({"items": items, "next": rows[-1]["hash"] if len(rows) == limit else None})


@router.post(
    "/blocked-hashes",
    status_code=201,
    openapi_extra=reads("BlockedHashCreate"),
    responses=PROBLEMS,
)
async def block(request: Request, reviewer: Reviewing) -> JSONResponse:
    """Block a hash; 200 for one that is blocked already, whose reason stays."""
    wanted = validated(BlockedHashCreate, await read_json(request), reviewer.ports)
    ledger = reviewer.ports.ledger
    is_new = await ledger.block(wanted.value, wanted.reason, reviewer.name, wanted.subject)
    reviewer.ports.blocked_files.forget()
    content: dict[str, Any] = {"hash": wanted.value, "changed": is_new}
    return JSONResponse(content, status_code=201 if is_new else 200)


@router.delete("/blocked-hashes/{value}", openapi_extra=SECURED, responses=PROBLEMS)
async def unblock(
    value: HashValue, reviewer: Reviewing, reason: Annotated[str, Query(max_length=1_000)] = ""
) -> JSONResponse:
    """Let a hash in again."""
    if not await reviewer.ports.ledger.unblock(value, reason, reviewer.name):
        raise ApiError(404, "unknown_hash", "This hash is not blocked.")
    return JSONResponse({"hash": value, "changed": True})

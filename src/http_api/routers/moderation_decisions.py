"""Decisions on cases: one, or many at once."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from http_api.body import MAX_BULK_BYTES, read_json
from http_api.links.validating import validated
from http_api.moderation.deciding import decide_case, decide_many
from http_api.moderation.reviewers import EventKey, Reviewing  # noqa: TC001 - FastAPI reads annotations at run time
from http_api.openapi import answers, reads
from http_api.schemas.moderation import BulkDecisions, CaseDecision

router = APIRouter(prefix="/api/v1/moderation", tags=["moderation"])

_FIRST_FAILURE = 400


@router.post(
    "/cases/{subject}/decisions", openapi_extra=reads("CaseDecision"), responses=answers("DecidedView")
)
async def decide(subject: str, request: Request, reviewer: Reviewing, key: EventKey = None) -> JSONResponse:
    """Take a step. 202 if it is recorded and the content follows later.

    The same `event_id` in the body, or `Idempotency-Key`, does it once.
    """
    wanted = validated(CaseDecision, await read_json(request), reviewer.ports)
    view, status = await decide_case(reviewer, subject, wanted, key)
    content: Any = view
    return JSONResponse(content, status_code=status)


@router.post(
    "/decisions",
    status_code=207,
    openapi_extra=reads("BulkDecisions"),
    responses=answers("BulkResults", 207, "Each has a status of its own"),
)
async def decide_all(request: Request, reviewer: Reviewing, key: EventKey = None) -> JSONResponse:
    """Take up to 100 steps; one that fails stops no other."""
    body = await read_json(request, MAX_BULK_BYTES)
    wanted = validated(BulkDecisions, body, reviewer.ports).decisions
    results = await decide_many(reviewer, wanted, key)
    failed = sum(one["status"] >= _FIRST_FAILURE for one in results)
    content = {"decided": len(results) - failed, "failed": failed, "results": results}
    return JSONResponse(content, status_code=207)

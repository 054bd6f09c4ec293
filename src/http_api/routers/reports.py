"""`/api/v1/reports`: what the public says of content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from http_api.body import read_json
from http_api.errors import ApiError
from http_api.links.validating import validated
from http_api.moderation.reporting import file_report
from http_api.moderation.reviewers import EventKey  # noqa: TC001 - FastAPI reads annotations at run time
from http_api.openapi import answers, reads
from http_api.rate_limiting import address_of
from http_api.schemas.moderation import ReportCreate
from ratelimit.addresses import address_block
from ratelimit.headers import rate_limit_headers

if TYPE_CHECKING:
    from http_api.services import Services

router = APIRouter(prefix="/api/v1/reports", tags=["moderation"])

MAX_REPORT_BYTES = 64 * 1024
_OPEN = {"requestBody": reads("ReportCreate")["requestBody"]}


@router.post(
    "", status_code=202, openapi_extra=_OPEN, responses=answers("ReportReceived", 202, "It will be looked at")
)
async def report(request: Request, key: EventKey = None) -> JSONResponse:
    """Report content; no token is needed. The answer is the same whether there is such content or not.

    Your address is kept only as a hash under a secret key, so that one person counts once.
    """
    ports: Services = request.scope["services"]
    wanted = validated(ReportCreate, await read_json(request, MAX_REPORT_BYTES), ports)
    address = address_block(address_of(request.scope))
    await _check_limit(ports, address)
    report_id = await file_report(ports, address, wanted, key)
    return JSONResponse({"report_id": report_id, "status": "received"}, status_code=202)


async def _check_limit(ports: Services, address: str) -> None:
    """Refuse an address that reports very often; a limiter that fails must not silence anybody."""
    try:
        decision = await ports.rate_limits.check("reports", address)
    except Exception as error:  # noqa: BLE001 - whatever it is, the report is taken
        ports.incidents.note("rate_limiter_failed", error)
        return
    if not decision.allowed:
        headers = rate_limit_headers(decision)
        raise ApiError(429, "rate_limited", "You have reported very often; wait and try again.", headers)

"""`/api/v1/shorten`: a short URL in the words of other shorteners."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from http_api.auth import LinkWriter  # noqa: TC001 - FastAPI reads annotations at run time
from http_api.body import read_json
from http_api.links.creation import Plan, announce, create_link
from http_api.links.validating import validated
from http_api.openapi import answers, reads
from http_api.schemas.links import Shorten
from http_api.schemas.views import shorten_view

router = APIRouter(prefix="/api/v1/shorten", tags=["links"])


@router.post("", openapi_extra=reads("Shorten"), responses=answers("ShortenView"))
async def shorten(request: Request, caller: LinkWriter) -> JSONResponse:
    """Make a short URL for a long one, which is answered in its normal form."""
    ports = caller.ports
    wanted = validated(Shorten, await read_json(request), ports)
    wire: dict[str, Any] = {
        "target": wanted.original_url,
        "created_at": ports.now(),
        "account_id": caller.account_id,
        "expires_at": wanted.expires_at,
        "metadata": wanted.metadata or {},
    }
    slug = None if wanted.custom_code is None else ports.canonical_code(wanted.custom_code)
    record = await create_link(Plan(wire, slug, password=None), ports)
    await announce([record], ports)
    return JSONResponse(shorten_view(record, ports))

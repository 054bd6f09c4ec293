"""`/api/v1/links/{code}/aliases` and `/rename`."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from http_api.auth import LinkWriter  # noqa: TC001 - FastAPI reads annotations at run time
from http_api.body import read_json
from http_api.links.lookup import view_of
from http_api.links.names import add_alias, remove_alias, rename_link
from http_api.links.validating import validated
from http_api.openapi import PROBLEMS, SECURED, answers, reads
from http_api.schemas.links import AliasCreate, Rename
from http_api.schemas.views import alias_view

router = APIRouter(prefix="/api/v1/links/{code}", tags=["links"])


@router.post(
    "/aliases",
    status_code=201,
    openapi_extra=reads("AliasCreate"),
    responses=answers("AliasView", 201, "Created"),
)
async def create(code: str, request: Request, caller: LinkWriter) -> JSONResponse:
    """Give a link one more code; clicks on it count for the link."""
    wanted = validated(AliasCreate, await read_json(request), caller.ports)
    alias, home = await add_alias(caller, code, wanted.code)
    return JSONResponse(alias_view(alias, home, caller.ports), status_code=201)


@router.delete("/aliases/{alias}", status_code=204, openapi_extra=SECURED, responses=PROBLEMS)
async def delete(code: str, alias: str, caller: LinkWriter) -> Response:
    """Take an alias away; only this link can have its code again."""
    await remove_alias(caller, code, alias)
    return Response(status_code=204)


@router.post("/rename", openapi_extra=reads("Rename"), responses=answers("LinkView"))
async def rename(code: str, request: Request, caller: LinkWriter) -> JSONResponse:
    """Give a link another code; the former one works until the grace period ends."""
    wanted = validated(Rename, await read_json(request), caller.ports)
    stored = await rename_link(caller, code, wanted.code, wanted.grace_seconds)
    view: Any = await view_of(caller, stored)
    return JSONResponse(view)

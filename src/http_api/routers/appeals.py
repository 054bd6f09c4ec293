"""What was decided about one's own content, and one's word against it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from http_api.auth import (  # noqa: TC001 - FastAPI reads annotations at run time
    AssetReader,
    AssetWriter,
    Caller,
    LinkReader,
    LinkWriter,
)
from http_api.body import read_json
from http_api.links.validating import validated
from http_api.moderation.appealing import Owned, appeal, owned_asset, owned_link, statement
from http_api.moderation.reviewers import EventKey  # noqa: TC001 - FastAPI reads annotations at run time
from http_api.openapi import SECURED, answers, reads
from http_api.schemas.moderation import AppealCreate

router = APIRouter(prefix="/api/v1", tags=["moderation"])


@router.get("/assets/{asset_id}/moderation", openapi_extra=SECURED, responses=answers("StatementView"))
async def of_asset(asset_id: str, caller: AssetReader) -> JSONResponse:
    """Return where your asset stands with moderation, and the reasons where it is withheld."""
    return _shown(await statement(caller, await owned_asset(caller, asset_id)))


@router.get("/links/{code}/moderation", openapi_extra=SECURED, responses=answers("StatementView"))
async def of_link(code: str, caller: LinkReader) -> JSONResponse:
    """Return where your link stands with moderation, and the reasons where it is withheld."""
    return _shown(await statement(caller, await owned_link(caller, code)))


@router.post(
    "/assets/{asset_id}/appeal", openapi_extra=reads("AppealCreate"), responses=answers("StatementView")
)
async def appeal_asset(
    asset_id: str, request: Request, caller: AssetWriter, key: EventKey = None
) -> JSONResponse:
    """Ask for another look at an asset that was rejected or taken down; one refusal of that is final."""
    return await _appeal(caller, await owned_asset(caller, asset_id), request, key)


@router.post("/links/{code}/appeal", openapi_extra=reads("AppealCreate"), responses=answers("StatementView"))
async def appeal_link(code: str, request: Request, caller: LinkWriter, key: EventKey = None) -> JSONResponse:
    """Ask for another look at a link that was rejected or taken down; one refusal of that is final."""
    return await _appeal(caller, await owned_link(caller, code), request, key)


async def _appeal(caller: Caller, owned: Owned, request: Request, key: str | None) -> JSONResponse:
    wanted = validated(AppealCreate, await read_json(request), caller.ports)
    return _shown(await appeal(caller, owned, wanted.text, key))


def _shown(content: Any) -> JSONResponse:  # noqa: ANN401 - a view is a plain dict
    return JSONResponse(content, headers={"cache-control": "no-store"})

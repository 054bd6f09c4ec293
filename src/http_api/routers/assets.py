"""`/api/v1/assets`: one asset, the list of them, and what they take up. Uploading has routes of its own."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from http_api.assets.changes import change_asset, delete_asset, restore_asset
from http_api.assets.lookup import Seen, find_asset, list_assets, usage_of
from http_api.assets.signing import sign_asset
from http_api.auth import AssetReader, AssetWriter, Caller  # noqa: TC001 - FastAPI reads annotations at run time
from http_api.body import read_json
from http_api.links.validating import validated
from http_api.openapi import PROBLEMS, SECURED, answers, reads
from http_api.routers.links import (
    DEFAULT_PAGE,
    MAX_PAGE,
    Cursor,
    Search,
    Tag,
    expected_version,
    read_change,
)
from http_api.schemas.assets import AssetChange, SignedUrlCreate

router = APIRouter(prefix="/api/v1/assets", tags=["assets"])

MAX_GRACE_SECONDS = 30 * 86_400

State = Annotated[
    Literal["pending", "approved", "flagged", "rejected", "taken_down", "deleted"] | None,
    Query(description="What is deleted is listed only if asked for."),
]
Visibility = Annotated[Literal["public", "unlisted", "private"] | None, Query()]
Grace = Annotated[
    int | None,
    Query(
        ge=0,
        le=MAX_GRACE_SECONDS,
        description="How long it can be restored: 30 days if left out, 0 erases at once.",
    ),
]


@router.get("", openapi_extra=SECURED, responses=answers("AssetPage"))
async def list_all(
    caller: AssetReader,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = DEFAULT_PAGE,
    cursor: Cursor = None,
    search: Search = None,
    tag: Tag = None,
    state: State = None,
    visibility: Visibility = None,
) -> JSONResponse:
    """Return your assets, newest first."""
    query = {"limit": limit, "cursor": cursor, "search": search, "tag": tag, "state": state}
    return JSONResponse(await list_assets(caller, {**query, "visibility": visibility}))


@router.get("/usage", openapi_extra=SECURED, responses=answers("UsageView"))
async def usage(caller: AssetReader) -> JSONResponse:
    """Return how much you keep and how much you may."""
    return JSONResponse(await usage_of(caller))


@router.get("/{asset_id}", openapi_extra=SECURED, responses=answers("AssetView"))
async def read(asset_id: str, caller: AssetReader) -> JSONResponse:
    """Return an asset; a deleted one until it is erased."""
    return _shown(await find_asset(caller, asset_id), caller)


@router.patch("/{asset_id}", openapi_extra=reads("AssetChange"), responses=answers("AssetView"))
async def change(asset_id: str, request: Request, caller: AssetWriter) -> JSONResponse:
    """Change what is given and leave the rest; `If-Match` or `version` guards against lost updates."""
    wanted, version = await read_change(AssetChange, request, caller.ports)
    return _shown(await change_asset(caller, asset_id, wanted, wanted.version or version), caller)


@router.delete("/{asset_id}", status_code=204, openapi_extra=SECURED, responses=PROBLEMS)
async def delete(
    asset_id: str, request: Request, caller: AssetWriter, grace_seconds: Grace = None
) -> Response:
    """Delete an asset and your links to it; until the grace period ends, `restore` brings both back.

    Whoever else has the same file keeps it.
    """
    await delete_asset(caller, asset_id, grace_seconds, expected_version(request))
    return Response(status_code=204)


@router.post("/{asset_id}/restore", openapi_extra=SECURED, responses=answers("AssetView"))
async def restore(asset_id: str, caller: AssetWriter) -> JSONResponse:
    """Bring a deleted asset back, and the links that were deleted along with it."""
    return _shown(await restore_asset(caller, asset_id), caller)


@router.post(
    "/{asset_id}/signed-url", openapi_extra=reads("SignedUrlCreate"), responses=answers("SignedUrlView")
)
async def sign(asset_id: str, request: Request, caller: AssetReader) -> JSONResponse:
    """Return a URL that shows the asset to whoever holds it, until it expires."""
    wanted = validated(SignedUrlCreate, await read_json(request), caller.ports)
    made: Any = await sign_asset(caller, asset_id, wanted)
    return JSONResponse(made, headers={"cache-control": "no-store"})


def _shown(seen: Seen, caller: Caller) -> JSONResponse:
    view: Any = seen.view(caller.ports)
    headers = {"etag": f'"{view["version"]}"'} if seen.is_mine else {}
    return JSONResponse(view, headers=headers)

"""`/api/v1/assets/{asset_id}/decision`: what moderation says of an asset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from http_api.assets.lookup import read_asset, unknown_asset
from http_api.auth import Moderator  # noqa: TC001 - FastAPI reads annotations at run time
from http_api.body import read_json
from http_api.links.validating import validated
from http_api.moderation.asset_states import bring_to
from http_api.moderation.reviewers import EventKey, Reviewing  # noqa: TC001 - the same
from http_api.openapi import SECURED, answers, reads
from http_api.schemas.assets import DecisionCreate

if TYPE_CHECKING:
    from assets.store import StoredAsset
    from http_api.schemas.assets import DecisionView

router = APIRouter(prefix="/api/v1/assets/{asset_id}/decision", tags=["moderation"])


@router.get("", openapi_extra=SECURED, responses=answers("DecisionView"))
async def read(asset_id: str, caller: Moderator) -> JSONResponse:
    """Return where an asset stands with moderation, and who holds it."""
    stored = await read_asset(caller.ports, asset_id)
    if stored is None:
        raise unknown_asset()
    return _shown(stored)


@router.post("", openapi_extra=reads("DecisionCreate"), responses=answers("DecisionView"))
async def create(asset_id: str, request: Request, reviewer: Reviewing, key: EventKey = None) -> JSONResponse:
    """Approve, flag, reject or take down an asset, or put it up again. The same again changes nothing.

    The ledger has it first. What is out of reach afterwards leaves the edge's caches here at once, elsewhere
    within the stated bound.
    """
    wanted = validated(DecisionCreate, await read_json(request), reviewer.ports)
    await bring_to(reviewer, asset_id, wanted, key)
    stored = await read_asset(reviewer.ports, asset_id)
    if stored is None:
        raise unknown_asset()
    return _shown(stored)


def _shown(stored: StoredAsset) -> JSONResponse:
    record = stored.record
    view: DecisionView = {
        "asset_id": record.asset_id,
        "state": record.state,
        "reason": record.reason,
        "visibility": record.visibility,
        "version": record.version,
        "accounts": [one.account_id for one in stored.references if one.deleted_at is None],
    }
    content: Any = view
    return JSONResponse(content)

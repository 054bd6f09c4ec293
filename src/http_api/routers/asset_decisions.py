"""`/api/v1/assets/{asset_id}/decision`: what moderation says of an asset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from assets.store import Outcome
from delivery.publication import decide
from http_api.assets.lookup import read_asset, unknown_asset
from http_api.auth import Moderator  # noqa: TC001 - FastAPI reads annotations at run time
from http_api.body import read_json
from http_api.errors import ApiError
from http_api.links.validating import validated
from http_api.openapi import SECURED, answers, reads
from http_api.schemas.assets import DecisionCreate

if TYPE_CHECKING:
    from assets.store import StoredAsset
    from delivery.publication import Decided
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
async def create(asset_id: str, request: Request, caller: Moderator) -> JSONResponse:
    """Approve, flag, reject or take down an asset, or put it up again. The same again changes nothing.

    What is out of reach afterwards leaves the edge's caches here at once, elsewhere within the stated bound.
    """
    wanted = validated(DecisionCreate, await read_json(request), caller.ports)
    ports = caller.ports
    if await read_asset(ports, asset_id) is None:
        raise unknown_asset()
    decided = await decide(
        ports.assets, ports.edge_copies, asset_id, wanted.state, wanted.reason, wanted.version
    )
    _check(decided, wanted.state)
    stored = await read_asset(ports, asset_id)
    if stored is None:
        raise unknown_asset()
    return _shown(stored)


def _check(decided: Decided, state: str) -> None:
    record = decided.record
    if record is None:
        raise unknown_asset()
    if decided.outcome is Outcome.CONFLICT:
        raise ApiError(409, "version_conflict", f"The asset was changed; it is at version {record.version}.")
    if decided.cause:
        raise ApiError(409, "bytes_missing", "The file is not where it should be; it cannot be published.")
    if decided.outcome is Outcome.ILLEGAL:
        raise ApiError(409, "illegal_decision", f"What is {record.state} cannot become {state}.")


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

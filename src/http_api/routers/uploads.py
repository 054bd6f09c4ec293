"""`POST /api/v1/assets` and `/api/v1/uploads`: files in one piece and in parts.

Their bodies stream: the api Worker's entry hands these requests in without reading them first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response

from http_api.auth import AssetReader, AssetWriter  # noqa: TC001 - FastAPI reads annotations at run time
from http_api.body import read_json
from http_api.links.validating import validated
from http_api.openapi import PROBLEMS, SECURED, answers, reads
from http_api.schemas.assets import asset_view
from http_api.schemas.uploads import UploadCreate
from http_api.uploads.completing import complete_upload
from http_api.uploads.direct import upload_file
from http_api.uploads.ports import ports_of
from http_api.uploads.sessions import abort_upload, find_upload, open_upload, session_view, store_part

if TYPE_CHECKING:
    from http_api.auth import Caller
    from http_api.uploads.filing import FiledAsset

router = APIRouter(prefix="/api/v1", tags=["uploads"])

UploadId = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,64}$")]

_BYTES = {"schema": {"type": "string", "format": "binary"}}
_FORM = {
    "schema": {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "title": {"type": "string"},
            "description": {"type": "string"},
            "visibility": {"type": "string", "enum": ["public", "unlisted", "private"]},
            "tags": {"type": "string", "description": "Separated by commas; may be repeated."},
        },
    }
}
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A form, or the file itself; its texts are in the query then.",
        "content": {"multipart/form-data": _FORM, "*/*": _BYTES},
    },
    **SECURED,
}
_PART: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/octet-stream": _BYTES}},
    **SECURED,
}
_FILED: dict[int | str, dict[str, Any]] = {
    200: {"description": "The caller has it already, or everybody may see it"}
}


@router.post(
    "/assets",
    status_code=201,
    openapi_extra=_FILE,
    responses={**_FILED, **answers("AssetView", 201, "Stored, and waiting for moderation")},
)
async def upload(request: Request, caller: AssetWriter) -> JSONResponse:
    """Upload a file in one piece: GIF, PNG, JPEG, WebP, AVIF, MP4 or WebM, whatever its name says."""
    return _filed(await upload_file(request, caller), caller)


@router.post(
    "/uploads",
    status_code=201,
    openapi_extra=reads("UploadCreate"),
    responses=answers("UploadView", 201, "Open"),
)
async def create(request: Request, caller: AssetWriter) -> JSONResponse:
    """Open an upload in parts, for a large file or a bad connection."""
    wanted = validated(UploadCreate, await read_json(request), caller.ports)
    session = await open_upload(request, caller, wanted)
    view: Any = session_view(session)
    return JSONResponse(view, 201, {"location": f"/api/v1/uploads/{view['upload_id']}"})


@router.get("/uploads", openapi_extra=SECURED, responses=answers("UploadList"))
async def list_uploads(request: Request, caller: AssetReader) -> JSONResponse:
    """Return the uploads in parts that are not done, oldest first."""
    found = await ports_of(request.scope).books.sessions(caller.account_id)
    return JSONResponse({"items": [session_view(session) for session in found]})


@router.get("/uploads/{upload_id}", openapi_extra=SECURED, responses=answers("UploadView"))
async def read(upload_id: UploadId, request: Request, caller: AssetReader) -> JSONResponse:
    """Return an upload in parts, with the parts that arrived."""
    return JSONResponse(session_view(await find_upload(request, caller, upload_id)))


@router.put("/uploads/{upload_id}/parts/{number}", openapi_extra=_PART, responses=answers("PartView"))
async def put_part(upload_id: UploadId, number: int, request: Request, caller: AssetWriter) -> JSONResponse:
    """Send one part, in any order; sending it again replaces it."""
    return JSONResponse(await store_part(request, caller, upload_id, number))


@router.post(
    "/uploads/{upload_id}/complete",
    status_code=201,
    openapi_extra=SECURED,
    responses={**_FILED, **answers("AssetView", 201, "Stored, and waiting for moderation")},
)
async def complete(upload_id: UploadId, request: Request, caller: AssetWriter) -> JSONResponse:
    """Make an asset of the parts. Asking again tells how it ended."""
    return _filed(await complete_upload(request, caller, upload_id), caller)


@router.delete("/uploads/{upload_id}", status_code=204, openapi_extra=SECURED, responses=PROBLEMS)
async def abort(upload_id: UploadId, request: Request, caller: AssetWriter) -> Response:
    """Give an upload up, with everything that arrived."""
    await abort_upload(request, caller, upload_id)
    return Response(status_code=204)


def _filed(filed: FiledAsset, caller: Caller) -> JSONResponse:
    view: Any = asset_view(filed.record, filed.reference, caller.ports.public_base_url)
    headers = {"location": f"/api/v1/assets/{filed.record.asset_id}", "etag": f'"{view["version"]}"'}
    return JSONResponse(view, 201 if filed.is_new else 200, headers)

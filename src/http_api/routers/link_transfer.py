"""`/api/v1/links/export` and `/import`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import AfterValidator

from http_api.auth import LinkReader, LinkWriter  # noqa: TC001 - FastAPI reads annotations at run time
from http_api.body import MAX_BULK_BYTES, read_bytes
from http_api.openapi import PROBLEMS, SECURED
from http_api.routers.bulk import RESULTS, shown
from http_api.routers.links import Cursor  # noqa: TC001 - FastAPI reads annotations at run time
from http_api.schemas.fields import refuse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Receive, Scope, Send

    from http_api.incidents import Incidents

router = APIRouter(prefix="/api/v1/links", tags=["links"])

MAX_EXPORTED_LINKS = 5_000

_MEDIA_TYPES = {"csv": "text/csv", "json": "application/json", "jsonl": "application/jsonl"}
_INCOMPLETE = '"incomplete: a part of the service did not answer; export again\n'
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {media_type: {"schema": {"type": "string"}} for media_type in _MEDIA_TYPES.values()},
    }
}


class _Streamed(StreamingResponse):
    """Sends piece by piece; does not listen for a client that leaves, which takes a task group."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await self.stream_response(send)


def _known_format(name: str | None) -> str | None:
    from link_transfer import Format  # noqa: PLC0415 - rare, and start-up is short

    if name is not None and name not in set(Format):
        refuse("unknown_format", f"one of {', '.join(Format)} is expected")
    return name


@router.get("/export", openapi_extra=SECURED, responses=PROBLEMS)
async def export(
    caller: LinkReader,
    format: Annotated[Literal["csv", "json", "jsonl"], Query()] = "csv",  # noqa: A002 - the parameter's name
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=MAX_EXPORTED_LINKS)] = MAX_EXPORTED_LINKS,
) -> StreamingResponse:
    """Return links as a file, newest first; the `Link` header has the address of what follows."""
    from http_api.links.transfer import exported, links_to_export  # noqa: PLC0415 - rare, and start-up is short
    from link_transfer import Format  # noqa: PLC0415 - the same

    selected = await links_to_export(caller, cursor, limit)
    pieces = exported(caller, selected, Format(format))
    # The first piece is made before the status is sent, so that owners who do not answer are a 503.
    first = await anext(pieces)
    headers = {"content-disposition": f'attachment; filename="links.{format}"', "cache-control": "no-store"}
    if selected.following is not None:
        address = f"/api/v1/links/export?format={format}&limit={limit}&cursor={selected.following}"
        headers["link"] = f'<{address}>; rel="next"'
    return _Streamed(
        _after(first, pieces, caller.ports.incidents), media_type=_MEDIA_TYPES[format], headers=headers
    )


@router.post("/import", openapi_extra={**_FILE, **SECURED}, responses={**RESULTS, **PROBLEMS})
async def import_file(
    request: Request,
    caller: LinkWriter,
    format: Annotated[  # noqa: A002 - the parameter's name
        str | None,
        Query(max_length=32, description="Told from the file if left out."),
        AfterValidator(_known_format),
    ] = None,
    dry_run: Annotated[bool, Query(description="Only check; nothing is created.")] = False,
) -> JSONResponse:
    """Create the links of a file: our CSV, JSON or JSON Lines, or an export of another product.

    Up to 5,000 links; each row succeeds or fails by itself, and the results keep their order.
    """
    from http_api.links.transfer import imported  # noqa: PLC0415 - rare, and start-up is short
    from link_transfer import Format  # noqa: PLC0415 - the same

    kind = None if format is None else Format(format)
    data = await read_bytes(request, MAX_BULK_BYTES)
    results = await imported(data, kind, request.headers.get("content-type"), caller, dry_run=dry_run)
    return shown(results)


async def _after(first: str, pieces: AsyncIterator[str], incidents: Incidents) -> AsyncIterator[str]:
    """Yield the pieces; what cannot be finished ends in a line that no reader takes for a link."""
    yield first
    try:
        async for piece in pieces:
            yield piece
    except Exception as error:  # noqa: BLE001 - the status is sent; the file must not look whole
        incidents.note("export_incomplete", error)
        yield _INCOMPLETE

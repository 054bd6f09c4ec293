"""The ledger itself: its counts, its trail as a file, its proof and its checkpoints."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from http_api.auth import Moderator  # noqa: TC001 - FastAPI reads annotations at run time
from http_api.body import read_json
from http_api.errors import ApiError
from http_api.links.validating import validated
from http_api.openapi import PROBLEMS, SECURED, answers, reads
from http_api.schemas.moderation import VerificationCreate

router = APIRouter(prefix="/api/v1/moderation", tags=["moderation"])

EXPORT = "/ledger/export"
MEDIA_TYPES = {"jsonl": "application/jsonl; charset=utf-8", "csv": "text/csv; charset=utf-8"}
NEXT_HEADER = "next-record"
_MAX_MOMENT_CHARACTERS = 40

Moment = Annotated[
    str | None,
    Query(
        max_length=_MAX_MOMENT_CHARACTERS, description="ISO 8601, UTC if it names no zone; both ends belong."
    ),
]


@router.get("/statistics", openapi_extra=SECURED, responses=PROBLEMS)
async def statistics(caller: Moderator) -> JSONResponse:
    """Return the counts of scans with their rates, and how many cases are in each state."""
    return JSONResponse(await caller.ports.ledger.statistics())


@router.get(
    EXPORT,
    openapi_extra=SECURED,
    response_class=Response,
    responses={
        200: {
            "description": "A page of records; all but the last have `Link` (rel=next) and `Next-Record`.",
            "content": {"application/jsonl": {}, "text/csv": {}},
        },
        **PROBLEMS,
    },
)
async def export(
    caller: Moderator,
    form: Annotated[Literal["jsonl", "csv"], Query(alias="format")] = "jsonl",
    start: Moment = None,
    end: Moment = None,
    after: Annotated[int | None, Query(ge=0, le=2**53 - 1, description="From `Next-Record`.")] = None,
) -> Response:
    """Return 500 records of a span of time; put together, the pages are its export."""
    page = await caller.ports.ledger.export({"format": form, "start": start, "end": end, "after": after})
    headers = {"cache-control": "no-store"}
    if page["next"] is not None:
        query = {"format": form, "start": start, "end": end, "after": page["next"]}
        rest = urlencode({name: value for name, value in query.items() if value is not None})
        headers[NEXT_HEADER] = str(page["next"])
        headers["link"] = f'<{router.prefix}{EXPORT}?{rest}>; rel="next"'
    return Response(page["text"], media_type=MEDIA_TYPES[form], headers=headers)


@router.post("/ledger/verify", openapi_extra=reads("VerificationCreate"), responses=answers("ProofView"))
async def verify(request: Request, caller: Moderator) -> JSONResponse:
    """Prove the ledger: `ok`, or the first record that is broken, and how.

    With a `checkpoint` that was kept elsewhere, a ledger that was cut or written anew is found too.
    """
    wanted = validated(VerificationCreate, await read_json(request), caller.ports)
    proof = await caller.ports.ledger.verify(caller.ports.ledger_keys.keys, wanted.checkpoint)
    return JSONResponse(asdict(proof), headers={"cache-control": "no-store"})


@router.post("/ledger/checkpoints", status_code=201, openapi_extra=SECURED, responses=PROBLEMS)
async def sign(caller: Moderator) -> JSONResponse:
    """Sign the ledger as it is and return that: keep it where whoever runs the ledger cannot reach it."""
    keys = caller.ports.ledger_keys
    if keys.key is None:
        raise ApiError(409, "no_ledger_key", "This deployment has no key to sign with.")
    made = await caller.ports.ledger.checkpoint(keys.key_id, keys.key)
    if made is None:
        raise ApiError(409, "empty_ledger", "There is nothing to sign yet.")
    return JSONResponse(dict(made), status_code=201, headers={"cache-control": "no-store"})

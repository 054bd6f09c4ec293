"""`/api/v1/moderation/cases`: the review queue, one case, who has taken it, and what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response

from casework.cases import Outcome
from http_api.auth import Moderator  # noqa: TC001 - FastAPI reads annotations at run time
from http_api.errors import ApiError
from http_api.moderation.deciding import checked
from http_api.moderation.files import file_of
from http_api.moderation.media import media_of
from http_api.moderation.reviewers import Reviewing  # noqa: TC001 - FastAPI reads annotations at run time
from http_api.openapi import PROBLEMS, SECURED, answers
from http_api.routers.links import DEFAULT_PAGE, MAX_PAGE, Cursor
from http_api.schemas.case_views import case_view

if TYPE_CHECKING:
    from casework import Answer

router = APIRouter(prefix="/api/v1/moderation/cases", tags=["moderation"])

DEFAULT_CLAIM_SECONDS = 900
MAX_CLAIM_SECONDS = 86_400
_PRIVATE = {"cache-control": "no-store"}

States = Annotated[
    list[
        Literal[
            "pending",
            "flagged",
            "approved",
            "doubted",
            "rejected",
            "taken_down",
            "appealed",
            "upheld",
            "withdrawn",
        ]
    ]
    | None,
    Query(alias="state", description="May be repeated; flagged, doubted and appealed if left out."),
]
Name = Annotated[str | None, Query(min_length=1, max_length=200)]


@router.get("", openapi_extra=SECURED, responses=answers("CasePage"))
async def list_cases(
    caller: Moderator,
    *,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = DEFAULT_PAGE,
    cursor: Cursor = None,
    states: States = None,
    kind: Annotated[Literal["asset", "link"] | None, Query()] = None,
    account: Name = None,
    category: Name = None,
    claimed_by: Name = None,
    unclaimed: Annotated[bool, Query()] = False,
    least_reports: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> JSONResponse:
    """Return cases, those first that wait longest."""
    query = {
        "limit": limit,
        "cursor": cursor,
        "states": states,
        "kind": kind,
        "account_id": account,
        "category": category,
        "claimed_by": claimed_by,
        "unclaimed": unclaimed,
        "least_reports": least_reports,
    }
    page = await caller.ports.ledger.page({name: one for name, one in query.items() if one is not None})
    items = [case_view(case) for case in page["cases"]]
    return JSONResponse({"items": items, "next_cursor": page["next"]}, headers=_PRIVATE)


@router.get("/{subject}", openapi_extra=SECURED, responses=answers("CaseFile"))
async def read(subject: str, caller: Moderator) -> JSONResponse:
    """Return a case with its history, its reports, who brought the content, and the content's words."""
    content: Any = await file_of(caller.ports, subject)
    return JSONResponse(content, headers=_PRIVATE)


@router.get(
    "/{subject}/media",
    openapi_extra=SECURED,
    response_class=Response,
    responses={200: {"description": "The file", "content": {"application/octet-stream": {}}}, **PROBLEMS},
)
async def media(subject: str, caller: Moderator) -> Response:
    """Return the file as it was uploaded, wherever it lies; nothing keeps it."""
    return await media_of(caller.ports, subject)


@router.post("/{subject}/claim", openapi_extra=SECURED, responses=answers("CaseView"))
async def claim(
    subject: str,
    reviewer: Reviewing,
    seconds: Annotated[int, Query(ge=1, le=MAX_CLAIM_SECONDS)] = DEFAULT_CLAIM_SECONDS,
) -> JSONResponse:
    """Take a case, or keep it longer: nobody else can take or decide it meanwhile."""
    answer = await reviewer.ports.ledger.claim(subject, reviewer.name, seconds)
    if answer.outcome is Outcome.ILLEGAL:
        raise ApiError(409, "nothing_to_decide", "This case does not wait for anybody.")
    return _shown(checked(answer))


@router.delete("/{subject}/claim", openapi_extra=SECURED, responses=answers("CaseView"))
async def release(subject: str, reviewer: Reviewing) -> JSONResponse:
    """Give a case back."""
    answer = await reviewer.ports.ledger.release(subject, reviewer.name)
    if answer.outcome is Outcome.ILLEGAL:
        raise ApiError(409, "not_claimed", "You do not have this case.")
    return _shown(checked(answer))


def _shown(answer: Answer) -> JSONResponse:
    content: Any = case_view(answer.case or {})
    return JSONResponse(content, headers=_PRIVATE)

"""`/api/v1/links`: one link, and the list of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import AfterValidator, BaseModel

from http_api.auth import LinkReader, LinkWriter, StatisticsReader  # noqa: TC001 - FastAPI reads annotations at run time
from http_api.body import read_json
from http_api.errors import ApiError, invalid_field
from http_api.links.asset_targets import AssetTargets
from http_api.links.changes import change_link, delete_link, restore_link
from http_api.links.creation import announce, create_link, plan_link
from http_api.links.lookup import find_link, list_codes, unknown_link, view_of, views_of
from http_api.links.validating import validated
from http_api.openapi import PROBLEMS, SECURED, answers, reads
from http_api.schemas.fields import refuse
from http_api.schemas.links import LinkChange, LinkCreate
from http_api.schemas.views import LinkView, link_view, miss_view, statistics_view, visible_code
from library.cursors import MAX_CURSOR_CHARACTERS, InvalidCursorError, read_cursor
from sharelinks.store import StoredLink

if TYPE_CHECKING:
    from http_api.errors import FieldError
    from http_api.services import Services

router = APIRouter(prefix="/api/v1/links", tags=["links"])

Model = TypeVar("Model", bound=BaseModel)

MAX_PAGE = 100
DEFAULT_PAGE = 50
MAX_SEARCH_CHARACTERS = 200

_VERSION = re.compile(r'(?:W/)?"?([0-9]{1,15})"?')
_NO_CONTROLS = r"^[^\x00-\x1f\x7f]*$"


def _known_cursor(cursor: str | None) -> str | None:
    if cursor is not None:
        try:
            read_cursor(cursor)
        except InvalidCursorError as error:
            refuse(error.code, str(error))
    return cursor


Cursor = Annotated[
    str | None,
    Query(max_length=MAX_CURSOR_CHARACTERS, description="From `next_cursor`."),
    AfterValidator(_known_cursor),
]
Search = Annotated[
    str | None,
    Query(
        max_length=MAX_SEARCH_CHARACTERS,
        pattern=_NO_CONTROLS,
        description="Part of a code, title, target or tag, in any case.",
    ),
]
Tag = Annotated[str | None, Query(max_length=MAX_SEARCH_CHARACTERS, pattern=_NO_CONTROLS)]
State = Annotated[Literal["active", "disabled", "pending", "rejected", "taken_down"] | None, Query()]


@router.post(
    "", status_code=201, openapi_extra=reads("LinkCreate"), responses=answers("LinkView", 201, "Created")
)
async def create(request: Request, caller: LinkWriter) -> JSONResponse:
    """Claim a code, the one that is asked for or a random one, and make it lead to the target."""
    wanted = validated(LinkCreate, await read_json(request), caller.ports)
    plan = plan_link(wanted, caller)
    await AssetTargets(caller.account_id, caller.ports).check(plan.wire)
    record = await create_link(plan, caller.ports)
    await announce([record], caller.ports)
    return _shown(link_view(StoredLink(record, 0), (), caller.ports), 201)


@router.get("", openapi_extra=SECURED, responses=answers("LinkPage"))
async def list_links(
    caller: LinkReader,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = DEFAULT_PAGE,
    cursor: Cursor = None,
    search: Search = None,
    tag: Tag = None,
    state: State = None,
) -> JSONResponse:
    """Return links, newest first, with exact clicks."""
    query = {"limit": limit, "cursor": cursor, "search": search, "tag": tag, "state": state}
    page = await list_codes(caller, query)
    return JSONResponse({"items": await views_of(caller, page["codes"]), "next_cursor": page["next"]})


@router.get("/misses", openapi_extra=SECURED, responses=PROBLEMS)
async def list_misses(
    caller: LinkReader, limit: Annotated[int, Query(ge=1, le=1000)] = DEFAULT_PAGE
) -> JSONResponse:
    """Return the codes that visitors asked for and that lead nowhere, the latest first."""
    misses = await caller.ports.libraries.misses(caller.account_id, limit)
    return JSONResponse({"items": [miss_view(miss) for miss in misses]})


@router.get("/{code}", openapi_extra=SECURED, responses=answers("LinkView"))
async def read(code: str, caller: LinkReader) -> JSONResponse:
    """Return a link and how often it was clicked; its aliases and its former code name it too."""
    return _shown(await view_of(caller, await find_link(caller, code)))


@router.patch("/{code}", openapi_extra=reads("LinkChange"), responses=answers("LinkView"))
async def change(code: str, request: Request, caller: LinkWriter) -> JSONResponse:
    """Change what is given and leave the rest; `If-Match` or `version` guards against lost updates."""
    wanted, version = await read_change(LinkChange, request, caller.ports)
    stored = await change_link(caller, code, wanted, wanted.version or version)
    return _shown(await view_of(caller, stored))


@router.delete("/{code}", status_code=204, openapi_extra=SECURED, responses=PROBLEMS)
async def delete(code: str, request: Request, caller: LinkWriter) -> Response:
    """Delete a link. Its code is never given to another; `restore` brings the link back."""
    await delete_link(caller, code, expected_version(request))
    return Response(status_code=204)


@router.post("/{code}/restore", openapi_extra=SECURED, responses=answers("LinkView"))
async def restore(code: str, caller: LinkWriter) -> JSONResponse:
    """Bring a deleted link back, clicks included."""
    return _shown(await view_of(caller, await restore_link(caller, code)))


@router.post("/{code}/disable", openapi_extra=SECURED, responses=answers("LinkView"))
async def disable(code: str, request: Request, caller: LinkWriter) -> JSONResponse:
    """Stop a link from leading anywhere, as `state: disabled` does."""
    wanted = LinkChange(state="disabled")
    return _shown(await view_of(caller, await change_link(caller, code, wanted, expected_version(request))))


@router.post("/{code}/enable", openapi_extra=SECURED, responses=answers("LinkView"))
async def enable(code: str, request: Request, caller: LinkWriter) -> JSONResponse:
    """Let a disabled link lead on, as `state: active` does."""
    wanted = LinkChange(state="active")
    return _shown(await view_of(caller, await change_link(caller, code, wanted, expected_version(request))))


@router.get("/{code}/statistics", openapi_extra=SECURED, responses=PROBLEMS)
async def statistics(code: str, caller: StatisticsReader) -> JSONResponse:
    """Return everything that is known of a link's clicks."""
    record = (await find_link(caller, code)).record
    found = await caller.ports.links.statistics(record.code)
    if found is None:
        raise unknown_link()
    return JSONResponse(statistics_view(visible_code(record), found))


def _shown(view: LinkView, status: int = 200) -> JSONResponse:
    headers = {"etag": f'"{view["version"]}"'}
    if status == 201:
        headers["location"] = f"/api/v1/links/{view['code']}"
    content: Any = view
    return JSONResponse(content, status_code=status, headers=headers)


async def read_change(model: type[Model], request: Request, ports: Services) -> tuple[Model, int | None]:
    """Return the changes in a body and the version that `If-Match` names; raise ApiError for both at once."""
    version: int | None = None
    errors: list[FieldError] = []
    try:
        version = expected_version(request)
    except ApiError as error:
        errors += error.errors
    body = await read_json(request)
    return validated(model, body, ports, may_be_past=True, known_errors=errors), version


def expected_version(request: Request) -> int | None:
    """Return the version that `If-Match` names, None for any; raise ApiError for what is none."""
    text = request.headers.get("if-match", "*").strip()
    if text == "*":
        return None
    match = _VERSION.fullmatch(text)
    if match is None:
        raise invalid_field("header.if-match", "invalid_version", "send the ETag, or the version")
    return int(match[1])

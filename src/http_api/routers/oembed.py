"""`/oembed`: what a short link or an asset is, for those that embed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from http_api.errors import ApiError
from http_api.openapi import PROBLEMS
from oembed.addresses import OEMBED_PATH, read_address
from oembed.description import CACHE_SECONDS, Bounds, describe
from sharelinks.paths import LinkPath

if TYPE_CHECKING:
    from http_api.services import Services

router = APIRouter(tags=["oembed"])

MAX_URL_CHARACTERS = 4_096
MAX_PIXELS = 100_000
_FORMAT = "json"
_OPEN = {"access-control-allow-origin": "*"}

Pixels = Annotated[int | None, Query(ge=1, le=MAX_PIXELS)]


@router.get(OEMBED_PATH, responses=PROBLEMS)
async def oembed(
    request: Request,
    url: Annotated[str, Query(min_length=1, max_length=MAX_URL_CHARACTERS)],
    wanted: Annotated[str, Query(alias="format")] = _FORMAT,
    maxwidth: Pixels = None,
    maxheight: Pixels = None,
) -> JSONResponse:
    """Describe a URL of ours as oEmbed 1.0 does: a video, a photo or a link.

    Only what everybody may see is described; anything else is 404, whatever the reason.
    """
    if wanted != _FORMAT:
        raise ApiError(501, "unsupported_format", "Only JSON is answered.", _OPEN)
    ports: Services = request.scope["services"]
    asked = read_address(url, ports.public_base_url, ignores_case=ports.code_case == "insensitive")
    if asked is None:
        raise _unknown_url()
    if isinstance(asked, LinkPath):
        preview = await ports.previews.of_link(asked.code)
    else:
        preview = await ports.previews.of_asset(asked.asset_id, asked.extension)
    if preview is None:
        raise _unknown_url()
    headers = {**_OPEN, "cache-control": f"public, max-age={CACHE_SECONDS}"}
    return JSONResponse(
        describe(preview, ports.public_base_url, Bounds(maxwidth, maxheight)), headers=headers
    )


def _unknown_url() -> ApiError:
    return ApiError(404, "unknown_url", "There is nothing to embed at this URL.", _OPEN)

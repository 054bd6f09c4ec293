"""`/api/v1/links/bulk`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from http_api.auth import LinkWriter  # noqa: TC001 - FastAPI reads annotations at run time
from http_api.body import MAX_BULK_BYTES, read_json
from http_api.errors import MAX_FIELD_CHARACTERS, invalid_request
from http_api.links.batches import Item, create_links, item_results
from http_api.openapi import PROBLEMS, SECURED

if TYPE_CHECKING:
    from http_api.errors import FieldError
    from http_api.schemas.views import ItemResult, ItemResults

router = APIRouter(prefix="/api/v1/links/bulk", tags=["links"])

MAX_ITEMS = 1_000

_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["links"],
                    "properties": {
                        "links": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": MAX_ITEMS,
                            "items": {"$ref": "#/components/schemas/LinkCreate"},
                        }
                    },
                }
            }
        },
    }
}
_CONTENT: dict[str, Any] = {
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ItemResults"}}}
}
RESULTS: dict[int | str, dict[str, Any]] = {
    200: {"description": "All were created", **_CONTENT},
    207: {"description": "Some were not", **_CONTENT},
}


@router.post("", openapi_extra={**_BODY, **SECURED}, responses={**RESULTS, **PROBLEMS})
async def create_many(request: Request, caller: LinkWriter) -> JSONResponse:
    """Create up to 1,000 links; each succeeds or fails by itself, and the results keep their order."""
    values = _values(await read_json(request, MAX_BULK_BYTES))
    items = [Item(value, ("body", "links", index)) for index, value in enumerate(values)]
    outcomes = await create_links(items, caller)
    labels: list[ItemResult] = [{"index": index} for index in range(len(values))]
    return shown(item_results(outcomes, labels, caller.ports))


def shown(results: ItemResults) -> JSONResponse:
    """Return the results of many, with 207 if any of them failed."""
    content: Any = results
    return JSONResponse(content, status_code=207 if results["failed"] else 200)


def _values(body: Any) -> list[Any]:  # noqa: ANN401 - JSON values
    given: dict[str, Any] = body if isinstance(body, dict) else {}
    values = given.get("links")
    errors: list[FieldError] = []
    if not isinstance(values, list):
        errors.append(_error("links", "list_type", "a list of links is expected"))
    elif not 1 <= len(values) <= MAX_ITEMS:
        errors.append(_error("links", "list_length", f"1 to {MAX_ITEMS} links are taken at once"))
    unknown = [name for name in given if name != "links"]
    errors += [_error(name, "extra_forbidden", "only links are expected") for name in unknown]
    if errors:
        raise invalid_request(errors)
    return list(values or ())


def _error(name: str, code: str, message: str) -> FieldError:
    return {"field": f"body.{name[:MAX_FIELD_CHARACTERS]}", "code": code, "message": message}

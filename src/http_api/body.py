"""Request bodies: their type, their size and their text, before anybody looks for fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect

from http_api.errors import ApiError
from http_api.json_text import InvalidJsonError, parse_json

if TYPE_CHECKING:
    from fastapi import Request

MAX_BODY_BYTES = 1024 * 1024
MAX_BULK_BYTES = 10 * 1024 * 1024


async def read_json(request: Request, limit: int = MAX_BODY_BYTES) -> Any:  # noqa: ANN401 - JSON values
    """Return the JSON value of a request's body; raise ApiError with 400, 413 or 415."""
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    media_type = media_type.strip().lower()
    if media_type != "application/json" and not (
        media_type.startswith("application/") and media_type.endswith("+json")
    ):
        raise ApiError(415, "unsupported_media_type", "Send the body as application/json.")
    _check_charset(parameters)
    data = await read_bytes(request, limit)
    try:
        return parse_json(data)
    except InvalidJsonError as error:
        raise ApiError(400, "invalid_json", f"The body is not valid JSON: {error}.") from error


async def read_bytes(request: Request, limit: int) -> bytes:
    """Return a request's body of up to `limit` bytes; raise ApiError with 400, 413 or 415."""
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise ApiError(415, "unsupported_media_type", "Send the body without a content encoding.")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > limit:
        raise _too_large(limit)
    data = bytearray()
    try:
        async for chunk in request.stream():
            data += chunk
            if len(data) > limit:
                raise _too_large(limit)
    except ClientDisconnect as error:
        raise incomplete_body() from error
    return bytes(data)


def incomplete_body() -> ApiError:
    """Return the answer to a body that ended before its announced length."""
    return ApiError(400, "incomplete_body", "The body is shorter than its Content-Length.")


def _check_charset(parameters: str) -> None:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in {"utf-8", "utf8"}:
            raise ApiError(415, "unsupported_media_type", "Send the body in UTF-8.")


def _too_large(limit: int) -> ApiError:
    return ApiError(413, "body_too_large", f"The body is larger than {limit} bytes.")

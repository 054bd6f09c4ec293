"""What the headers and the query of an upload say before its body is read."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from http_api.errors import ApiError, invalid_field

if TYPE_CHECKING:
    from fastapi import Request

MAX_QUERY_FIELDS = 64


def is_form(request: Request) -> bool:
    """Tell whether a body is a form; any other type that is claimed says nothing about the file."""
    kind = request.headers.get("content-type", "").partition(";")[0]
    return kind.strip().lower() == "multipart/form-data"


def body_length(request: Request) -> int:
    """Return how many bytes a body has; raise ApiError if it does not say, or is encoded."""
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise ApiError(415, "unsupported_media_type", "Send the body without a content encoding.")
    announced = request.headers.get("content-length", "")
    if not (announced.isascii() and announced.isdecimal()):
        raise ApiError(411, "length_required", "Send the body with a Content-Length.")
    return int(announced[:20])


def query_pairs(request: Request) -> list[tuple[str, str]]:
    """Return the fields of a query, or raise ApiError for one that cannot be read."""
    try:
        return parse_qsl(
            request.scope["query_string"].decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_QUERY_FIELDS,
        )
    except ValueError as error:
        raise invalid_field("query", "invalid_query", "the query cannot be read") from error

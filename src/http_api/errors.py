"""Errors as `application/problem+json`, each with a code from the table in docs/errors.md."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypedDict

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from http_api.services import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fastapi import FastAPI, Request

    from http_api.services import Services

MEDIA_TYPE = "application/problem+json"
MAX_FIELD_ERRORS = 1_000
MAX_FIELD_CHARACTERS = 200
RETRY_AFTER_SECONDS = 2


class FieldError(TypedDict):
    """One field that is not valid: where it is, a stable code, and a sentence."""

    field: str
    code: str
    message: str


class ApiError(Exception):
    """A failure the client is told about."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[FieldError] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers or {}
        self.errors = errors

    def document(self) -> dict[str, Any]:
        """Return the problem document."""
        document: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = list(self.errors[:MAX_FIELD_ERRORS])
        return document


def invalid_request(errors: Sequence[FieldError]) -> ApiError:
    """Return the error that lists every bad field."""
    return ApiError(422, "invalid_request", "The request has fields that are not valid.", errors=errors)


def invalid_field(field: str, code: str, message: str) -> ApiError:
    """Return the error about one field."""
    return invalid_request([{"field": field, "code": code, "message": message}])


def unavailable() -> ApiError:
    """Return the error for a part of ours that does not answer."""
    return ApiError(
        503,
        "unavailable",
        "A part of the service does not answer; try again.",
        {"retry-after": str(RETRY_AFTER_SECONDS)},
    )


def field_errors(errors: Iterable[Mapping[str, Any]], place: Sequence[object] = ()) -> list[FieldError]:
    """Return what pydantic found wrong, without the values: one of them may be a password."""
    return [
        {
            "field": ".".join(str(part)[:MAX_FIELD_CHARACTERS] for part in (*place, *error["loc"])),
            "code": str(error["type"]),
            "message": str(error["msg"]),
        }
        for error in errors
    ]


def respond(error: ApiError) -> JSONResponse:
    """Return the response that tells an error."""
    return JSONResponse(
        error.document(), status_code=error.status, headers=dict(error.headers), media_type=MEDIA_TYPE
    )


def install(app: FastAPI) -> None:
    """Make every error of the app a problem document."""

    @app.exception_handler(ApiError)
    async def on_api_error(_request: Request, error: ApiError) -> JSONResponse:
        return respond(error)

    @app.exception_handler(UnavailableError)
    async def on_unavailable(request: Request, error: UnavailableError) -> JSONResponse:
        ports: Services = request.scope["services"]
        ports.incidents.note("unavailable", error)
        return respond(unavailable())

    @app.exception_handler(RequestValidationError)
    async def on_bad_request(_request: Request, error: RequestValidationError) -> JSONResponse:
        return respond(invalid_request(field_errors(error.errors())))

    @app.exception_handler(HTTPException)
    async def on_http_error(_request: Request, error: HTTPException) -> JSONResponse:
        code = HTTPStatus(error.status_code).name.lower()
        return respond(ApiError(error.status_code, code, str(error.detail), error.headers))

    @app.exception_handler(Exception)
    async def on_surprise(_request: Request, _error: Exception) -> JSONResponse:
        # The server around the app logs the traceback: the exception goes on to it after this answer.
        return respond(ApiError(500, "internal_error", "Something went wrong on our side."))

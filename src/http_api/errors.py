"""Errors as `application/problem+json`, each with a code from the table in docs/errors.md."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI, Request

MEDIA_TYPE = "application/problem+json"


@dataclass
class ApiError(Exception):
    """A failure the client is told about."""

    status: int
    code: str
    detail: str
    headers: Mapping[str, str] | None = None


def problem(status: int, code: str, detail: str, **more: Any) -> JSONResponse:  # noqa: ANN401 - JSON values
    """Return the error document."""
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    document |= {"code": code, "detail": detail, **more}
    return JSONResponse(document, status_code=status, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make every error of the app a problem document."""

    @app.exception_handler(ApiError)
    async def on_api_error(_request: Request, error: ApiError) -> JSONResponse:
        answer = problem(error.status, error.code, error.detail)
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(RequestValidationError)
    async def on_bad_request(_request: Request, error: RequestValidationError) -> JSONResponse:
        fields = [
            {"field": ".".join(str(part) for part in item["loc"]), "message": item["msg"]}
            for item in error.errors()
        ]
        return problem(422, "invalid_request", "The request has fields that are not valid.", errors=fields)

    @app.exception_handler(HTTPException)
    async def on_http_error(_request: Request, error: HTTPException) -> JSONResponse:
        code = HTTPStatus(error.status_code).name.lower()
        answer = problem(error.status_code, code, str(error.detail))
        answer.headers.update(error.headers or {})
        return answer

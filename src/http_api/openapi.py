"""The description of the API. The schemas of bodies are made when somebody asks for them, not at start-up."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

_REFERENCE = "#/components/schemas/"
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; the table is in docs/errors.md."},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("field", "code", "message")},
            },
        },
    },
}
_BEARER = {"bearer": {"type": "http", "scheme": "bearer"}}


class Api(FastAPI):
    """The app, whose description has the bodies that the routes read and write themselves."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        if not self.openapi_schema:
            document = super().openapi()
            components = document.setdefault("components", {})
            components.setdefault("schemas", {}).update(_schemas())
            components["securitySchemes"] = _BEARER
        return super().openapi()


def reads(schema: str, media_type: str = "application/json") -> dict[str, Any]:
    """Return the part of a route's description that names its request body."""
    return {"requestBody": {"required": True, "content": {media_type: _referring(schema)}}, **SECURED}


def answers(schema: str, status: int = 200, description: str = "Done") -> dict[int | str, dict[str, Any]]:
    """Return the part of a route's description that names its answers."""
    return {
        status: {"description": description, "content": {"application/json": _referring(schema)}},
        **PROBLEMS,
    }


def _referring(schema: str) -> dict[str, Any]:
    return {"schema": {"$ref": _REFERENCE + schema}}


SECURED: dict[str, Any] = {"security": [{"bearer": []}]}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "The request cannot be done",
        "content": {"application/problem+json": _referring("Problem")},
    }
}


def _schemas() -> dict[str, Any]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - needed only for this document

    from http_api.schemas import assets, case_views, links, moderation, uploads, views  # noqa: PLC0415 - the same

    template = _REFERENCE + "{model}"
    inputs = [
        links.LinkCreate,
        links.LinkChange,
        links.AliasCreate,
        links.Rename,
        links.Shorten,
        assets.AssetChange,
        assets.SignedUrlCreate,
        assets.DecisionCreate,
        uploads.UploadCreate,
        moderation.CaseDecision,
        moderation.BulkDecisions,
        moderation.BlockedHashCreate,
        moderation.VerificationCreate,
        moderation.ReportCreate,
        moderation.AppealCreate,
    ]
    outputs = [
        views.LinkView,
        views.LinkPage,
        views.AliasView,
        views.MissView,
        views.ShortenView,
        views.ItemResults,
        assets.AssetView,
        assets.AssetPage,
        assets.UsageView,
        assets.SignedUrlView,
        assets.DecisionView,
        uploads.UploadView,
        uploads.UploadList,
        uploads.PartView,
        case_views.CaseView,
        case_views.CasePage,
        case_views.CaseFile,
        case_views.DecidedView,
        case_views.BulkResults,
        case_views.StatementView,
        case_views.ProofView,
        case_views.ReportReceived,
    ]
    schemas: dict[str, Any] = {"Problem": _PROBLEM}
    for kind in [*inputs, *outputs]:
        schema = TypeAdapter(kind).json_schema(ref_template=template)
        schemas |= schema.pop("$defs", {})
        schemas[kind.__name__] = schema
    return schemas

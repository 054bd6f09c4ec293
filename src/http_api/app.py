"""The FastAPI app. Routes are coroutines: the runtime has no threads to run others in."""

from __future__ import annotations

from http_api import errors
from http_api.moderation import refusals
from http_api.openapi import Api
from http_api.rate_limiting import RateLimiting
from http_api.routers import (
    appeals,
    asset_decisions,
    assets,
    bulk,
    health,
    link_names,
    link_transfer,
    links,
    moderation_cases,
    moderation_decisions,
    moderation_ledger,
    moderation_offenders,
    oembed,
    reports,
    shorten,
    uploads,
)

ROUTERS = (
    health,
    uploads,
    bulk,
    link_transfer,
    links,
    link_names,
    shorten,
    assets,
    asset_decisions,
    appeals,
    moderation_cases,
    moderation_decisions,
    moderation_offenders,
    moderation_ledger,
    reports,
    oembed,
)
"""In this order, in which a request's path is looked up: what is asked for most comes early, and the words
that stand where a code can stand come before the codes."""


def create_app() -> Api:
    """Return the app; each request's `Services` are expected in its ASGI scope under "services"."""
    app = Api(
        title="GIF Distributor",
        version="1",
        description="GIF media, and short links with exact clicks. Times are ISO 8601 in UTC.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        redirect_slashes=False,
    )
    errors.install(app)
    refusals.install(app)
    app.add_middleware(RateLimiting)
    for module in ROUTERS:
        app.include_router(module.router)
    return app

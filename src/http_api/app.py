"""The FastAPI app. Routes are coroutines: the runtime has no threads to run others in."""

from __future__ import annotations

from fastapi import FastAPI

from http_api import errors
from http_api.routers import health, links


def create_app() -> FastAPI:
    """Return the app; each request's `Services` are expected in its ASGI scope under "services"."""
    app = FastAPI(
        title="GIF Distributor",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    errors.install(app)
    app.include_router(health.router)
    app.include_router(links.router)
    return app

"""`/healthz`."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from http_api.services import Services, UnavailableError

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def health(request: Request) -> JSONResponse:
    """Tell how the service is: "healthy"; "degraded" while a circuit is open; "unhealthy" (503) without edge.

    `checks` says of everything that it needs whether it works. `edge` is the report of one of the edge
    Worker's isolates: its breakers, and what became of its clicks.
    """
    ports: Services = request.scope["services"]
    try:
        edge = dict(await ports.edge_health())
    except UnavailableError as error:
        ports.incidents.note("edge_unavailable", error)
        return JSONResponse({"status": "unhealthy", "checks": {"edge": False}, "edge": None}, status_code=503)
    circuits = {name: breaker["state"] == "closed" for name, breaker in edge["breakers"].items()}
    status = "healthy" if all(circuits.values()) else "degraded"
    return JSONResponse({"status": status, "checks": {"edge": True, **circuits}, "edge": edge})

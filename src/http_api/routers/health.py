"""`/healthz`."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def health() -> dict[str, str]:
    """Tell that this Worker answers."""
    return {"status": "healthy"}

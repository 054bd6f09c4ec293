"""What the tests of moderation share: cases as messages and scans make them, and calls as people do."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from assets.states import PENDING
from tests.unit.http_api.ports import World

CASES = "/api/v1/moderation/cases"


def sha256_of(asset_id: str) -> str:
    return asset_id.encode().hex().ljust(64, "0")


def bring(
    world: World, asset_id: str = "cat", decision: str = "flagged", account_id: str = "operator"
) -> str:
    """Have an account bring an asset, and a scan decide on it; return the case's subject."""
    world.hold(asset_id, account_id, state=PENDING, visibility="public")
    subject = f"asset:{asset_id}"

    async def work() -> None:
        await world.ledger.open(f"open {asset_id}", subject, account_id, sha256_of(asset_id))
        verdict: dict[str, Any] = {
            "sha256": sha256_of(asset_id),
            "decision": decision,
            "reason": "it looks like a dog",
            "categories": ["animals"],
            "scores": {"animals": 0.7},
            "model": "omni-1",
            "thresholds": {"reject": 0.8},
        }
        await world.ledger.scan(f"scan {asset_id}", subject, verdict)

    asyncio.run(work())
    return subject


def case_of(world: World, subject: str) -> dict[str, Any]:
    case = asyncio.run(world.ledger.read(subject))
    assert case is not None
    return case


def post(world: World, path: str, body: Any = None, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return world.request("POST", path, json={} if body is None else body, headers=named)


def decide(world: World, subject: str, step: str, **more: Any) -> httpx.Response:
    return post(world, f"{CASES}/{subject}/decisions", {"step": step, **more})


def state_of(world: World, asset_id: str = "cat") -> str:
    return world.assets.stored(asset_id).record.state

"""The documented library imports and works inside a Worker."""

from __future__ import annotations

from pathlib import Path

from tests.harness.local_edge import LocalEdge

CONFIG = Path(__file__).parent / "library" / "wrangler.toml"
DOCUMENTED = [
    "ai_safety_scanner",
    "analytics",
    "cdn",
    "giphy_publisher",
    "media_jobs",
    "moderation",
    "observability",
    "ratelimit",
    "sharelinks",
    "tenor_publisher",
]


def test_every_documented_package_imports_at_global_scope_and_works_in_a_request() -> None:
    engine = LocalEdge(configs=[str(CONFIG)])
    try:
        answer = engine.get("library", "/").json()
    finally:
        engine.close()
    assert answer == {
        "packages": DOCUMENTED,
        "signed_url_is_valid": True,
        "code_length": 8,
        "verdict": "safe",
    }

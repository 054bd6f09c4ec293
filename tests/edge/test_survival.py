"""What outlives the loss of the machine, and what the engine says about memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.local_edge import ADMIN_TOKEN, LocalEdge, eventually

EDGE, API = "gif-distributor-edge", "gif-distributor-api"
OPERATOR = {"authorization": f"Bearer {ADMIN_TOKEN}"}
MEMORY_LIMIT_BYTES = 128 * 1024 * 1024
CONFORMANCE = Path(__file__).parent / "conformance" / "wrangler.toml"


def test_every_acknowledged_click_survives_a_sigkill(tmp_path: Path) -> None:
    engine = LocalEdge(persist=str(tmp_path))
    try:
        body = {"target": "https://example.com/", "code": "kept"}
        assert engine.request(API, "POST", "/api/v1/links", json=body, headers=OPERATOR).status_code == 201

        def clicks() -> int:
            return int(engine.get(API, "/api/v1/links/kept", headers=OPERATOR).json()["clicks"])

        for _ in range(7):
            assert engine.get(EDGE, "/s/kept").status_code == 302
        assert eventually(lambda: clicks() == 7)
        engine.kill()
        engine.restart()
        assert clicks() == 7
        assert engine.get(EDGE, "/s/kept").headers["location"] == "https://example.com/"
    finally:
        engine.close()


def test_an_isolate_that_holds_too_much_is_reported_above_the_limit() -> None:
    engine = LocalEdge(configs=[str(CONFORMANCE)], inspect=True)
    try:
        assert engine.memory()["conformance"]["totalBytes"] < MEMORY_LIMIT_BYTES
        assert engine.get("conformance", "/hold", params={"megabytes": 130}).status_code == 200
        with pytest.raises(AssertionError, match="conformance"):
            engine.check_memory(MEMORY_LIMIT_BYTES)
    finally:
        engine.close()


def test_state_is_forgotten_between_tests(product: LocalEdge) -> None:
    body = {"target": "https://example.com/", "code": "brief"}
    assert product.request(API, "POST", "/api/v1/links", json=body, headers=OPERATOR).status_code == 201
    product.r2_put("MEDIA", "media/brief123", b"GIF89a")
    assert product.r2_get("MEDIA", "media/brief123") == b"GIF89a"
    product.reset()
    assert product.get(EDGE, "/s/brief").status_code == 404
    assert product.r2_get("MEDIA", "media/brief123") is None
    assert product.kv("METADATA", "list")["keys"] == []

"""From a created link to a counted click, through the real folders."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.harness.local_edge import ADMIN_TOKEN, LocalEdge, eventually

EDGE, API, MODERATOR = (f"gif-distributor-{name}" for name in ("edge", "api", "moderator"))
OPERATOR = {"authorization": f"Bearer {ADMIN_TOKEN}"}
BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"}


def create(product: LocalEdge, **fields: Any) -> dict[str, Any]:
    response = product.request(API, "POST", "/api/v1/links", json=fields, headers=OPERATOR)
    assert response.status_code == 201, response.text
    return dict(response.json())


def clicks(product: LocalEdge, code: str) -> int:
    return int(product.get(API, f"/api/v1/links/{code}", headers=OPERATOR).json()["clicks"])


def test_a_created_link_redirects_and_counts(product: LocalEdge) -> None:
    link = create(product, target="https://example.com/cat", title="A cat")
    assert link["clicks"] == 0
    assert link["short_url"].endswith(f"/s/{link['code']}")
    for _ in range(2):
        response = product.get(EDGE, f"/s/{link['code']}", headers=BROWSER)
        assert (response.status_code, response.headers["location"]) == (302, "https://example.com/cat")
    assert eventually(lambda: clicks(product, link["code"]) == 2)


def test_one_port_routes_to_edge_and_api(product: LocalEdge) -> None:
    link = create(product, target="https://example.com/")
    assert product.http.get(f"{product.front}/s/{link['code']}").status_code == 302
    assert product.http.get(f"{product.front}/healthz").json()["status"] == "healthy"


def test_a_claimed_code_cannot_be_claimed_again(product: LocalEdge) -> None:
    create(product, target="https://example.com/", code="mine")
    again = product.request(
        API, "POST", "/api/v1/links", json={"target": "https://x.example/", "code": "mine"}, headers=OPERATOR
    )
    assert (again.status_code, again.json()["code"]) == (409, "code_taken")


def test_the_owner_projects_its_record_to_kv(product: LocalEdge) -> None:
    create(product, target="https://example.com/", code="shown")
    found = eventually(lambda: product.kv("METADATA", "get", "link:shown"))
    assert json.loads(found)["target"] == "https://example.com/"


def test_a_link_works_before_kv_has_heard_of_it(product: LocalEdge) -> None:
    create(product, target="https://example.com/", code="early")
    product.kv("METADATA", "delete", "link:early")
    assert product.get(EDGE, "/s/early").status_code == 302


def test_an_unclaimed_code_is_404_and_leaves_no_storage(product: LocalEdge) -> None:
    assert product.get(EDGE, "/s/nobody").status_code == 404
    tables = product.sql("ShortLink", "nobody", "SELECT name FROM sqlite_master WHERE type = 'table'")
    # Miniflare and workerd keep tables of their own, whose names begin with an underscore.
    assert [row["name"] for row in tables if not row["name"].startswith("_")] == []


def test_head_and_unfurl_bots_are_no_clicks(product: LocalEdge) -> None:
    create(product, target="https://example.com/", code="quiet")
    product.request(EDGE, "HEAD", "/s/quiet", headers=BROWSER)
    product.get(
        EDGE,
        "/s/quiet",
        headers={"user-agent": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"},
    )
    product.get(EDGE, "/s/quiet", headers=BROWSER)
    assert eventually(lambda: clicks(product, "quiet") == 1)


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [({}, 401, "token_required"), ({"authorization": "Bearer wrong"}, 401, "invalid_token")],
)
def test_creating_needs_a_valid_token(
    product: LocalEdge, headers: dict[str, str], status: int, code: str
) -> None:
    response = product.request(
        API, "POST", "/api/v1/links", json={"target": "https://example.com/"}, headers=headers
    )
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["www-authenticate"] == "Bearer"


def test_a_bad_request_lists_every_bad_field(product: LocalEdge) -> None:
    body = {"target": "ftp://example.com/", "code": "a", "colour": "red"}
    response = product.request(API, "POST", "/api/v1/links", json=body, headers=OPERATOR)
    assert response.status_code == 422
    assert {error["field"] for error in response.json()["errors"]} == {
        "body.target",
        "body.code",
        "body.colour",
    }


def test_bytes_without_a_record_are_not_served(product: LocalEdge) -> None:
    for key in ("media/asset123", "media/asset123/original.gif", "quarantine/asset123/original.gif"):
        product.r2_put("MEDIA", key, b"GIF89a")
    assert product.get(EDGE, "/a/asset123").status_code == 404


def test_the_moderator_looks_at_a_new_link_and_says_what_makes_no_sense(product: LocalEdge) -> None:
    create(product, target="https://example.com/", code="fine")
    good = {"kind": "link", "event_id": "1", "code": "fine"}
    outcome = product.queue(MODERATOR, "gif-distributor-moderation", good, {"kind": "link"})
    assert outcome["outcome"] == "ok"
    assert outcome["explicitAcks"] == ["0", "1"]
    assert product.object("ModerationLedger", "ledger", "read", "link:fine")["case"]["state"] == "approved"
    assert any('"moderation_senseless"' in line for line in product.logs())


def test_the_cron_sweep_runs(product: LocalEdge) -> None:
    product.r2_put("MEDIA", "quarantine/fresh", b"GIF89a")
    assert product.scheduled(MODERATOR, "*/5 * * * *")["outcome"] == "ok"
    (line,) = [json.loads(line) for line in product.logs() if '"sweep"' in line]
    assert line["removed"] == 0
    assert product.r2_get("MEDIA", "quarantine/fresh") == b"GIF89a"


def test_the_memory_of_every_isolate_stays_below_productions_limit(product: LocalEdge) -> None:
    create(product, target="https://example.com/", code="memory")
    for _ in range(50):
        product.get(EDGE, "/s/memory", headers=BROWSER)
    product.check_memory(128 * 1024 * 1024)

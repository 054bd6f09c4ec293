"""Who may ask, how often, and what every answer has in common."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest

from accounts import VISITOR, Principal, PrincipalKind, Scope
from cdn.verification import Refusal, Verdict
from http_api.app import create_app
from tests.unit.http_api.ports import TOKEN, World
from uploads.errors import MESSAGES, UploadError

ROOT = Path(__file__).resolve().parents[3]
LINKS = "/api/v1/links"
ASSETS = "/api/v1/assets"
UPLOADS = "/api/v1/uploads"
MODERATION = "/api/v1/moderation"
ROUTES = [
    ("GET", LINKS),
    ("POST", LINKS),
    ("POST", f"{LINKS}/bulk"),
    ("GET", f"{LINKS}/export"),
    ("POST", f"{LINKS}/import"),
    ("GET", f"{LINKS}/misses"),
    ("GET", f"{LINKS}/abc"),
    ("PATCH", f"{LINKS}/abc"),
    ("DELETE", f"{LINKS}/abc"),
    ("POST", f"{LINKS}/abc/restore"),
    ("POST", f"{LINKS}/abc/disable"),
    ("POST", f"{LINKS}/abc/enable"),
    ("GET", f"{LINKS}/abc/statistics"),
    ("POST", f"{LINKS}/abc/aliases"),
    ("DELETE", f"{LINKS}/abc/aliases/def"),
    ("POST", f"{LINKS}/abc/rename"),
    ("POST", "/api/v1/shorten"),
    ("GET", ASSETS),
    ("POST", ASSETS),
    ("GET", f"{ASSETS}/usage"),
    ("GET", f"{ASSETS}/abc"),
    ("PATCH", f"{ASSETS}/abc"),
    ("DELETE", f"{ASSETS}/abc"),
    ("POST", f"{ASSETS}/abc/restore"),
    ("POST", f"{ASSETS}/abc/signed-url"),
    ("GET", f"{ASSETS}/abc/decision"),
    ("POST", f"{ASSETS}/abc/decision"),
    ("GET", UPLOADS),
    ("POST", UPLOADS),
    ("GET", f"{UPLOADS}/abc"),
    ("DELETE", f"{UPLOADS}/abc"),
    ("PUT", f"{UPLOADS}/abc/parts/1"),
    ("POST", f"{UPLOADS}/abc/complete"),
    ("GET", f"{ASSETS}/abc/moderation"),
    ("POST", f"{ASSETS}/abc/appeal"),
    ("GET", f"{LINKS}/abc/moderation"),
    ("POST", f"{LINKS}/abc/appeal"),
    ("GET", f"{MODERATION}/cases"),
    ("GET", f"{MODERATION}/cases/asset:abc"),
    ("GET", f"{MODERATION}/cases/asset:abc/media"),
    ("POST", f"{MODERATION}/cases/asset:abc/claim"),
    ("DELETE", f"{MODERATION}/cases/asset:abc/claim"),
    ("POST", f"{MODERATION}/cases/asset:abc/decisions"),
    ("POST", f"{MODERATION}/decisions"),
    ("GET", f"{MODERATION}/accounts"),
    ("GET", f"{MODERATION}/accounts/abc"),
    ("GET", f"{MODERATION}/hashes"),
    ("GET", f"{MODERATION}/hashes/abc"),
    ("GET", f"{MODERATION}/blocked-hashes"),
    ("POST", f"{MODERATION}/blocked-hashes"),
    ("DELETE", f"{MODERATION}/blocked-hashes/abc"),
    ("GET", f"{MODERATION}/statistics"),
    ("GET", f"{MODERATION}/ledger/export"),
    ("POST", f"{MODERATION}/ledger/verify"),
    ("POST", f"{MODERATION}/ledger/checkpoints"),
]


def ask(world: World, method: str, path: str, **headers: str):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return asyncio.run(world.send(method, path, headers=named))


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(
    ("headers", "code"), [({}, "token_required"), ({"authorization": "Bearer wrong"}, "invalid_token")]
)
def test_every_route_needs_a_valid_token(world: World, method, path, headers, code):
    answer = ask(world, method, path, **headers)
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert "ratelimit-limit" in answer.headers


def test_every_route_is_in_the_list_above():
    described = create_app().openapi()["paths"]
    routes = {(method.upper(), path) for path, methods in described.items() for method in methods}
    asked = set(ROUTES)
    for example, name in (
        ("links/abc", "links/{code}"),
        ("assets/abc", "assets/{asset_id}"),
        ("uploads/abc", "uploads/{upload_id}"),
        ("parts/1", "parts/{number}"),
        ("def", "{alias}"),
        ("cases/asset:abc", "cases/{subject}"),
        ("accounts/abc", "accounts/{account_id}"),
        ("blocked-hashes/abc", "blocked-hashes/{value}"),
        ("hashes/abc", "hashes/{sha256}"),
    ):
        asked = {(method, path.replace(example, name)) for method, path in asked}
    assert routes - asked == {("GET", "/healthz"), ("GET", "/oembed"), ("POST", "/api/v1/reports")}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_token_without_the_scope_is_403(world: World, monkeypatch, method, path):
    weak = Principal(PrincipalKind.MEMBER, "me", scopes=frozenset({Scope.OPERATIONS}))
    monkeypatch.setattr("http_api.auth.authenticate_bearer", lambda *_: weak)
    answer = ask(world, method, path, authorization="Bearer x")
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_required")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("GET", f"{LINKS}/", 404, "not_found"),
        ("PUT", f"{LINKS}/abc", 405, "method_not_allowed"),
        ("DELETE", LINKS, 405, "method_not_allowed"),
        ("POST", "/healthz", 405, "method_not_allowed"),
    ],
)
def test_what_is_not_there_is_a_problem_too(world: World, method, path, status, code):
    answer = world.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_every_answer_tells_what_is_left_of_the_limit(world: World):
    world.limits.requests["api_token"] = 3
    answers = [world.request("GET", f"{LINKS}{path}") for path in ("", "/nobody", "/misses", "")]
    assert [answer.status_code for answer in answers] == [200, 404, 200, 429]
    assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert {answer.headers["ratelimit-limit"] for answer in answers} == {"3"}
    assert answers[3].json()["code"] == "rate_limited"
    assert answers[3].headers["retry-after"] == "20"
    assert "retry-after" not in answers[0].headers
    world.clock.now += 20
    assert world.request("GET", LINKS).status_code == 200


def test_a_refused_request_does_nothing(world: World):
    world.limits.requests["api_token"] = 1
    world.create(code="abc")
    assert world.request("DELETE", f"{LINKS}/abc").status_code == 429
    assert world.owners.record("abc").state == "active"


def test_a_token_counts_by_itself_and_is_never_written_down(world: World):
    for address in ("192.0.2.1", "192.0.2.2"):
        ask(world, "GET", LINKS, authorization=f"bearer  {TOKEN} ", cf_connecting_ip=address)
    ((limit, subject),) = set(world.limits.subjects)
    assert limit == "api_token"
    assert len(subject) == 32
    assert TOKEN not in subject


def test_visitors_and_bad_tokens_count_by_the_platforms_address(world: World):
    ask(world, "GET", LINKS, cf_connecting_ip="192.0.2.1", x_forwarded_for="198.51.100.7")
    ask(world, "GET", LINKS, cf_connecting_ip="2001:db8:1:2:3:4:5:6")
    ask(world, "GET", LINKS, x_real_ip="198.51.100.7", forwarded="for=198.51.100.7")
    ask(world, "GET", LINKS, authorization="Bearer wrong", cf_connecting_ip="192.0.2.1")
    ask(world, "GET", LINKS, cf_connecting_ip="9" * 8_000)
    assert world.limits.subjects == [
        ("api_address", "192.0.2.1"),
        ("api_address", "2001:db8:1:2::/64"),
        ("api_address", "unknown"),
        ("failed_auth", "192.0.2.1"),
        ("api_address", "9" * 64),
    ]


def test_guessing_tokens_ends_in_429(world: World):
    world.limits.requests["failed_auth"] = 2
    answers = [ask(world, "GET", LINKS, authorization=f"Bearer guess{place}") for place in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]


def test_a_limiter_that_fails_lets_requests_pass_and_is_noted(world: World):
    world.limits.is_failing = True
    assert world.request("GET", LINKS).status_code == 200
    assert ask(world, "GET", LINKS).status_code == 401
    assert world.incidents.counts == {"rate_limiter_failed": 2}
    assert json.loads(world.log[0]) == {
        "level": "error",
        "event": "rate_limiter_failed",
        "error": "the limiter is down",
        "kind": "ConnectionError",
    }


def test_the_health_check_is_not_limited(world: World):
    world.limits.requests["api_address"] = 1
    for _ in range(3):
        answer = ask(world, "GET", "/healthz")
        assert answer.status_code == 200
        assert "ratelimit-limit" not in answer.headers


def test_the_health_check_tells_of_open_circuits_and_of_an_edge_that_does_not_answer(world: World):
    assert ask(world, "GET", "/healthz").json()["status"] == "healthy"
    world.edge_breakers = {"kv": {"state": "open"}, "queue": {"state": "closed"}}
    degraded = ask(world, "GET", "/healthz")
    assert (degraded.status_code, degraded.json()["status"]) == (200, "degraded")
    assert degraded.json()["edge"]["breakers"]["kv"]["state"] == "open"
    assert degraded.json()["checks"] == {"edge": True, "kv": False, "queue": True}
    world.edge_breakers = None
    dead = ask(world, "GET", "/healthz")
    assert (dead.status_code, dead.json()) == (
        503,
        {"status": "unhealthy", "checks": {"edge": False}, "edge": None},
    )
    assert world.incidents.counts == {"edge_unavailable": 1}


def test_a_surprise_is_a_problem_without_its_details(world: World, monkeypatch):
    async def surprising(*_arguments):
        raise KeyError("the secret inside")

    monkeypatch.setattr(world.owners, "read", surprising)
    answer = world.request("GET", f"{LINKS}/abc")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret" not in answer.text


def test_the_description_names_every_body_and_resolves(world: World):
    document = ask(world, "GET", "/api/v1/openapi.json").json()
    schemas = document["components"]["schemas"]

    def references(value):
        if isinstance(value, dict):
            found = {value["$ref"]} if "$ref" in value else set()
            return found.union(*map(references, value.values()))
        return set().union(*map(references, value)) if isinstance(value, list) else set()

    assert references(document) <= {f"#/components/schemas/{name}" for name in schemas}
    assert document["paths"][LINKS]["post"]["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/LinkCreate"
    }
    assert schemas["LinkCreate"]["properties"]["target"]["examples"]
    assert document["paths"][LINKS]["post"]["security"] == [{"bearer": []}]
    app = create_app()
    assert app.openapi() == app.openapi() == document


def test_every_code_is_in_the_table_of_errors():
    sources = [path.read_text() for path in (ROOT / "src" / "http_api").rglob("*.py")]
    raised = re.compile(r'(?:ApiError\(\s*\d{3},|refuse\(|invalid_field\([^,()]+,)\s*"([a-z_]+)"')
    codes = {code for source in sources for code in raised.findall(source)}
    assert len(codes) > 25
    table = (ROOT / "docs" / "errors.md").read_text()
    assert {code for code in codes if f"`{code}`" not in table} <= {"extra_forbidden"}


def test_every_refusal_of_media_is_in_the_table_with_its_status():
    from delivery import problems

    table = (ROOT / "docs" / "errors.md").read_text().partition("## Codes of media")[2]
    table = table.partition("## Codes of fields")[0]
    refusals = [one for one in vars(problems).values() if isinstance(one, problems.Problem)]
    refusals += problems.BY_CONDITION.values()
    refusals.append(problems.refused_url(Verdict(Refusal.EXPIRED)))
    assert len(refusals) > 9
    for one in refusals:
        assert re.search(rf"^\| `{one.code}` +\| {one.status} +\|", table, re.MULTILINE), one


def test_every_code_of_a_file_is_in_the_table_with_its_status():
    table = (ROOT / "docs" / "errors.md").read_text().partition("## Codes of files")[2]
    rows = re.findall(r"^\| `([a-z_]+)` +\| (\d{3}) +\|", table, re.MULTILINE)
    assert {code: int(status) for code, status in rows} == {
        code: UploadError(code).status for code in MESSAGES
    }


def test_only_members_and_the_operator_see_an_account(world: World):
    from http_api.auth import Caller

    member = Caller(Principal(PrincipalKind.MEMBER, "me"), world.services)
    assert (member.may_see("me"), member.may_see("you")) == (True, False)
    assert Caller(VISITOR, world.services).account_id == ""


def test_a_lifespan_is_none_of_the_limiters_business():
    async def start():
        sent = []
        messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

        async def receive():
            return next(messages)

        async def send(message):
            sent.append(message["type"])

        await create_app()({"type": "lifespan"}, receive, send)
        return sent

    assert asyncio.run(start()) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]

"""Owners read why their content is withheld, and appeal once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import TypeAdapter

from accounts import Principal, PrincipalKind, Scope, Tier
from http_api.schemas.case_views import StatementView
from tests.unit.http_api.casework import CASES, bring, case_of, decide, post, state_of
from tests.unit.http_api.ports import BASE_URL, World
from tests.unit.http_api.test_links import problem

ASSET = "/api/v1/assets/cat"
LINK = "/api/v1/links/abc"


def statement(world: World, path: str) -> dict[str, Any]:
    answer = world.request("GET", f"{path}/moderation")
    assert answer.status_code == 200, answer.text
    view = dict(answer.json())
    TypeAdapter(StatementView).validate_python(view, strict=True, extra="forbid")
    return view


def test_an_owner_reads_the_reasons_and_is_put_right(world: World):
    subject = bring(world)
    assert (statement(world, ASSET)["status"], statement(world, ASSET)["withheld"]) == ("pending", False)
    decide(world, subject, "reject", notes="between us")
    seen = statement(world, ASSET)
    assert seen == {
        "subject": subject,
        "status": "rejected",
        "withheld": True,
        "reason": "it looks like a dog",
        "explanation": "it looks like a dog",
        "categories": ["animals"],
        "automated": False,
        "decided_at": "2027-01-15T08:00:00.000Z",
        "appeal": None,
        "can_appeal": True,
        "appeal_url": f"{BASE_URL}{ASSET}/appeal",
    }
    appealed = post(world, f"{ASSET}/appeal", {"text": "It is a cat"})
    assert appealed.status_code == 200
    assert (
        appealed.json()
        == statement(world, ASSET)
        == seen
        | {
            "appeal": "It is a cat",
            "can_appeal": False,
            "appeal_url": None,
        }
    )
    (notice,) = world.notices.messages
    assert (notice["event"], notice["subject"], notice["state"]) == ("case_appealed", subject, "appealed")
    (waiting,) = world.request("GET", CASES).json()["items"]
    assert waiting["appeal"] == "It is a cat"
    decide(world, subject, "reinstate")
    assert (statement(world, ASSET)["status"], state_of(world)) == ("approved", "approved")
    assert problem(post(world, f"{ASSET}/appeal", {"text": ""}), 409)["code"] == "not_appealable"


def test_a_refused_appeal_is_final(world: World):
    world.create(code="abc")
    decide(world, "link:abc", "reject", reason="spam")
    seen = statement(world, LINK)
    assert (seen["reason"], seen["appeal_url"]) == ("spam", f"{BASE_URL}{LINK}/appeal")
    assert post(world, f"{LINK}/appeal", {"text": "no"}).status_code == 200
    decide(world, "link:abc", "uphold")
    seen = statement(world, LINK)
    assert (seen["status"], seen["reason"], seen["can_appeal"]) == ("rejected", "spam", False)
    assert problem(post(world, f"{LINK}/appeal", {"text": "but"}), 409)["code"] == "not_appealable"
    assert world.owners.record("abc").state == "rejected"


def test_an_appeal_is_made_once_however_often_it_is_sent(world: World):
    decide(world, bring(world), "reject")
    for _ in range(2):
        answer = post(world, f"{ASSET}/appeal", {"text": "a cat"}, idempotency_key="k")
        assert answer.status_code == 200
    assert case_of(world, "asset:cat")["appeals"] == 1


def test_moderators_that_cannot_be_told_find_it_in_their_queue(world: World):
    decide(world, bring(world), "reject")
    world.notices.is_failing = True
    assert post(world, f"{ASSET}/appeal", {"text": "a cat"}).status_code == 200
    assert any("moderators_not_told" in line for line in world.log)
    assert case_of(world, "asset:cat")["state"] == "appealed"


def test_what_was_decided_before_the_ledger_is_appealed_too(world: World):
    world.hold("cat", state="rejected")
    world.request("POST", f"{ASSET}/decision", json={"state": "approved"})
    asyncio.run(world.assets.decide("cat", "taken_down", "a court", None))
    world.create(code="abc")
    world.owners.hold("abc", state="taken_down", reason="a court")
    assert post(world, f"{LINK}/appeal", {"text": "?"}).json()["appeal"] == "?"


def test_an_account_of_which_the_ledger_has_not_heard_may_appeal(world: World):
    decide(world, bring(world, account_id="bob"), "approve")
    world.hold("cat", "operator")
    decide(world, "asset:cat", "take_down", reason="a court")
    assert post(world, f"{ASSET}/appeal", {"text": "mine too"}).json()["can_appeal"] is False
    assert {one["account_id"] for one in world.request("GET", f"{CASES}/asset:cat").json()["uploads"]} == {
        "bob",
        "operator",
    }


def test_nothing_is_told_of_what_waits_for_its_owner(world: World):
    world.hold("cat", "bob", visibility="private")
    decide(world, "asset:cat", "take_down", reason="a court")
    decide(world, "asset:cat", "reinstate")
    world.hold("dog", state="pending")
    world.hold("cat", "operator", state="pending")
    reference = world.assets.stored("cat").reference_of("operator")
    assert reference is not None
    if not reference.confirmed:
        assert statement(world, ASSET) | {"subject": "", "appeal_url": None} == statement(
            world, "/api/v1/assets/dog"
        ) | {"subject": "", "appeal_url": None}
    assert problem(post(world, "/api/v1/assets/dog/appeal", {"text": "?"}), 409)["code"] == "not_appealable"


def test_only_owners_are_told_and_heard(world: World, monkeypatch: pytest.MonkeyPatch):
    bring(world, account_id="bob")
    world.belongs_to_another("abc")
    for path, code in ((ASSET, "unknown_asset"), (LINK, "unknown_link"), ("/api/v1/links/x", "unknown_link")):
        assert problem(world.request("GET", f"{path}/moderation"), 404)["code"] == code
        assert problem(post(world, f"{path}/appeal", {"text": "?"}), 404)["code"] == code
    reader = frozenset({Scope.ASSETS_READ, Scope.LINKS_READ})
    bob = Principal(PrincipalKind.MEMBER, "bob", Tier.FREE, reader)
    monkeypatch.setattr("http_api.auth.authenticate_bearer", lambda *_: bob)
    assert statement(world, ASSET)["subject"] == "asset:cat"
    assert problem(post(world, f"{ASSET}/appeal", {"text": "?"}), 403)["code"] == "scope_required"


def test_an_appeal_needs_its_text(world: World):
    bring(world)
    (error,) = problem(post(world, f"{ASSET}/appeal", {"text": "x" * 4_001}), 422)["errors"]
    assert error["field"] == "body.text"

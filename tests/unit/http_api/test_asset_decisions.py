"""Moderation decides on assets, and what is out of reach leaves the edge."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import TypeAdapter

from accounts import Principal, PrincipalKind, Scope, Tier
from http_api.schemas.assets import DecisionView
from tests.unit.http_api.ports import World
from tests.unit.http_api.test_links import problem

URL = "/api/v1/assets/cat/decision"
SHA256 = "636174".ljust(64, "0")


def decide(world: World, state: str, **more):
    reason = {"reason": "a court said so"} if state in ("rejected", "taken_down") else {}
    return world.request("POST", URL, json={"state": state, **reason, **more})


def test_an_asset_is_taken_down_and_put_up_again(world: World):
    world.hold("cat", "bob", visibility="public")
    answer = decide(world, "taken_down", reason="a court said so")
    assert answer.status_code == 200
    TypeAdapter(DecisionView).validate_python(answer.json(), strict=True, extra="forbid")
    assert (
        answer.json()
        == world.request("GET", URL).json()
        == {
            "asset_id": "cat",
            "state": "taken_down",
            "reason": "a court said so",
            "visibility": "public",
            "version": 3,
            "accounts": ["bob"],
        }
    )
    assert world.edge_copies.purged == [("cat", [SHA256])]
    assert decide(world, "approved").json()["state"] == "approved"
    assert len(world.edge_copies.purged) == 1


@pytest.mark.parametrize("state", ["rejected", "taken_down"])
@pytest.mark.parametrize("reason", ["", " "])
def test_whoever_refuses_says_why(world: World, state, reason):
    world.hold("cat", state="flagged")
    (error,) = problem(decide(world, state, reason=reason), 422)["errors"]
    assert error["code"] == "reason_required"
    assert world.assets.stored("cat").record.state == "flagged"


def test_the_holder_reads_the_verdict_and_its_reason(world: World):
    world.hold("cat", state="rejected")
    decide(world, "approved")
    decide(world, "flagged", reason="somebody complained")
    seen = world.request("GET", "/api/v1/assets/cat").json()
    assert (seen["status"], seen["reason"]) == ("flagged", "somebody complained")


def test_deciding_the_same_again_changes_nothing_and_purges_again(world: World):
    world.hold("cat")
    world.edge_copies.is_failing = True
    assert problem(decide(world, "taken_down"), 503)["code"] == "unavailable"
    assert world.assets.stored("cat").record.state == "taken_down"
    world.edge_copies.is_failing = False
    assert decide(world, "taken_down").json()["version"] == 3
    assert world.edge_copies.purged == [("cat", [SHA256])]


@pytest.mark.parametrize(("before", "after"), [("approved", "rejected"), ("rejected", "taken_down")])
def test_an_illegal_move_is_refused(world: World, before, after):
    world.hold("cat", state=before)
    assert problem(decide(world, after), 409)["code"] == "illegal_decision"
    assert world.assets.stored("cat").record.state == before
    assert world.edge_copies.purged == []


def test_a_decision_on_an_old_version_is_a_conflict(world: World):
    world.hold("cat")
    assert problem(decide(world, "flagged", version=1), 409)["code"] == "version_conflict"
    assert decide(world, "flagged", version=2).status_code == 200


def test_what_has_no_bytes_is_not_approved(world: World):
    world.hold("cat", state="flagged")
    world.assets.bytes_missing.add("cat")
    assert problem(decide(world, "approved"), 409)["code"] == "bytes_missing"


def test_an_asset_that_is_not_there_is_404(world: World):
    assert problem(decide(world, "approved"), 404)["code"] == "unknown_asset"
    assert problem(world.request("GET", URL), 404)["code"] == "unknown_asset"


def test_every_bad_field_is_told_at_once(world: World):
    body = {"state": "pending", "reason": "a\nb", "version": "3", "by": "me"}
    errors = problem(world.request("POST", URL, json=body), 422)["errors"]
    assert {error["field"] for error in errors} == {f"body.{name}" for name in body}


def test_holding_an_asset_is_no_right_to_decide(world: World, monkeypatch):
    scopes = frozenset(Scope)
    ann = Principal(PrincipalKind.MEMBER, "ann", Tier.TEAM, scopes)
    monkeypatch.setattr("http_api.auth.authenticate_bearer", lambda *_: ann)
    world.hold("cat", "ann")
    assert problem(decide(world, "taken_down"), 403)["code"] == "scope_required"
    assert problem(world.request("GET", URL), 403)["code"] == "scope_required"


@pytest.mark.parametrize(("standing", "state"), [("rejected", "rejected"), ("taken_down", "taken_down")])
def test_the_same_again_on_an_appeal_upholds_and_the_opposite_reinstates(world: World, standing, state):
    for asset_id in ("cat", "dog"):
        world.hold(asset_id, state=standing)
        appeal = {"text": "it is a cat"}
        assert world.request("POST", f"/api/v1/assets/{asset_id}/appeal", json=appeal).status_code == 200
    assert decide(world, state).json()["state"] == standing
    assert world.request("GET", "/api/v1/assets/cat/moderation").json()["can_appeal"] is False
    answer = world.request("POST", "/api/v1/assets/dog/decision", json={"state": "approved"})
    assert answer.json()["state"] == "approved"
    world.hold("owl", state=standing)
    world.request("POST", "/api/v1/assets/owl/appeal", json=appeal)
    opposite = "taken_down" if standing == "rejected" else "rejected"
    answer = world.request("POST", "/api/v1/assets/owl/decision", json={"state": opposite, "reason": "no"})
    assert problem(answer, 409)["code"] == "illegal_decision"


def test_the_same_again_later_confirms_who_came_meanwhile(world: World):
    world.hold("cat", "bob", visibility="private")
    decide(world, "approved")
    purged = len(world.edge_copies.purged)
    assert decide(world, "approved").status_code == 200
    assert len(world.edge_copies.purged) == purged + 1


def test_an_owner_that_cannot_do_as_the_ledger_says_is_503(world: World):
    world.hold("cat", state="flagged")
    world.stored_media.is_complete = True
    world.assets.bytes_missing.add("cat")
    assert problem(decide(world, "approved"), 503)["code"] == "unavailable"
    world.assets.bytes_missing.clear()
    assert decide(world, "approved").json()["state"] == "approved"


def test_an_asset_that_vanishes_after_the_decision_is_404(world: World, monkeypatch):
    world.hold("cat", state="flagged")

    async def erase(*_: object) -> None:
        await world.assets.release("cat", "operator", 0, None)

    monkeypatch.setattr("http_api.routers.asset_decisions.bring_to", erase)
    assert problem(decide(world, "rejected"), 404)["code"] == "unknown_asset"


def test_the_same_again_does_not_undo_what_its_owner_heard_of_later(world: World):
    world.hold("cat", state="flagged", visibility="public")
    decide(world, "approved")
    asyncio.run(world.assets.decide("cat", "taken_down", "a court", None, 1_000))
    assert decide(world, "approved").json()["state"] == "taken_down"
    assert [asset_id for asset_id, _ in world.edge_copies.purged] == ["cat"]

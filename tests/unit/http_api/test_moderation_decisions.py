"""Decisions reach the ledger first and then the content, once, whatever fails in between."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import TypeAdapter

from http_api.moderation.refusals import refusal
from http_api.schemas.case_views import BulkResults, DecidedView
from moderating.errors import LedgerError
from tests.unit.http_api.casework import CASES, bring, case_of, decide, post, state_of
from tests.unit.http_api.ports import World
from tests.unit.http_api.test_links import problem

BULK = "/api/v1/moderation/decisions"


def test_an_approval_shows_the_asset_and_queues_its_publication_once(world: World):
    subject = bring(world)
    answer = decide(world, subject, "approve", notes="a cat after all", event_id="e1")
    assert answer.status_code == 200
    seen = answer.json()
    TypeAdapter(DecidedView).validate_python(seen, strict=True, extra="forbid")
    assert (seen["outcome"], seen["enforced"], seen["case"]["decided_by"]) == ("changed", True, "operator")
    assert state_of(world) == "approved"
    assert decide(world, subject, "approve", notes="a cat after all", event_id="e1").json() == seen | {
        "outcome": "repeated"
    }
    assert [message["subject"] for message in world.publishing.messages] == [subject]


def test_a_rejection_keeps_the_scans_reason_unless_another_is_given(world: World):
    for name, more, reason in (("cat", {}, "it looks like a dog"), ("dog", {"reason": "no dogs"}, "no dogs")):
        subject = bring(world, name)
        assert decide(world, subject, "reject", **more).json()["case"]["reason"] == reason
        assert (state_of(world, name), world.assets.stored(name).record.reason) == ("rejected", reason)


def test_whoever_takes_down_says_why(world: World):
    subject = bring(world, decision="approved")
    (error,) = problem(decide(world, subject, "take_down", reason=" "), 422)["errors"]
    assert error["code"] == "reason_required"
    assert decide(world, subject, "take_down", reason="a court said so").status_code == 200
    assert state_of(world) == "taken_down"


def test_a_header_makes_a_decision_repeatable_and_means_one_thing(world: World):
    first, second = bring(world, "cat"), bring(world, "dog")
    body = {"step": "approve"}
    path = f"{CASES}/{first}/decisions"
    assert post(world, path, body, idempotency_key="k").json()["outcome"] == "changed"
    assert post(world, path, body, idempotency_key="k").json()["outcome"] == "repeated"
    other = post(world, f"{CASES}/{second}/decisions", body, idempotency_key="k")
    assert problem(other, 409)["code"] == "event_conflict"
    assert post(world, f"{CASES}/{second}/decisions", body, idempotency_key="k", moderator="mo").json()[
        "enforced"
    ]


def test_an_illegal_step_says_which_are_not(world: World):
    subject = bring(world)
    answer = problem(decide(world, subject, "uphold"), 409)
    assert answer["code"] == "illegal_decision"
    assert "approve, reject, take_down" in answer["detail"]
    assert problem(decide(world, "asset:none", "approve"), 404)["code"] == "unknown_case"
    assert problem(decide(world, subject, "dither"), 422)["code"] == "invalid_request"
    assert problem(decide(world, "page:x", "reject"), 422)["code"] == "invalid_casework_input"


def test_a_decision_on_content_without_a_case_begins_one(world: World):
    world.hold("cat", state="pending")
    world.create(code="abc")
    assert decide(world, "asset:cat", "approve").json()["case"]["state"] == "approved"
    assert state_of(world) == "approved"
    assert decide(world, "link:abc", "reject", reason="spam").json()["enforced"]
    record = world.owners.record("abc")
    assert (record.state, record.reason) == ("rejected", "spam")
    assert decide(world, "link:abc", "reinstate").json()["case"]["standing"] == "approved"
    assert (world.owners.record("abc").state, world.owners.record("abc").reason) == ("active", "")


def test_an_owner_that_does_not_answer_hears_of_it_later(world: World):
    subject = bring(world, decision="approved")
    asyncio.run(world.assets.decide("cat", "approved", "", None))
    world.assets.failing.add("cat")
    answer = decide(world, subject, "take_down", reason="a court", event_id="e")
    assert (answer.status_code, answer.json()["enforced"]) == (202, False)
    assert case_of(world, subject)["state"] == "taken_down"
    assert any("not_enforced" in line for line in world.log)
    world.assets.failing.clear()
    again = decide(world, subject, "take_down", reason="a court", event_id="e")
    assert (again.status_code, again.json()["outcome"]) == (200, "repeated")
    assert state_of(world) == "taken_down"
    assert [asset_id for asset_id, _ in world.edge_copies.purged] == ["cat"]


def test_a_link_that_changed_meanwhile_is_looked_at_first(world: World):
    world.create(code="abc")
    decide(world, "link:abc", "reopen")
    assert world.owners.record("abc").state == "pending"
    world.owners.hold("abc", target="https://example.org/else")
    answer = decide(world, "link:abc", "approve")
    assert (answer.status_code, answer.json()["enforced"]) == (202, False)
    assert world.owners.record("abc").state == "pending"


def test_what_has_no_bytes_is_not_approved_and_nothing_is_recorded(world: World):
    subject = bring(world)
    world.assets.bytes_missing.add("cat")
    assert problem(decide(world, subject, "approve"), 409)["code"] == "bytes_missing"
    assert case_of(world, subject)["state"] == "flagged"
    assert decide(world, subject, "reject", reason="no file").status_code == 200


def test_many_decisions_each_have_their_result(world: World):
    for name in ("cat", "dog", "owl", "fox"):
        bring(world, name)
    post(world, f"{CASES}/asset:dog/claim", moderator="jo")
    world.assets.bytes_missing.add("fox")
    world.assets.failing.add("owl")
    decisions = [
        {"subject": "asset:cat", "step": "approve"},
        {"subject": "asset:dog", "step": "reject", "reason": "a dog"},
        {"subject": "asset:nothing", "step": "reject"},
        {"subject": "asset:owl", "step": "reject", "reason": "an owl"},
        {"subject": "asset:fox", "step": "approve"},
        {"subject": "asset:cat", "step": "approve", "event_id": "another"},
    ]
    answer = post(world, BULK, {"decisions": decisions}, idempotency_key="all")
    assert answer.status_code == 207
    seen = answer.json()
    TypeAdapter(BulkResults).validate_python(seen, strict=True, extra="forbid")
    assert (seen["decided"], seen["failed"]) == (2, 4)
    assert [(one["index"], one["status"]) for one in seen["results"]] == [
        (0, 200),
        (1, 409),
        (2, 404),
        (3, 202),
        (4, 409),
        (5, 409),
    ]
    assert [one["problem"]["code"] for one in seen["results"] if "problem" in one] == [
        "case_claimed",
        "unknown_case",
        "bytes_missing",
        "illegal_decision",
    ]
    assert state_of(world, "cat") == "approved"
    again = post(world, BULK, {"decisions": decisions[:1]}, idempotency_key="all").json()
    assert again["results"][0]["outcome"] == "repeated"


def test_content_without_a_case_gets_one_by_a_list_as_by_a_single_decision(world: World):
    for name in ("cat", "dog"):
        world.hold(name, state="flagged", visibility="public")
    subjects = ("asset:cat", "asset:nothing", "asset:dog")
    decisions = [{"subject": one, "step": "take_down", "reason": "a court"} for one in subjects]
    results = post(world, BULK, {"decisions": decisions}).json()["results"]
    assert [one["status"] for one in results] == [200, 404, 200]
    assert (state_of(world, "cat"), state_of(world, "dog")) == ("taken_down", "taken_down")


def test_an_id_that_means_two_things_fails_alone(world: World):
    for name in ("cat", "dog"):
        bring(world, name)
    decisions = [{"subject": f"asset:{name}", "step": "reject", "event_id": "e"} for name in ("cat", "dog")]
    results = post(world, BULK, {"decisions": decisions}).json()["results"]
    assert [one["status"] for one in results] == [200, 409]
    assert results[1]["problem"]["code"] == "event_conflict"


def test_decisions_of_which_none_can_be_taken_do_not_reach_the_ledger(world: World):
    bring(world)
    world.assets.bytes_missing.add("cat")
    answer = post(world, BULK, {"decisions": [{"subject": "asset:cat", "step": "approve"}]})
    assert answer.json()["results"][0]["problem"]["code"] == "bytes_missing"
    assert "decide_many" not in world.ledger_namespace.calls


@pytest.mark.parametrize(
    ("decisions", "code"),
    [
        ([], "too_short"),
        ([{"subject": "page:x", "step": "reject"}], "invalid_subject"),
        ([{"subject": "asset:x", "step": "reject"}] * 101, "too_long"),
    ],
)
def test_bad_lists_are_refused_whole(world: World, decisions, code: str):
    (error,) = problem(post(world, BULK, {"decisions": decisions}), 422)["errors"]
    assert error["code"] == code


def test_what_the_ledger_says_of_itself_is_told():
    assert refusal(LedgerError("broken_ledger", "x")).status == 503
    with pytest.raises(LedgerError):
        refusal(LedgerError("something_new", "x"))

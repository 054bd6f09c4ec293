"""The review queue, the file of a case, claims, and the bytes that only moderators see."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import TypeAdapter

from http_api.schemas.case_views import CaseFile, CasePage, event_view
from tests.unit.http_api.casework import CASES, bring, case_of, decide, post, sha256_of
from tests.unit.http_api.ports import BASE_URL, World
from tests.unit.http_api.test_links import problem


def get(world: World, path: str):
    answer = world.request("GET", path)
    assert answer.status_code == 200, answer.text
    assert "no-store" in answer.headers["cache-control"]
    return answer.json()


def test_the_queue_shows_what_waits_longest_first_page_by_page(world: World):
    for name in ("cat", "dog", "owl"):
        bring(world, name)
        world.clock.now += 1
    bring(world, "fox", "approved")
    first = get(world, f"{CASES}?limit=2")
    TypeAdapter(CasePage).validate_python(first, strict=True, extra="forbid")
    assert [case["subject"] for case in first["items"]] == ["asset:cat", "asset:dog"]
    rest = get(world, f"{CASES}?limit=2&cursor={first['next_cursor']}")
    assert [case["subject"] for case in rest["items"]] == ["asset:owl"]
    assert rest["next_cursor"] is None
    assert first["items"][0]["steps"] == ["approve", "reject", "take_down"]
    assert first["items"][0]["waiting_since"] == "2027-01-15T08:00:00.000Z"


def test_the_queue_is_filtered(world: World):
    bring(world, "cat")
    bring(world, "dog", account_id="bob")
    bring(world, "fox", "approved")
    post(world, f"{CASES}/asset:dog/claim", moderator="mo")

    def shown(query: str) -> list[str]:
        return [case["subject"].partition(":")[2] for case in get(world, f"{CASES}?{query}")["items"]]

    assert shown("") == ["cat", "dog"]
    assert shown("state=approved&state=flagged") == ["cat", "dog", "fox"]
    assert shown("kind=link") == []
    assert shown("account=bob") == ["dog"]
    assert shown("category=animals&kind=asset") == ["cat", "dog"]
    assert shown("category=plants") == []
    assert shown("claimed_by=operator:mo") == ["dog"]
    assert shown("unclaimed=true") == ["cat"]
    assert shown("least_reports=1") == []
    answer = world.request("GET", f"{CASES}?state=lost&limit=0&kind=page&cursor=%25")
    fields = {error["field"] for error in problem(answer, 422)["errors"]}
    assert fields == {"query.state.0", "query.limit", "query.kind", "query.cursor"}


def test_a_cursor_that_only_the_ledger_finds_wrong_is_told_like_others(world: World, monkeypatch):
    monkeypatch.setattr("http_api.routers.links.read_cursor", lambda _: None)
    (error,) = problem(world.request("GET", f"{CASES}?cursor=abc"), 422)["errors"]
    assert (error["field"], error["code"]) == ("query.cursor", "invalid_cursor")


def test_a_case_comes_with_all_that_a_reviewer_needs(world: World):
    bring(world, "cat", account_id="bob")
    seen = get(world, f"{CASES}/asset:cat")
    TypeAdapter(CaseFile).validate_python(seen, strict=True, extra="forbid")
    assert seen["case"]["scores"] == {"animals": 0.7}
    assert [event["kind"] for event in seen["history"]] == ["scan", "opened"]
    scan = seen["history"][0]
    assert (scan["by"], scan["before"], scan["after"]) == ("automatic", "pending", "flagged")
    assert scan["details"]["model"] == "omni-1"
    assert "rows" not in scan["details"]
    assert seen["account"]["account_id"] == "bob"
    assert [one["account_id"] for one in seen["uploads"]] == ["bob"]
    assert seen["asset"]["references"][0]["visibility"] == "public"
    assert seen["link"] is None
    assert seen["media"]["url"] == f"{BASE_URL}{CASES}/asset%3Acat/media"


def test_a_link_is_shown_with_everything_that_is_judged(world: World):
    world.create(code="abc", title="Free money", split=[{"target": "https://example.org/b", "weight": 1}])
    seen = get(world, f"{CASES}/link:abc")
    assert seen["case"]["state"] == "pending"
    assert seen["link"]["targets"] == ["https://example.com/cat", "https://example.org/b"]
    assert seen["link"]["title"] == "Free money"
    assert (seen["asset"], seen["media"]) == (None, None)


def test_content_without_a_case_gets_one_in_the_state_that_it_is_in(world: World):
    world.hold("cat", state="taken_down")
    world.create(code="abc")
    world.owners.hold("abc", state="rejected", reason="spam")
    assert get(world, f"{CASES}/asset:cat")["case"]["state"] == "taken_down"
    seen = get(world, f"{CASES}/link:abc")["case"]
    assert (seen["state"], seen["reason"], seen["decided_by"]) == ("rejected", "spam", "adopted")
    assert problem(world.request("GET", f"{CASES}/asset:nothing"), 404)["code"] == "unknown_case"
    for nonsense in ("link:%20", "link:x", "page:cat", "cat"):
        assert world.request("GET", f"{CASES}/{nonsense}").status_code in {404, 422}


def test_an_alias_has_no_case_of_its_own(world: World):
    world.create(code="abc")
    assert post(world, "/api/v1/links/abc/aliases", {"code": "xyz"}).status_code == 201
    assert problem(world.request("GET", f"{CASES}/link:xyz"), 404)["code"] == "unknown_case"


def test_a_case_outlives_its_content_and_begins_anew_with_it(world: World):
    bring(world, "cat")
    asyncio.run(world.ledger.withdraw("gone", "asset:cat"))
    assert get(world, f"{CASES}/asset:cat")["case"]["round"] == 2
    asyncio.run(world.ledger.open("o", "asset:gone", "ann", sha256_of("gone")))
    seen = get(world, f"{CASES}/asset:gone")
    assert (seen["asset"], seen["media"], seen["case"]["state"]) == (None, None, "pending")


def test_a_file_that_is_not_there_is_told(world: World):
    bring(world, "cat")
    world.assets.bytes_missing.add("cat")
    assert get(world, f"{CASES}/asset:cat")["media"] is None
    assert problem(world.request("GET", f"{CASES}/asset:cat/media"), 404)["code"] == "no_media"
    assert problem(world.request("GET", f"{CASES}/asset:none/media"), 404)["code"] == "no_media"


def test_the_file_is_streamed_to_a_moderator_and_kept_by_nobody(world: World):
    bring(world, "cat")
    answer = world.request("GET", f"{CASES}/asset:cat/media")
    assert answer.status_code == 200
    assert answer.content == b"bytes at quarantine/cat/original.gif"
    assert answer.headers["content-type"] == "image/gif"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert world.stored_media.released == 1


def test_only_one_of_two_moderators_gets_a_case(world: World):
    bring(world)
    mine = post(world, f"{CASES}/asset:cat/claim?seconds=60", moderator="mo").json()
    assert (mine["claimed_by"], mine["claim_expires_at"]) == ("operator:mo", "2027-01-15T08:01:00.000Z")
    for path in ("claim", "decisions"):
        refused = problem(post(world, f"{CASES}/asset:cat/{path}", {"step": "approve"}, moderator="jo"), 409)
        assert refused["code"] == "case_claimed"
    released = world.request("DELETE", f"{CASES}/asset:cat/claim", headers={"moderator": "jo"})
    assert problem(released, 409)["code"] == "not_claimed"
    assert world.request("DELETE", f"{CASES}/asset:cat/claim", headers={"moderator": "mo"}).status_code == 200
    post(world, f"{CASES}/asset:cat/claim?seconds=60", moderator="jo")
    world.clock.now += 60
    assert post(world, f"{CASES}/asset:cat/claim", moderator="mo").status_code == 200


def test_what_waits_for_nobody_is_not_claimed(world: World):
    bring(world, decision="approved")
    assert problem(post(world, f"{CASES}/asset:cat/claim"), 409)["code"] == "nothing_to_decide"


def test_who_gives_no_name_is_one_moderator_with_all_others_of_the_token(world: World):
    bring(world)
    for _ in range(2):
        assert post(world, f"{CASES}/asset:cat/claim").json()["claimed_by"] == "operator"
    assert problem(post(world, f"{CASES}/asset:cat/claim", moderator="mo"), 409)["code"] == "case_claimed"
    assert problem(post(world, f"{CASES}/asset:nothing/claim"), 404)["code"] == "unknown_case"
    assert problem(post(world, f"{CASES}/asset:cat/claim?seconds=0"), 422)["code"] == "invalid_request"
    assert post(world, f"{CASES}/asset:cat/claim", moderator="a b").status_code == 422


@pytest.mark.parametrize("path", [CASES, f"{CASES}/asset:cat"])
def test_a_ledger_that_does_not_answer_is_503(world: World, path: str):
    world.ledger_namespace.is_failing = True
    assert problem(world.request("GET", path), 503)["code"] == "unavailable"


def test_a_redacted_event_shows_when_it_was_and_nothing_else(world: World):
    bring(world)
    decide(world, "asset:cat", "reject", reason="no dogs", notes="a private word")
    record = asyncio.run(world.ledger.history("asset:cat", 1))[0]
    assert event_view(record)["details"]["notes"] == "a private word"
    gone = event_view({**record, "payload": None})
    assert (gone["redacted"], gone["details"], gone["by"]) == (True, {}, None)
    assert case_of(world, "asset:cat")["reason"] == "no dogs"

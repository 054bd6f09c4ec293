"""A link leads to an asset only if its account has it or everybody may see it."""

from __future__ import annotations

import pytest

from tests.unit.http_api.ports import World
from tests.unit.http_api.test_links import problem

LINKS = "/api/v1/links"


@pytest.mark.parametrize("visibility", ["public", "unlisted"])
def test_a_link_may_lead_to_what_others_show(world: World, visibility):
    world.hold("theirs", "bob", visibility=visibility)
    assert world.create(target="asset:theirs")["asset_id"] == "theirs"


@pytest.mark.parametrize("state", ["pending", "approved", "flagged"])
def test_a_link_may_lead_to_ones_own_whatever_its_state(world: World, state):
    world.hold("mine", state=state, visibility="private")
    assert world.create(target="asset:mine")["asset_id"] == "mine"


@pytest.mark.parametrize(
    ("state", "visibility"),
    [("approved", "private"), ("pending", "public"), ("taken_down", "public"), ("rejected", "public")],
)
def test_what_others_hide_looks_like_what_does_not_exist(world: World, state, visibility):
    world.hold("theirs", "bob", state=state, visibility=visibility)
    answers = [
        world.request("POST", LINKS, json={"target": f"asset:{name}"}) for name in ("theirs", "nobodys")
    ]
    errors = [problem(answer, 422)["errors"] for answer in answers]
    assert errors[0] == errors[1]
    assert [(one["field"], one["code"]) for one in errors[0]] == [("body.target", "unknown_asset")]


def test_what_was_deleted_is_no_target(world: World):
    world.hold("cat", visibility="public")
    world.request("DELETE", "/api/v1/assets/cat")
    assert problem(world.request("POST", LINKS, json={"target": "asset:cat"}), 422)


def test_targets_of_rules_and_of_a_split_are_looked_at_too(world: World):
    world.hold("mine")
    body = {
        "target": "https://example.com/",
        "rules": [{"target": "asset:mine"}, {"target": "asset:nobodys"}],
        "split": [{"target": "asset:nothing", "weight": 1}, {"target": "asset:mine", "weight": 1}],
    }
    errors = problem(world.request("POST", LINKS, json=body), 422)["errors"]
    assert [error["field"] for error in errors] == ["body.rules.1.target", "body.split.0.target"]
    assert sorted(world.assets.asked) == ["mine", "nobodys", "nothing"]


def test_a_change_is_looked_at_and_what_was_there_may_stay(world: World):
    world.hold("theirs", "bob", visibility="public")
    world.create(target="asset:theirs", code="abc")
    world.assets.asked.clear()
    same = {"target": "asset:theirs", "title": "New", "rules": [{"target": "asset:theirs"}]}
    assert world.request("PATCH", f"{LINKS}/abc", json=same).status_code == 200
    assert world.assets.asked == []
    answer = world.request("PATCH", f"{LINKS}/abc", json={"target": "asset:nobodys"})
    assert problem(answer, 422)["errors"][0]["code"] == "unknown_asset"
    assert world.get("abc")["target"] == "asset:theirs"


def test_many_links_ask_about_each_asset_once(world: World):
    world.hold("mine")
    links = [{"target": f"asset:{name}"} for name in ("mine", "nobodys") * 20]
    links += [{"target": "https://example.com/"}] * 5
    answer = world.request("POST", f"{LINKS}/bulk", json={"links": links})
    assert answer.status_code == 207
    assert sorted(world.assets.asked) == ["mine", "nobodys"]
    results = answer.json()["results"]
    assert [result["status"] for result in results] == [201, 422] * 20 + [201] * 5
    assert results[1]["problem"]["errors"][0]["field"] == "body.links.1.target"


def test_an_owner_that_does_not_answer_fails_only_the_links_to_its_asset(world: World):
    world.hold("mine")
    world.assets.failing.add("mine")
    links = [{"target": "asset:mine"}, {"target": "https://example.com/"}, {"target": "asset:mine"}]
    results = world.request("POST", f"{LINKS}/bulk", json={"links": links}).json()["results"]
    assert [result["status"] for result in results] == [503, 201, 503]
    assert problem(world.request("POST", LINKS, json=links[0]), 503)["code"] == "unavailable"

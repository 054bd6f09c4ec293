"""Aliases and renaming: more than one code for a link, and never two links for one code."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from http_api.links.names import MAX_ALIASES
from http_api.schemas.views import AliasView
from tests.unit.http_api.ports import BASE_URL, T0, World

LINKS = "/api/v1/links"


def alias(world: World, link: str, **body):
    return world.request("POST", f"{LINKS}/{link}/aliases", json=body)


def rename(world: World, code: str, new: str, **body):
    return world.request("POST", f"{LINKS}/{code}/rename", json={"code": new} | body)


def refusal(response):
    return response.status_code, response.json()["code"]


def test_an_alias_names_its_link(world: World):
    world.create(code="home")
    made = alias(world, "home", code="nick")
    assert made.status_code == 201
    TypeAdapter(AliasView).validate_python(made.json(), strict=True)
    assert made.json() == {
        "code": "nick",
        "short_url": f"{BASE_URL}/s/nick",
        "alias_of": "home",
        "created_at": "2027-01-15T08:00:00.000Z",
    }
    assert world.owners.record("nick").alias_of == "home"
    assert world.get("nick") == world.get("home")
    assert world.get("home")["aliases"] == ["nick"]
    changed = world.request("PATCH", f"{LINKS}/nick", json={"title": "through the alias"}).json()
    assert (changed["code"], changed["title"]) == ("home", "through the alias")
    assert [item["aliases"] for item in world.request("GET", LINKS).json()["items"]] == [["nick"]]


def test_an_alias_without_a_name_gets_a_random_code(world: World):
    world.create(code="home")
    assert len(alias(world, "home").json()["code"]) == 8


def test_an_alias_of_an_alias_is_one_of_the_link(world: World):
    world.create(code="home")
    alias(world, "home", code="one")
    assert alias(world, "one", code="two").json()["alias_of"] == "home"


def test_another_links_code_cannot_become_an_alias(world: World):
    world.create(code="home")
    world.create(code="other")
    alias(world, "other", code="nick")
    for code in ("other", "nick", "home"):
        assert refusal(alias(world, "home", code=code)) == (409, "code_taken")


def test_a_removed_alias_leads_nowhere_and_only_its_link_gets_it_back(world: World):
    world.create(code="home")
    world.create(code="other")
    alias(world, "home", code="nick")
    assert world.request("DELETE", f"{LINKS}/home/aliases/nick").status_code == 204
    assert world.request("GET", f"{LINKS}/nick").status_code == 404
    assert world.request("DELETE", f"{LINKS}/home/aliases/nick").status_code == 404
    assert world.get("home")["aliases"] == []
    assert refusal(alias(world, "other", code="nick")) == (409, "code_taken")
    assert alias(world, "home", code="nick").status_code == 201
    assert world.get("nick")["code"] == "home"


def test_deleting_an_alias_as_if_it_were_the_link_is_refused(world: World):
    world.create(code="home")
    alias(world, "home", code="nick")
    assert refusal(world.request("DELETE", f"{LINKS}/nick")) == (409, "alias_of_link")
    assert world.get("home")["state"] == "active"


def test_only_the_links_own_aliases_are_removed_through_it(world: World):
    world.create(code="home")
    world.create(code="other")
    alias(world, "other", code="nick")
    for code in ("nick", "other", "home", "%00"):
        assert world.request("DELETE", f"{LINKS}/home/aliases/{code}").status_code == 404
    assert world.get("nick")["code"] == "other"


def test_a_link_has_a_bounded_number_of_aliases(world: World):
    world.create(code="home")
    for _ in range(MAX_ALIASES):
        assert alias(world, "home").status_code == 201
    assert refusal(alias(world, "home")) == (409, "too_many_aliases")


def test_renaming_leaves_no_more_former_codes_than_there_may_be_aliases(world: World):
    world.create(code="name-0")
    for place in range(MAX_ALIASES):
        assert rename(world, "name-0", f"name-{place + 1}").status_code == 200
    assert refusal(rename(world, "name-0", "one-more")) == (409, "too_many_aliases")
    assert rename(world, "name-0", "name-7").json()["code"] == "name-7"
    assert alias(world, "name-0", code="name-9").status_code == 201
    assert world.request("DELETE", f"{LINKS}/name-0/aliases/name-3").status_code == 204
    assert rename(world, "name-0", "one-more").json()["code"] == "one-more"


def test_aliases_of_a_deleted_link_lead_nowhere(world: World):
    world.create(code="home")
    alias(world, "home", code="nick")
    world.request("DELETE", f"{LINKS}/home")
    assert world.request("GET", f"{LINKS}/nick").status_code == 404
    world.request("POST", f"{LINKS}/home/restore")
    assert world.get("nick")["code"] == "home"


def test_a_renamed_link_shows_its_new_code_and_keeps_its_clicks(world: World):
    world.create(code="old", title="cat")
    world.owners.click("old", 2)
    renamed = rename(world, "old", "new", grace_seconds=60).json()
    assert (renamed["code"], renamed["short_url"]) == ("new", f"{BASE_URL}/s/new")
    assert (renamed["renamed_from"], renamed["renamed_until"]) == ("old", "2027-01-15T08:01:00.000Z")
    assert (renamed["clicks"], renamed["aliases"]) == (2, [])
    assert world.get("new") == world.get("old") == renamed
    record = world.owners.record("old")
    assert (record.renamed_to, record.renamed_until) == ("new", T0 + 60)
    listed = world.request("GET", LINKS, params={"search": "NEW"}).json()["items"]
    assert [item["code"] for item in listed] == ["new"]


def test_renaming_to_the_present_code_changes_nothing(world: World):
    before = world.create(code="same")
    assert rename(world, "same", "same").json() == before


def test_a_second_renaming_does_not_revive_the_first_code(world: World):
    world.create(code="first")
    rename(world, "first", "second", grace_seconds=10)
    world.clock.now += 100
    found = rename(world, "second", "third", grace_seconds=50).json()
    assert (found["code"], found["renamed_from"]) == ("third", "first")
    assert world.owners.record("first").renamed_until == T0 + 10
    assert world.owners.record("second").expires_at == T0 + 150
    assert world.owners.record("third").expires_at is None


def test_a_link_may_have_a_former_code_back(world: World):
    world.create(code="first")
    rename(world, "first", "second")
    rename(world, "second", "third")
    assert rename(world, "third", "second").json()["code"] == "second"
    assert world.owners.record("second").expires_at is None
    assert world.owners.record("third").expires_at is not None
    found = rename(world, "second", "first").json()
    assert (found["code"], found["renamed_from"], found["renamed_until"]) == ("first", None, None)
    assert world.owners.record("second").expires_at is not None


def test_an_alias_can_become_the_code_people_see(world: World):
    world.create(code="home")
    alias(world, "home", code="nick")
    assert rename(world, "home", "nick").json()["code"] == "nick"
    assert refusal(world.request("DELETE", f"{LINKS}/home/aliases/nick")) == (409, "alias_in_use")
    assert world.request("DELETE", f"{LINKS}/nick").status_code == 204


def test_renaming_to_another_links_code_is_refused_and_changes_nothing(world: World):
    before = world.create(code="home")
    world.create(code="other")
    assert refusal(rename(world, "home", "other")) == (409, "code_taken")
    assert world.get("home") == before


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "code"), ({"code": "api"}, "code"), ({"code": "abc", "grace_seconds": -1}, "grace_seconds")],
)
def test_a_renaming_that_makes_no_sense_names_its_field(world: World, body, field):
    world.create(code="home")
    answer = world.request("POST", f"{LINKS}/home/rename", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [f"body.{field}"]


def test_an_alias_that_vanished_between_two_calls_is_404(world: World, monkeypatch):
    world.create(code="home")
    alias(world, "home", code="nick")

    async def vanished(*_arguments):
        return "unknown"

    monkeypatch.setattr(world.owners, "change", vanished)
    assert world.request("DELETE", f"{LINKS}/home/aliases/nick").status_code == 404

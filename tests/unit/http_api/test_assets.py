"""Reading, listing and changing assets: each account sees its own, in its own words."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from accounts import Principal, PrincipalKind, Scope, Tier
from http_api.schemas.assets import AssetPage, AssetView, UsageView
from tests.unit.http_api.ports import BASE_URL, T0, World
from tests.unit.http_api.test_links import problem

ASSETS = "/api/v1/assets"
CAT = {"title": "A cat", "tags": ("cat", "fun"), "description": "Two\nlines", "visibility": "public"}


@pytest.fixture
def member(monkeypatch):
    """Requests are ann's, who is no operator."""
    ann = Principal(PrincipalKind.MEMBER, "ann", Tier.FREE, frozenset(Scope))
    monkeypatch.setattr("http_api.auth.authenticate_bearer", lambda *_: ann)


def listed(world: World, **query):
    answer = world.request("GET", ASSETS, params=query)
    assert answer.status_code == 200, answer.text
    TypeAdapter(AssetPage).validate_python(answer.json(), strict=True, extra="forbid")
    return [item["asset_id"] for item in answer.json()["items"]]


def test_an_asset_is_shown_as_it_is_in_its_holders_words(world: World):
    world.hold("cat", **CAT)
    answer = world.request("GET", f"{ASSETS}/cat")
    assert answer.headers["etag"] == '"1"'
    TypeAdapter(AssetView).validate_python(answer.json(), strict=True, extra="forbid")
    assert answer.json() == {
        "asset_id": "cat",
        "status": "approved",
        "reason": "",
        "sha256": "636174".ljust(64, "0"),
        "content_type": "image/gif",
        "bytes": 70,
        "width": None,
        "height": None,
        "frames": None,
        "duration_ms": None,
        "loop_count": None,
        "formats": ["gif"],
        "url": f"{BASE_URL}/a/cat",
        "title": "A cat",
        "tags": ["cat", "fun"],
        "description": "Two\nlines",
        "visibility": "public",
        "created_at": "2027-01-15T08:00:00.000Z",
        "deleted_at": None,
        "erase_at": None,
        "version": 1,
    }
    assert world.request("GET", ASSETS).json() == {"items": [answer.json()], "next_cursor": None}


@pytest.mark.parametrize("asset_id", ["cat", "nobodys", "n" * 200, "%2e%2e", "a%00b"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {"title": "x"}),
        ("DELETE", "", None),
        ("POST", "/restore", None),
        ("POST", "/signed-url", {}),
    ],
)
def test_what_others_hold_looks_like_what_does_not_exist(world: World, member, asset_id, method, path, body):
    world.hold("cat", "bob", **CAT)
    before = world.assets.stored("cat")
    options = {} if body is None else {"json": body}
    answer = world.request(method, f"{ASSETS}/{asset_id}{path}", **options)
    assert problem(answer, 404) == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "code": "unknown_asset",
        "detail": "You have no asset with this id.",
    }
    assert world.assets.stored("cat") == before
    assert listed(world) == []


def test_what_another_account_does_is_not_seen(world: World, member):
    world.hold("cat", "ann", title="Mine", visibility="private")
    before = world.request("GET", f"{ASSETS}/cat")
    world.clock.now += 60
    world.hold("cat", "bob", **CAT)
    after = world.request("GET", f"{ASSETS}/cat")
    assert (after.json(), after.headers["etag"]) == (before.json(), before.headers["etag"])


def test_the_operator_sees_what_others_hold_and_changes_nothing_of_it(world: World):
    world.hold("cat", "bob", **CAT)
    answer = world.request("GET", f"{ASSETS}/cat")
    assert (answer.json()["title"], answer.json()["visibility"]) == ("A cat", "public")
    assert "etag" not in answer.headers
    for method, path in (("PATCH", ""), ("DELETE", ""), ("POST", "/restore")):
        options = {"json": {"title": "x"}} if method == "PATCH" else {}
        assert problem(world.request(method, f"{ASSETS}/cat{path}", **options), 404)
    assert listed(world) == []


def test_assets_are_listed_newest_first_in_pages(world: World):
    for number in range(5):
        world.clock.now += 1
        world.hold(f"cat{number}")
    world.hold("theirs", "bob")
    first = world.request("GET", ASSETS, params={"limit": 3}).json()
    assert [item["asset_id"] for item in first["items"]] == ["cat4", "cat3", "cat2"]
    assert listed(world, limit=3, cursor=first["next_cursor"]) == ["cat1", "cat0"]


def test_assets_are_found_by_words_tag_state_and_visibility(world: World):
    world.hold("cat", **CAT)
    world.hold("dog", state="flagged", title="Ein Hündchen", tags=("dogs",))
    assert listed(world, search="HÜND") == listed(world, state="flagged") == ["dog"]
    assert listed(world, tag="Cat") == listed(world, visibility="public") == ["cat"]
    assert listed(world, tag="dog") == listed(world, state="deleted") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "query.limit"),
        ({"limit": 101}, "query.limit"),
        ({"cursor": "nonsense"}, "query.cursor"),
        ({"state": "burnt"}, "query.state"),
        ({"visibility": "secret"}, "query.visibility"),
        ({"search": "a\x00"}, "query.search"),
        ({"tag": "x" * 201}, "query.tag"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(world: World, query, field):
    errors = problem(world.request("GET", ASSETS, params=query), 422)["errors"]
    assert [error["field"] for error in errors] == [field]


def test_a_change_touches_what_it_names_and_the_list_knows_at_once(world: World):
    world.hold("cat", **CAT)
    answer = world.request("PATCH", f"{ASSETS}/cat", json={"title": " New ", "tags": ["b", "B"]})
    assert answer.status_code == 200
    assert answer.headers["etag"] == '"2"'
    seen = world.request("GET", f"{ASSETS}/cat").json()
    assert answer.json() == seen
    assert (seen["title"], seen["tags"], seen["description"]) == ("New", ["b"], "Two\nlines")
    assert seen["created_at"] == "2027-01-15T08:00:00.000Z"
    assert listed(world, search="new") == ["cat"]


def test_null_empties_a_text_and_nothing_is_no_change(world: World):
    world.hold("cat", **CAT)
    assert world.request("PATCH", f"{ASSETS}/cat", json={}).json()["version"] == 1
    assert world.request("PATCH", f"{ASSETS}/cat", json={"title": "A cat"}).json()["version"] == 1
    cleared = dict.fromkeys(("title", "description", "tags"))
    seen = world.request("PATCH", f"{ASSETS}/cat", json=cleared).json()
    assert (seen["title"], seen["description"], seen["tags"], seen["version"]) == ("", "", [], 2)


def test_words_of_another_account_stay_and_the_visibility_is_the_most_open(world: World, member):
    world.hold("cat", "ann", visibility="public")
    world.hold("cat", "bob", title="Bob's", visibility="unlisted")
    world.request("PATCH", f"{ASSETS}/cat", json={"visibility": "private", "title": "x"})
    stored = world.assets.stored("cat")
    assert (stored.record.visibility, stored.record.title) == ("unlisted", "Bob's")
    assert world.edge_copies.purged == []


def test_what_becomes_private_leaves_the_edge(world: World):
    world.hold("cat", **CAT)
    world.request("PATCH", f"{ASSETS}/cat", json={"visibility": "unlisted"})
    assert world.edge_copies.purged == []
    world.request("PATCH", f"{ASSETS}/cat", json={"visibility": "private"})
    assert world.edge_copies.purged == [("cat", ["636174".ljust(64, "0")])]
    world.request("PATCH", f"{ASSETS}/cat", json={"title": "still private"})
    assert len(world.edge_copies.purged) == 1


@pytest.mark.parametrize(
    "guard", [{"headers": {"if-match": '"1"'}}, {"headers": {"if-match": "1"}}, {"version": 1}]
)
def test_a_change_of_an_old_version_is_a_conflict(world: World, guard):
    world.hold("cat", **CAT)
    headers = guard.get("headers", {})
    body = {"title": "x"} | {name: guard[name] for name in ("version",) if name in guard}
    assert world.request("PATCH", f"{ASSETS}/cat", json=body, headers=headers).status_code == 200
    again = world.request("PATCH", f"{ASSETS}/cat", json=body | {"title": "y"}, headers=headers)
    assert problem(again, 409)["code"] == "version_conflict"
    mine = world.assets.stored("cat").held_by("operator")
    assert mine is not None
    assert mine.title == "x"


@pytest.mark.parametrize(("grace", "status", "code"), [(60, 409, "asset_deleted"), (0, 404, "unknown_asset")])
def test_a_change_does_not_revive_what_is_deleted_meanwhile(world: World, grace, status, code):
    world.hold("cat", **CAT)

    def delete(store):
        store.release("cat", "operator", T0, grace)
        store.expire(T0)

    world.assets.interfering.append(delete)
    answer = world.request("PATCH", f"{ASSETS}/cat", json={"title": "x"})
    assert problem(answer, status)["code"] == code


def test_every_bad_field_of_a_change_is_told_at_once(world: World):
    world.hold("cat")
    body = {
        "title": "a\nb",
        "tags": ["a,b"],
        "description": "\x07",
        "visibility": None,
        "version": 0,
        "state": "approved",
    }
    answer = world.request("PATCH", f"{ASSETS}/cat", json=body)
    errors = {error["field"]: error["code"] for error in problem(answer, 422)["errors"]}
    assert errors == {
        "body.title": "invalid_title",
        "body.tags": "invalid_tags",
        "body.description": "control_characters",
        "body.visibility": "literal_error",
        "body.version": "greater_than_equal",
        "body.state": "extra_forbidden",
    }
    bad = world.request("PATCH", f"{ASSETS}/cat", json={}, headers={"if-match": "latest"})
    assert problem(bad, 422)["errors"][0]["code"] == "invalid_version"


def test_a_change_counts_though_nobody_else_could_be_told(world: World):
    world.hold("cat", **CAT)
    world.libraries.is_failing = True
    answer = world.request("PATCH", f"{ASSETS}/cat", json={"title": "New", "visibility": "private"})
    assert answer.status_code == 200
    assert world.incidents.counts == {"library_behind": 1}


def test_what_the_edge_may_still_show_is_a_503_until_asking_again_purges_it(world: World):
    world.hold("cat", **CAT)
    world.edge_copies.is_failing = True
    change = {"json": {"title": "New", "visibility": "private"}}
    assert problem(world.request("PATCH", f"{ASSETS}/cat", **change), 503)["code"] == "unavailable"
    assert world.assets.stored("cat").record.visibility == "private"
    assert problem(world.request("PATCH", f"{ASSETS}/cat", **change), 503)
    world.edge_copies.is_failing = False
    assert world.request("PATCH", f"{ASSETS}/cat", **change).status_code == 200
    assert [asset_id for asset_id, _ in world.edge_copies.purged] == ["cat"]


def test_an_owner_that_does_not_answer_is_a_503(world: World):
    world.hold("cat")
    world.assets.failing.add("cat")
    for method, options in (("GET", {}), ("PATCH", {"json": {"title": "x"}}), ("DELETE", {})):
        answer = world.request(method, f"{ASSETS}/cat", **options)
        assert problem(answer, 503)["code"] == "unavailable"
        assert answer.headers["retry-after"] == "2"


def test_usage_counts_what_is_kept_and_what_waits_to_be_erased(world: World, member):
    for name in ("a", "b", "c"):
        world.hold(name, "ann")
    assert world.request("DELETE", f"{ASSETS}/b").status_code == 204
    answer = world.request("GET", f"{ASSETS}/usage").json()
    TypeAdapter(UsageView).validate_python(answer, strict=True, extra="forbid")
    assert answer == {
        "tier": "free",
        "assets": 2,
        "bytes": 140,
        "deleted_assets": 1,
        "deleted_bytes": 70,
        "largest_upload_bytes": 50 * 1024**2,
        "quota": {"assets": 500, "bytes": 1024**3, "file_bytes": 50 * 1024**2},
    }


def test_a_library_that_does_not_answer_is_a_503(world: World):
    world.libraries.is_failing = True
    for path in ("", "/usage"):
        assert problem(world.request("GET", f"{ASSETS}{path}"), 503)["code"] == "unavailable"


def test_moments_of_an_asset_are_told_to_the_millisecond(world: World):
    world.clock.now = T0 + 0.25
    world.hold("cat")
    assert world.request("GET", f"{ASSETS}/cat").json()["created_at"] == "2027-01-15T08:00:00.250Z"


def test_an_account_reads_its_new_words_at_once_and_others_the_judged_ones(world: World):
    world.hold("cat", **CAT)
    before = world.assets.stored("cat").record.title
    assert world.request("PATCH", f"{ASSETS}/cat", json={"title": "Unjudged"}).json()["title"] == "Unjudged"
    assert world.request("GET", f"{ASSETS}/cat").json()["title"] == "Unjudged"
    assert listed(world, search="unjudged") == ["cat"]
    assert world.assets.stored("cat").record.title == before == CAT["title"]

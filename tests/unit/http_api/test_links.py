"""Creating, reading, changing, deleting and listing links."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import TypeAdapter

from http_api.schemas.views import LinkPage, LinkView, MissView
from tests.unit.http_api.ports import BASE_URL, T0, TOKEN, World

LINKS = "/api/v1/links"
EVERYTHING = {
    "target": "https://example.com/cat",
    "code": "Cat-26",
    "title": "  A cat ",
    "description": "Two\nlines",
    "tags": ["cat", "CAT", "fun"],
    "metadata": {"campaign": {"id": 7, "ü": [1.5, None]}},
    "status": 308,
    "starts_at": "2027-01-15T10:00:00+02:00",
    "expires_at": T0 + 864_000.5,
    "max_clicks": 1000,
    "password": "open sesame",
    "forward_query": True,
    "forward_path": True,
    "utm": {"utm_source": " letter "},
    "rules": [
        {
            "target": "https://example.com/de",
            "country": ["de", "AT"],
            "device": ["Mobile"],
            "os": ["ios"],
            "language": ["pt-BR"],
            "starts_at": T0,
            "ends_at": T0 + 1,
        },
        {"target": "asset:abc", "country": [], "ends_at": None},
    ],
    "split": [{"target": "https://example.com/b", "weight": 3}],
    "mode": "page",
}


def problem(response, status):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["status"] == status
    return document


def test_a_link_with_everything_comes_back_as_it_was_meant(world: World):
    world.hold("abc")
    made = world.create(**EVERYTHING)
    TypeAdapter(LinkView).validate_python(made, strict=True, extra="forbid")
    assert made == {
        "code": "Cat-26",
        "short_url": f"{BASE_URL}/s/Cat-26",
        "target": "https://example.com/cat",
        "asset_id": None,
        "title": "A cat",
        "description": "Two\nlines",
        "tags": ["cat", "fun"],
        "metadata": {"campaign": {"id": 7, "ü": [1.5, None]}},
        "status": 308,
        "mode": "page",
        "state": "active",
        "reason": "",
        "created_at": "2027-01-15T08:00:00.000Z",
        "updated_at": "2027-01-15T08:00:00.000Z",
        "version": 1,
        "clicks": 0,
        "starts_at": "2027-01-15T08:00:00.000Z",
        "expires_at": "2027-01-25T08:00:00.500Z",
        "max_clicks": 1000,
        "has_password": True,
        "forward_query": True,
        "forward_path": True,
        "utm": {"utm_source": "letter"},
        "rules": [
            {
                "target": "https://example.com/de",
                "country": ["DE", "AT"],
                "device": ["mobile"],
                "os": ["iOS"],
                "language": ["pt-br"],
                "starts_at": "2027-01-15T08:00:00.000Z",
                "ends_at": "2027-01-15T08:00:01.000Z",
            },
            {"target": "asset:abc"},
        ],
        "split": [{"target": "https://example.com/b", "weight": 3}],
        "aliases": [],
        "renamed_from": None,
        "renamed_until": None,
    }
    assert world.get("Cat-26") == made
    assert world.owners.record("Cat-26").password.startswith("pbkdf2-sha256$")


def test_a_link_needs_nothing_but_its_target(world: World):
    response = world.request("POST", LINKS, json={"target": "EXAMPLE.com/a/../b"})
    made = response.json()
    assert response.status_code == 201
    assert made["target"] == "https://example.com/b"
    assert response.headers["location"] == f"{LINKS}/{made['code']}"
    assert response.headers["etag"] == '"1"'
    assert made["status"] == 302
    assert not made["has_password"]


def test_a_link_may_lead_to_an_asset_and_away_again(world: World):
    world.hold("abc123")
    world.hold("def")
    made = world.create(target="asset:abc123", code="gif")
    assert (made["target"], made["asset_id"]) == ("asset:abc123", "abc123")
    changed = world.request("PATCH", f"{LINKS}/gif", json={"target": "https://example.com/"}).json()
    assert (changed["target"], changed["asset_id"]) == ("https://example.com/", None)
    changed = world.request("PATCH", f"{LINKS}/gif", json={"target": "asset:def"}).json()
    assert changed["asset_id"] == "def"


def test_null_means_the_default_in_a_new_link(world: World):
    made = world.create(code=None, title=None, tags=None, status=None, utm=None, rules=None, password=None)
    assert (made["title"], made["tags"], made["status"]) == ("", [], 302)


def test_a_random_code_is_tried_again_after_a_collision():
    world = World(new_code=_scripted("taken-00", "api", "free-0000"))
    world.create(code="taken-00")
    assert world.create()["code"] == "free-0000"


def test_creation_says_when_no_random_code_is_free():
    world = World(new_code=_scripted(*["taken-00"] * 5))
    world.create(code="taken-00")
    answer = world.request("POST", LINKS, json={"target": "https://example.com/"})
    assert problem(answer, 503)["code"] == "no_free_code"


def _scripted(*codes):
    left = iter(codes)
    return lambda _length: next(left)


def test_of_fifty_who_want_one_code_exactly_one_gets_it(world: World):
    async def race():
        headers = {"authorization": f"Bearer {TOKEN}"}
        bodies = [{"target": f"https://example.com/{place}", "code": "mine"} for place in range(50)]
        return await asyncio.gather(
            *(world.send("POST", LINKS, json=body, headers=headers) for body in bodies)
        )

    answers = asyncio.run(race())
    winners = [answer for answer in answers if answer.status_code == 201]
    assert len(winners) == 1
    assert {problem(answer, 409)["code"] for answer in answers if answer not in winners} == {"code_taken"}
    assert world.get("mine")["target"] == winners[0].json()["target"]


def test_codes_differ_by_case_unless_the_deployment_says_otherwise(world: World):
    world.create(code="Case", target="https://example.com/1")
    world.create(code="case", target="https://example.com/2")
    assert world.get("Case")["target"] == "https://example.com/1"
    assert world.request("GET", f"{LINKS}/CASE").status_code == 404


def test_without_case_codes_are_lower_case_however_they_are_written():
    world = World(code_case="insensitive")
    assert world.create(code="My-Code")["code"] == "my-code"
    assert world.get("MY-code")["code"] == "my-code"
    again = world.request("POST", LINKS, json={"target": "https://example.com/", "code": "MY-CODE"})
    assert problem(again, 409)["code"] == "code_taken"
    code = world.request("POST", f"{LINKS}/MY-CODE/aliases", json={"code": "NiCK"}).json()["code"]
    assert code == "nick"
    assert world.request("DELETE", f"{LINKS}/My-Code").status_code == 204


@pytest.mark.parametrize(
    "code", ["unknown", "a", "no%20code", "api", "%00%00%00", "x" * 65, "%F0%9F%8E%AC%F0"]
)
def test_a_code_that_names_nothing_is_404_for_every_method(world: World, code: str):
    requests = [
        ("GET", "", None),
        ("PATCH", "", {"title": "x"}),
        ("DELETE", "", None),
        ("POST", "/disable", None),
        ("POST", "/enable", None),
        ("POST", "/restore", None),
        ("POST", "/aliases", {}),
        ("DELETE", "/aliases/abc", None),
        ("POST", "/rename", {"code": "newer"}),
        ("GET", "/statistics", None),
    ]
    for method, path, body in requests:
        options = {} if body is None else {"json": body}
        answer = world.request(method, f"{LINKS}/{code}{path}", **options)
        assert problem(answer, 404)["code"] == "unknown_link"


def test_a_change_touches_what_it_names_and_nothing_else(world: World):
    world.hold("abc")
    before = world.create(**EVERYTHING)
    world.clock.now += 60
    answer = world.request("PATCH", f"{LINKS}/Cat-26", json={"title": "New", "max_clicks": None})
    assert answer.status_code == 200
    assert answer.headers["etag"] == '"2"'
    expected = {"title": "New", "max_clicks": None, "version": 2, "updated_at": "2027-01-15T08:01:00.000Z"}
    assert answer.json() == before | expected
    assert world.get("Cat-26") == before | expected


def test_null_puts_every_field_back_to_its_default(world: World):
    world.hold("abc")
    plain = world.create(target=EVERYTHING["target"], code="plain")
    world.create(**EVERYTHING)
    cleared = dict.fromkeys(set(EVERYTHING) - {"target", "code"})
    found = world.request("PATCH", f"{LINKS}/Cat-26", json=cleared).json()
    same = {"code", "short_url", "version"}
    assert {name: found[name] for name in found if name not in same} == {
        name: plain[name] for name in plain if name not in same
    }


def test_a_change_that_changes_nothing_makes_no_version(world: World):
    world.hold("abc")
    before = world.create(**EVERYTHING)
    same = {name: EVERYTHING[name] for name in ("title", "tags", "rules", "status", "utm", "starts_at")}
    for body in ({}, same, {"state": "active"}):
        assert world.request("PATCH", f"{LINKS}/Cat-26", json=body).json() == before


def test_a_password_is_changed_and_removed(world: World):
    world.create(code="abc", password="one")
    first = world.owners.record("abc").password
    assert world.request("PATCH", f"{LINKS}/abc", json={"password": "two"}).json()["has_password"]
    assert world.owners.record("abc").password not in {first, "two"}
    assert not world.request("PATCH", f"{LINKS}/abc", json={"password": None}).json()["has_password"]


@pytest.mark.parametrize(
    "guard", [{"headers": {"if-match": '"1"'}}, {"headers": {"if-match": "1"}}, {"version": 1}]
)
def test_a_change_of_an_old_version_is_a_conflict(world: World, guard):
    world.create(code="abc")
    version, headers = guard.get("version"), guard.get("headers", {})
    body = {"title": "x"} | ({"version": version} if version else {})
    assert world.request("PATCH", f"{LINKS}/abc", json=body, headers=headers).status_code == 200
    again = world.request("PATCH", f"{LINKS}/abc", json=body | {"title": "y"}, headers=headers)
    assert problem(again, 409)["code"] == "version_conflict"
    assert world.get("abc")["title"] == "x"


def test_a_version_guards_deleting_disabling_and_enabling_too(world: World):
    world.create(code="abc")
    world.request("PATCH", f"{LINKS}/abc", json={"title": "x"}, headers={"if-match": "*"})
    for method, path in [("DELETE", ""), ("POST", "/disable"), ("POST", "/enable")]:
        refused = world.request(method, f"{LINKS}/abc{path}", headers={"if-match": '"1"'})
        assert problem(refused, 409)["code"] == "version_conflict"
    assert world.request("DELETE", f"{LINKS}/abc", headers={"if-match": 'W/"2"'}).status_code == 204


def test_a_version_that_is_none_is_refused(world: World):
    world.create(code="abc")
    answer = world.request("PATCH", f"{LINKS}/abc", json={}, headers={"if-match": '"abc"'})
    assert problem(answer, 422)["errors"][0]["field"] == "header.if-match"


def test_somebody_elses_change_in_between_does_not_lose_this_one(world: World):
    world.create(code="abc")
    world.owners.interfering = [{"title": "last"}, {"title": "first"}]
    found = world.request("PATCH", f"{LINKS}/abc", json={"max_clicks": 9}).json()
    assert (found["max_clicks"], found["title"]) == (9, "last")


def test_a_link_that_never_stands_still_is_a_conflict(world: World):
    world.create(code="abc")
    world.owners.interfering = [{"title": "x"}] * 9
    answer = world.request("PATCH", f"{LINKS}/abc", json={"max_clicks": 9})
    assert problem(answer, 409)["code"] == "version_conflict"


def test_a_change_must_fit_what_the_link_has(world: World):
    world.create(code="abc", expires_at=T0 + 100)
    answer = world.request("PATCH", f"{LINKS}/abc", json={"starts_at": T0 + 100})
    (error,) = problem(answer, 422)["errors"]
    assert (error["field"], error["code"]) == ("body.expires_at", "ends_before_start")
    assert world.request("PATCH", f"{LINKS}/abc", json={"expires_at": T0 - 5}).status_code == 200


def test_a_disabled_link_is_enabled_again(world: World):
    world.create(code="abc")
    assert world.request("POST", f"{LINKS}/abc/disable").json()["state"] == "disabled"
    assert world.request("POST", f"{LINKS}/abc/disable").json()["version"] == 2
    assert world.request("POST", f"{LINKS}/abc/enable").json()["state"] == "active"
    assert world.request("PATCH", f"{LINKS}/abc", json={"state": "disabled"}).json()["state"] == "disabled"


@pytest.mark.parametrize("state", ["pending", "rejected", "taken_down"])
def test_what_moderation_holds_its_owner_cannot_release(world: World, state: str):
    world.create(code="abc")
    world.owners.hold("abc", state=state, reason="because")
    for path in ("/enable", "/disable"):
        assert problem(world.request("POST", f"{LINKS}/abc{path}"), 409)["code"] == "link_held"
    assert world.request("PATCH", f"{LINKS}/abc", json={"title": "x"}).json()["state"] == state
    assert world.request("DELETE", f"{LINKS}/abc").status_code == 204
    held = problem(world.request("POST", f"{LINKS}/abc/restore"), 409)
    assert (held["code"], held["detail"]) == (
        "link_held",
        f"Moderation held this link: it was {state}: because.",
    )


def test_what_moderation_held_without_a_word_does_not_come_back_either(world: World):
    world.create(code="abc")
    world.owners.hold("abc", state="pending")
    world.request("DELETE", f"{LINKS}/abc")
    assert problem(world.request("POST", f"{LINKS}/abc/restore"), 409)["code"] == "link_held"


def test_a_deleted_code_is_gone_and_never_given_to_another(world: World):
    world.create(code="abc", title="mine")
    world.owners.click("abc", 3)
    deleted = world.request("DELETE", f"{LINKS}/abc")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert world.request("GET", f"{LINKS}/abc").status_code == 404
    assert world.request("DELETE", f"{LINKS}/abc").status_code == 404
    assert world.request("GET", LINKS).json()["items"] == []
    again = world.request("POST", LINKS, json={"target": "https://example.com/", "code": "abc"})
    assert problem(again, 409)["code"] == "code_taken"
    restored = world.request("POST", f"{LINKS}/abc/restore").json()
    assert (restored["state"], restored["clicks"], restored["title"]) == ("active", 3, "mine")
    assert [item["code"] for item in world.request("GET", LINKS).json()["items"]] == ["abc"]
    assert world.request("POST", f"{LINKS}/abc/restore").status_code == 404


def test_a_link_that_was_disabled_comes_back_disabled(world: World):
    world.create(code="abc")
    world.request("POST", f"{LINKS}/abc/disable")
    world.request("DELETE", f"{LINKS}/abc")
    assert world.request("POST", f"{LINKS}/abc/restore").json()["state"] == "disabled"


def test_a_restored_link_is_not_restored_twice(world: World):
    world.create(code="abc")
    world.request("DELETE", f"{LINKS}/abc")
    world.owners.interfering = [{"state": None}]
    assert world.request("POST", f"{LINKS}/abc/restore").status_code == 404


def test_links_are_listed_newest_first_with_exact_clicks(world: World):
    for place in range(7):
        world.clock.now += 1
        world.create(code=f"link{place}")
    world.owners.click("link3", 2)
    seen, cursor = [], None
    while True:
        page = world.request(
            "GET", LINKS, params={"limit": 3} | ({"cursor": cursor} if cursor else {})
        ).json()
        TypeAdapter(LinkPage).validate_python(page, strict=True)
        seen += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [item["code"] for item in seen] == [f"link{place}" for place in reversed(range(7))]
    assert {item["code"]: item["clicks"] for item in seen}["link3"] == 2
    assert seen[0] == world.get("link6")


def test_a_list_is_searched_and_filtered(world: World):
    world.create(code="aaa", title="Grüße 100%", tags=["Cat"])
    world.create(code="bbb", target="https://example.org/dog")
    world.request("POST", f"{LINKS}/bbb/disable")

    def found(**query):
        return [item["code"] for item in world.request("GET", LINKS, params=query).json()["items"]]

    assert found(search="GRÜSSE") == ["aaa"]
    assert found(search="0%") == ["aaa"]
    assert found(search="DOG") == ["bbb"]
    assert found(tag="cat") == ["aaa"]
    assert found(state="disabled") == ["bbb"]
    assert found(state="active", search="dog") == []


def test_a_link_deleted_behind_the_library_is_not_listed(world: World):
    world.create(code="aaa")
    world.owners.hold("aaa", state="deleted")
    assert world.request("GET", LINKS).json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "cursor=nonsense",
        "state=deleted",
        "search=%00",
        "tag=%0A",
        f"search={'x' * 201}",
    ],
)
def test_a_query_that_is_not_valid_names_its_parameter(world: World, query: str):
    (error,) = problem(world.request("GET", f"{LINKS}?{query}"), 422)["errors"]
    assert error["field"] == f"query.{query.partition('=')[0]}"


def test_an_owner_that_does_not_answer_is_503_and_noted(world: World):
    world.create(code="abc")
    world.owners.failing.add("abc")
    for path in (f"{LINKS}/abc", LINKS):
        answer = world.request("GET", path)
        assert problem(answer, 503)["code"] == "unavailable"
        assert answer.headers["retry-after"] == "2"
    assert world.incidents.counts["unavailable"] == 2


def test_a_claimed_link_is_answered_even_if_nobody_can_be_told(world: World):
    world.libraries.is_failing = True
    assert world.create(code="abc")["code"] == "abc"
    assert world.incidents.counts == {"library_behind": 1}
    assert '"event": "library_behind"' in world.log[0]


def test_another_accounts_links_do_not_show(world: World):
    from accounts import Principal, PrincipalKind, Scope
    from http_api.auth import Caller
    from http_api.errors import ApiError
    from http_api.links.lookup import find_link

    world.belongs_to_another("theirs")
    member = Principal(PrincipalKind.MEMBER, "me", scopes=frozenset(Scope))
    with pytest.raises(ApiError) as caught:
        asyncio.run(find_link(Caller(member, world.services), "theirs"))
    assert caught.value.status == 404
    assert world.get("theirs")["target"] == "https://example.com/theirs"
    assert world.request("GET", LINKS).json()["items"] == []


def test_the_operators_change_reaches_the_library_of_the_links_account(world: World):
    world.belongs_to_another("theirs")
    world.request("PATCH", f"{LINKS}/theirs", json={"title": "seen"})
    assert world.libraries.of("another").page({"search": "seen"})["codes"] == ["theirs"]
    assert world.libraries.of("operator").totals() == {"links": 0}


def test_statistics_tell_everything_with_readable_times(world: World):
    world.create(code="abc")
    world.owners.click("abc", 3)
    found = world.request("GET", f"{LINKS}/abc/statistics").json()
    assert (found["short_code"], found["total_clicks"]) == ("abc", 3)
    assert found["last_click_at"] == "2027-01-15T08:00:00.000Z"
    assert found["recent"][0]["timestamp"] == "2027-01-15T08:00:00.000Z"
    assert set(found["by_dimension"]) == {"platform", "country", "referrer", "device", "browser", "os"}


def test_a_link_that_vanishes_between_two_calls_is_404(world: World, monkeypatch):
    world.create(code="abc")
    read = world.owners.read

    async def read_once(code):
        monkeypatch.setattr(world.owners, "read", nothing)
        return await read(code)

    async def nothing(_code):
        return None

    monkeypatch.setattr(world.owners, "read", read_once)
    world.owners.interfering = [{"title": "x"}]
    assert world.request("PATCH", f"{LINKS}/abc", json={"max_clicks": 1}).status_code == 404
    monkeypatch.setattr(world.owners, "read", read)
    monkeypatch.setattr(world.owners, "statistics", nothing)
    assert world.request("GET", f"{LINKS}/abc/statistics").status_code == 404


def test_statistics_of_a_link_without_clicks_have_no_last_one(world: World):
    world.create(code="abc")
    assert world.request("GET", f"{LINKS}/abc/statistics").json()["last_click_at"] is None


def test_misses_are_listed_latest_first(world: World):
    store = world.libraries.of("operator")
    store.note_misses(
        [{"code": "wanted", "count": 2, "last_at": T0}, {"code": "later", "count": 1, "last_at": T0 + 1}]
    )
    items = world.request("GET", f"{LINKS}/misses").json()["items"]
    TypeAdapter(list[MissView]).validate_python(items, strict=True)
    assert items[1] == {
        "code": "wanted",
        "count": 2,
        "first_at": "2027-01-15T08:00:00.000Z",
        "last_at": "2027-01-15T08:00:00.000Z",
    }
    assert len(world.request("GET", f"{LINKS}/misses?limit=1").json()["items"]) == 1

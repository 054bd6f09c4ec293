"""Many links in one request."""

from __future__ import annotations

from pydantic import TypeAdapter

from http_api.schemas.views import ItemResults
from tests.unit.http_api.ports import World

BULK = "/api/v1/links/bulk"


def target(place: int) -> str:
    return f"https://example.com/{place}"


def post(world: World, links):
    return world.request("POST", BULK, json={"links": links})


def test_a_thousand_links_are_created_at_once_in_their_order(world: World):
    answer = post(world, [{"target": target(place), "code": f"bulk{place:04}"} for place in range(1000)])
    assert answer.status_code == 200
    results = answer.json()
    TypeAdapter(ItemResults).validate_python(results, strict=True)
    assert (results["created"], results["failed"]) == (1000, 0)
    assert [
        (result["index"], result["status"], result["link"]["target"]) for result in results["results"]
    ] == [(place, 201, target(place)) for place in range(1000)]
    assert world.libraries.of("operator").totals() == {"links": 1000}
    assert world.get("bulk0999")["target"] == target(999)


def test_each_item_succeeds_or_fails_by_itself(world: World):
    world.create(code="taken")
    items = [
        {"target": target(0)},
        {"target": "ftp://example.com", "code": "a", "colour": "red"},
        "nonsense",
        {"target": target(3), "code": "taken"},
        {"target": target(4), "code": "mine"},
        {"target": target(5), "code": "mine"},
        {"target": target(6), "description": "x" * 2000, "rules": [{"target": target(1) + "x" * 1000}] * 20},
        {"target": target(7), "password": "secret"},
    ]
    answer = post(world, items)
    assert answer.status_code == 207
    results = answer.json()["results"]
    assert [result["status"] for result in results] == [201, 422, 422, 409, 201, 409, 422, 201]
    assert {error["field"] for error in results[1]["problem"]["errors"]} == {
        "body.links.1.target",
        "body.links.1.code",
        "body.links.1.colour",
    }
    assert results[2]["problem"]["errors"][0]["field"] == "body.links.2"
    assert results[3]["problem"]["code"] == results[5]["problem"]["code"] == "code_taken"
    assert world.get("mine")["target"] == target(4)
    assert results[6]["problem"]["errors"][0]["code"] == "record_too_large"
    assert results[7]["link"]["has_password"]
    assert (answer.json()["created"], answer.json()["failed"]) == (3, 5)


def test_an_owner_that_fails_fails_its_item_alone(world: World):
    world.owners.failing.add("bad")
    answer = post(world, [{"target": target(0), "code": "bad"}, {"target": target(1), "code": "good"}])
    assert answer.status_code == 207
    assert [result["status"] for result in answer.json()["results"]] == [503, 201]
    assert world.incidents.counts["link_not_created"] == 1


def test_a_request_that_is_no_list_of_links_is_refused(world: World):
    for body in ([], {}, {"links": {}}, {"links": []}, {"links": [{"target": target(0)}] * 1001}, "x", 0):
        answer = world.request("POST", BULK, json=body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body.links")
    answer = world.request("POST", BULK, json={"links": [{}], "more": 1})
    assert answer.json()["errors"][0]["field"] == "body.more"
    assert world.libraries.of("operator").totals() == {"links": 0}

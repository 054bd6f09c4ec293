"""Deleting an asset takes one's own links along, and undoing brings back exactly what was taken."""

from __future__ import annotations

import pytest

from tests.unit.http_api.ports import T0, World
from tests.unit.http_api.test_links import problem

ASSETS, LINKS = "/api/v1/assets", "/api/v1/links"
DAY = 86_400


def delete(world: World, asset_id: str = "cat", **options):
    answer = world.request("DELETE", f"{ASSETS}/{asset_id}", **options)
    assert answer.status_code == 204, answer.text


def restore(world: World, asset_id: str = "cat"):
    return world.request("POST", f"{ASSETS}/{asset_id}/restore")


def state(world: World, code: str) -> tuple[str, str]:
    record = world.owners.record(code)
    return record.state, record.reason


def test_a_deleted_asset_can_be_restored_for_thirty_days(world: World):
    world.hold("cat", title="A cat", visibility="public")
    delete(world)
    seen = world.request("GET", f"{ASSETS}/cat").json()
    assert (seen["status"], seen["deleted_at"], seen["erase_at"]) == (
        "deleted",
        "2027-01-15T08:00:00.000Z",
        "2027-02-14T08:00:00.000Z",
    )
    assert world.request("GET", ASSETS).json()["items"] == []
    assert world.request("GET", ASSETS, params={"state": "deleted"}).json()["items"] == [seen]
    assert not world.assets.stored("cat").record.held
    world.clock.now += 30 * DAY - 1
    back = restore(world)
    assert (back.status_code, back.json()["status"], back.json()["title"]) == (200, "approved", "A cat")
    assert back.json()["deleted_at"] is back.json()["erase_at"] is None
    assert [item["asset_id"] for item in world.request("GET", ASSETS).json()["items"]] == ["cat"]
    delete(world)
    world.clock.now += 30 * DAY
    assert problem(restore(world), 404)["code"] == "unknown_asset"
    answer = world.request("PATCH", f"{ASSETS}/cat", json={"title": "x"})
    assert problem(answer, 404)["code"] == "unknown_asset"


def test_deleting_leaves_the_edge_unless_another_account_shows_the_asset(world: World):
    world.hold("cat", visibility="public")
    world.hold("dog", visibility="public")
    world.hold("dog", "bob", visibility="unlisted")
    delete(world, "dog")
    assert world.edge_copies.purged == []
    delete(world)
    assert [asset_id for asset_id, _ in world.edge_copies.purged] == ["cat"]
    dog = world.assets.stored("dog")
    assert (dog.record.held, dog.record.visibility) == (True, "unlisted")


def test_a_deletion_that_the_edge_did_not_hear_of_is_a_503_until_it_is_asked_for_again(world: World):
    world.hold("cat", visibility="public")
    world.edge_copies.is_failing = True
    for _ in range(2):
        assert problem(world.request("DELETE", f"{ASSETS}/cat"), 503)["code"] == "unavailable"
    assert not world.assets.stored("cat").record.held
    world.edge_copies.is_failing = False
    delete(world)
    assert [asset_id for asset_id, _ in world.edge_copies.purged] == ["cat"]


def test_a_grace_period_of_nothing_erases_at_once(world: World):
    world.hold("cat", visibility="public")
    delete(world, params={"grace_seconds": 0})
    assert problem(world.request("GET", f"{ASSETS}/cat"), 404)
    assert [asset_id for asset_id, _ in world.edge_copies.purged] == ["cat"]


def test_deleting_again_changes_nothing_but_may_end_the_grace_period(world: World):
    world.hold("cat")
    delete(world)
    world.clock.now = T0 + 10
    delete(world)
    delete(world, params={"grace_seconds": 30 * DAY})
    assert world.request("GET", f"{ASSETS}/cat").json()["erase_at"] == "2027-02-14T08:00:00.000Z"
    delete(world, params={"grace_seconds": 60})
    assert world.request("GET", f"{ASSETS}/cat").json()["erase_at"] == "2027-01-15T08:01:10.000Z"


@pytest.mark.parametrize("seconds", ["-1", str(30 * DAY + 1), "soon"])
def test_a_grace_period_has_bounds(world: World, seconds):
    world.hold("cat")
    answer = world.request("DELETE", f"{ASSETS}/cat", params={"grace_seconds": seconds})
    assert problem(answer, 422)["errors"][0]["field"] == "query.grace_seconds"
    assert world.assets.stored("cat").record.held


def test_deleting_an_old_version_is_a_conflict(world: World):
    world.hold("cat")
    world.request("PATCH", f"{ASSETS}/cat", json={"title": "x"})
    answer = world.request("DELETE", f"{ASSETS}/cat", headers={"if-match": '"1"'})
    assert problem(answer, 409)["code"] == "version_conflict"
    assert world.assets.stored("cat").record.held
    delete(world, headers={"if-match": '"2"'})


def test_what_is_deleted_is_neither_changed_nor_signed(world: World):
    world.hold("cat")
    delete(world)
    for method, path, body in (("PATCH", "", {"title": "x"}), ("POST", "/signed-url", {})):
        answer = world.request(method, f"{ASSETS}/cat{path}", json=body)
        assert problem(answer, 409)["code"] == "asset_deleted"


def test_own_links_go_along_and_come_back_as_they_were(world: World):
    world.hold("cat")
    for code in ("live", "off", "held", "gone"):
        world.create(target="asset:cat", code=code)
    world.create(code="elsewhere")
    world.request("POST", f"{LINKS}/off/disable")
    world.request("DELETE", f"{LINKS}/gone")
    world.owners.hold("held", state="rejected", reason="spam: cats")
    world.owners.click("live", 7)
    delete(world)
    for code in ("live", "off", "held"):
        assert state(world, code)[0] == "deleted"
        assert problem(world.request("GET", f"{LINKS}/{code}"), 404)
    assert state(world, "gone") == ("deleted", "")
    assert state(world, "elsewhere") == ("active", "")
    listed = world.request("GET", LINKS).json()["items"]
    assert [link["code"] for link in listed] == ["elsewhere"]
    assert restore(world).status_code == 200
    assert state(world, "live") == ("active", "")
    assert state(world, "off") == ("disabled", "")
    assert state(world, "held") == ("rejected", "spam: cats")
    assert state(world, "gone") == ("deleted", "")
    assert world.get("live")["clicks"] == 7


def test_links_of_others_and_links_that_moved_on_stay(world: World):
    world.hold("cat")
    world.create(target="asset:cat", code="moved")
    world.request("PATCH", f"{LINKS}/moved", json={"target": "https://example.com/"})
    theirs = world.belongs_to_another("theirs")
    world.owners.hold("theirs", target="asset:cat", asset_id="cat")
    delete(world)
    assert state(world, "moved") == ("active", "")
    assert state(world, theirs.code) == ("active", "")


def test_many_links_go_along(world: World):
    world.hold("cat")
    codes = [f"many-{number:03}" for number in range(620)]
    links = [{"target": "asset:cat", "code": code} for code in codes]
    assert world.request("POST", f"{LINKS}/bulk", json={"links": links}).status_code == 200
    delete(world)
    assert {state(world, code) for code in codes} == {("deleted", "asset_deleted")}
    restore(world)
    assert {state(world, code) for code in codes} == {("active", "")}


def test_a_deletion_that_failed_half_way_is_finished_by_the_next(world: World):
    world.hold("cat")
    for code in ("one", "two"):
        world.create(target="asset:cat", code=code)
    world.owners.failing.add("two")
    assert problem(world.request("DELETE", f"{ASSETS}/cat"), 503)["code"] == "unavailable"
    assert world.request("GET", f"{ASSETS}/cat").json()["status"] == "deleted"
    world.owners.failing.clear()
    delete(world)
    assert state(world, "one") == state(world, "two") == ("deleted", "asset_deleted")
    world.owners.failing.add("one")
    assert problem(restore(world), 503)["code"] == "unavailable"
    world.owners.failing.clear()
    assert restore(world).status_code == 200
    assert state(world, "one") == state(world, "two") == ("active", "")


def test_a_link_that_changes_meanwhile_is_looked_at_again(world: World):
    world.hold("cat")
    world.create(target="asset:cat", code="one")
    world.owners.interfering.append({"state": "disabled"})
    delete(world)
    assert state(world, "one") == ("deleted", "asset_deleted: disabled")


def test_a_link_that_only_the_library_knows_is_passed_over(world: World):
    world.hold("cat")
    entry = {"code": "ghost", "target": "asset:cat", "title": "", "tags": [], "state": "active"}
    world.libraries.of("operator").add([entry | {"created_at": T0, "version": 1, "asset_id": "cat"}])
    delete(world)


def test_a_link_that_never_stands_still_is_a_503(world: World):
    world.hold("cat")
    world.create(target="asset:cat", code="one")
    world.owners.interfering += [{"title": str(number)} for number in range(5)]
    assert problem(world.request("DELETE", f"{ASSETS}/cat"), 503)["code"] == "unavailable"


def test_a_link_that_went_along_waits_for_its_asset(world: World):
    world.hold("cat")
    world.create(target="asset:cat", code="one")
    world.request("POST", f"{LINKS}/one/disable")
    delete(world, params={"grace_seconds": 60})
    answer = world.request("POST", f"{LINKS}/one/restore")
    assert problem(answer, 409)["code"] == "asset_deleted"
    world.clock.now += 3_600
    assert problem(world.request("POST", f"{LINKS}/one/restore"), 409)["code"] == "asset_deleted"
    world.hold("cat")
    assert world.request("POST", f"{LINKS}/one/restore").json()["state"] == "disabled"

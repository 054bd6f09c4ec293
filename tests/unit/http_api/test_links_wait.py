"""Where the operator wants nothing shown before it was seen, links wait."""

from __future__ import annotations

import pytest

from tests.unit.http_api.casework import decide
from tests.unit.http_api.ports import World
from tests.unit.http_api.test_links import problem

LINKS = "/api/v1/links"


@pytest.fixture
def patient() -> World:
    return World(links_wait=True)


def test_a_link_is_created_pending_and_goes_live_when_it_is_approved(patient: World):
    made = patient.create(code="abc")
    assert (made["state"], patient.get("abc")["state"]) == ("pending", "pending")
    refused = patient.request("POST", f"{LINKS}/abc/enable")
    assert problem(refused, 409)["code"] == "link_held"
    decide(patient, "link:abc", "approve")
    assert patient.get("abc")["state"] == "active"


def test_shortened_and_imported_links_wait_too(patient: World):
    short = patient.request("POST", "/api/v1/shorten", json={"original_url": "https://example.com/a"})
    assert short.json()["is_active"] is False
    bulk = {"links": [{"target": "https://example.com/b", "code": "bulk-one"}]}
    assert patient.request("POST", f"{LINKS}/bulk", json=bulk).json()["created"] == 1
    assert patient.get("bulk-one")["state"] == "pending"


def test_changed_content_waits_again_and_what_its_owner_stopped_stays_stopped(patient: World):
    patient.create(code="abc")
    decide(patient, "link:abc", "approve")
    answer = patient.request("PATCH", f"{LINKS}/abc", json={"status": 301})
    assert answer.json()["state"] == "active"
    patient.request("POST", f"{LINKS}/abc/disable")
    answer = patient.request("PATCH", f"{LINKS}/abc", json={"title": "New"})
    assert answer.json()["state"] == "pending"
    assert patient.owners.record("abc").held_from == "disabled"


def test_links_go_live_at_once_where_nobody_says_otherwise(world: World):
    assert world.create(code="abc")["state"] == "active"
    answer = world.request("PATCH", f"{LINKS}/abc", json={"title": "New"})
    assert answer.json()["state"] == "active"

"""Reports of the public: one an address and case, taken for what exists, answered alike for everything."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.unit.http_api.casework import CASES, bring, case_of, decide, sha256_of
from tests.unit.http_api.ports import BASE_URL, World
from tests.unit.http_api.test_links import problem

URL = "/api/v1/reports"


def report(world: World, subject: str, address: str = "192.0.2.1", **more: Any) -> httpx.Response:
    headers = {"cf-connecting-ip": address} | more.pop("headers", {})
    body = {"subject": subject, "category": "violence"} | more
    return asyncio.run(world.send("POST", URL, json=body, headers=headers))


def reports_of(world: World, subject: str) -> list[dict[str, Any]]:
    return asyncio.run(world.ledger.reports(subject, 100))


def shown(world: World, asset_id: str = "cat") -> str:
    """Have an asset that everybody sees, as a scan approved it; return its subject."""
    subject = bring(world, asset_id, "approved")
    asyncio.run(world.assets.decide(asset_id, "approved", "", None))
    return subject


def test_a_report_needs_no_token_and_keeps_no_address(world: World):
    subject = shown(world)
    answer = report(world, "cat", text="It bites", contact="me@example.com")
    assert answer.status_code == 202
    assert answer.json()["status"] == "received"
    (kept,) = reports_of(world, subject)
    assert (kept["category"], kept["text"]) == ("violence", "It bites\n\nContact: me@example.com")
    assert kept["reporter"] == world.services.reporter("192.0.2.1") != world.services.reporter("192.0.2.2")
    (seen,) = world.request("GET", f"{CASES}/{subject}").json()["reports"]
    assert (seen["is_open"], seen["at"]) == (True, "2027-01-15T08:00:00.000Z")
    assert "192.0.2.1" not in world.request("GET", "/api/v1/moderation/ledger/export").text


def test_one_address_counts_once_and_the_third_takes_the_asset_away(world: World):
    subject = shown(world)
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        report(world, subject, address)
    case = case_of(world, subject)
    assert (case["state"], case["reports"]) == ("approved", 2)
    assert report(world, subject, "2001:db8::1").status_code == 202
    assert case_of(world, subject)["state"] == "flagged"
    assert world.assets.stored("cat").record.state == "flagged"
    assert [asset_id for asset_id, _ in world.edge_copies.purged] == ["cat"]


def test_an_asset_that_cannot_be_taken_away_now_is_so_later(world: World):
    subject = shown(world)
    world.edge_copies.is_failing = True
    for number in range(3):
        assert report(world, subject, f"192.0.2.{number}").status_code == 202
    assert [one["subject"] for one in asyncio.run(world.ledger.unenforced(10))] == [subject]


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("abc", ["link:abc", "asset:cat"]),
        (" link:abc ", ["link:abc", "asset:cat"]),
        ("link:xyz", ["link:abc", "asset:cat"]),
        ("cat", ["asset:cat"]),
        ("asset:cat", ["asset:cat"]),
        (f"{BASE_URL}/s/abc", ["link:abc", "asset:cat"]),
        (f"{BASE_URL}/s/abc+", ["link:abc", "asset:cat"]),
        ("HTTP://gif.example.com/s/abc/", ["link:abc", "asset:cat"]),
        (f"{BASE_URL}/a/cat.mp4?download", ["asset:cat"]),
        (f"{BASE_URL}/a/", []),
        (f"{BASE_URL}/s/", []),
        (f"{BASE_URL}/about", []),
        ("https://example.com/s/abc", []),
        ("https://", []),
        ("page:abc", []),
        ("link:no such code", []),
        ("gone", []),
        ("nothing", []),
    ],
)
def test_whatever_people_paste_is_understood(world: World, text: str, subjects: list[str]):
    shown(world)
    world.create(code="abc", target="asset:cat")
    world.request("POST", "/api/v1/links/abc/aliases", json={"code": "xyz"})
    world.create(code="gone")
    world.request("DELETE", "/api/v1/links/gone")
    answer = report(world, text)
    assert (answer.status_code, answer.json()["status"]) == (202, "received")
    assert sorted(answer.json()) == ["report_id", "status"]
    known = ["link:abc", "asset:cat", "link:gone"]
    assert [one for one in known if reports_of(world, one)] == subjects


def test_a_link_to_an_asset_that_is_gone_is_reported_alone(world: World):
    world.create(code="abc")
    world.owners.hold("abc", asset_id="vanished", target="asset:vanished")
    assert report(world, "abc").status_code == 202
    assert len(reports_of(world, "link:abc")) == 1


def test_content_without_a_case_gets_one(world: World):
    world.hold("cat")
    report(world, "cat")
    case = case_of(world, "asset:cat")
    assert (case["state"], case["reports"], case["sha256"]) == ("approved", 1, sha256_of("cat"))


def test_a_key_makes_a_report_repeatable(world: World):
    subject = shown(world)
    key = {"idempotency-key": "k" * 100}
    first, again = (report(world, subject, headers=key).json() for _ in range(2))
    assert first == again
    decide(world, subject, "reopen")
    report(world, subject, headers=key)
    assert len(reports_of(world, subject)) == 1


def test_the_eleventh_report_of_an_address_has_to_wait(world: World):
    world.limits.requests["reports"] = 1
    assert report(world, "cat").status_code == 202
    refused = report(world, "cat")
    assert problem(refused, 429)["code"] == "rate_limited"
    assert "retry-after" in refused.headers
    assert report(world, "cat", "192.0.2.2").status_code == 202


def test_a_limiter_that_fails_silences_nobody(world: World):
    subject = shown(world)
    world.limits.is_failing = True
    assert report(world, subject).status_code == 202
    assert len(reports_of(world, subject)) == 1


def test_bad_reports_are_refused_field_by_field(world: World):
    answer = report(world, "", category="boring", text="x" * 3_001, contact="a\nb", name="me")
    fields = {error["field"] for error in problem(answer, 422)["errors"]}
    assert fields == {f"body.{name}" for name in ("subject", "category", "text", "contact", "name")}


@pytest.mark.parametrize("headers", [{}, {"idempotency-key": "k"}])
def test_when_old_reports_are_forgotten_nothing_tells_who_reported(world: World, headers: dict[str, str]):
    subject = shown(world)
    report(world, subject, headers=headers)
    (kept,) = reports_of(world, subject)
    decide(world, subject, "reopen")
    export = "/api/v1/moderation/ledger/export"
    assert kept["reporter"] in world.request("GET", export).text
    world.clock.now += 10 * 86_400
    assert asyncio.run(world.ledger.retain("retention", 5))["reports"] == 1
    left = world.request("GET", export).text
    assert ("report:" in left, kept["reporter"] in left) == (True, False)

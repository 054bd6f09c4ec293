"""Signed URLs from the API are those of the library, bound to what was asked."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import pytest
from pydantic import TypeAdapter

from assets.judged import Judged
from assets.record import AssetRecord
from assets.references import Reference
from cdn.restrictions import Client
from cdn.verification import Refusal
from http_api.schemas.assets import SignedUrlView
from tests.unit.http_api.ports import BASE_URL, T0, World
from tests.unit.http_api.test_links import problem

URL = "/api/v1/assets/cat/signed-url"


@pytest.fixture
def cat(world: World) -> World:
    world.hold("cat", visibility="private")
    return world


def sign(world: World, **wanted) -> str:
    answer = world.request("POST", URL, json=wanted)
    assert answer.status_code == 200, answer.text
    TypeAdapter(SignedUrlView).validate_python(answer.json(), strict=True, extra="forbid")
    return str(answer.json()["url"])


def refusal(world: World, url: str, client: Client | None = None) -> Refusal | None:
    return world.signer.check(url, client).refusal


def test_a_url_is_valid_for_an_hour_unless_asked_otherwise(cat: World):
    answer = cat.request("POST", URL, json={})
    assert answer.json()["expires_at"] == "2027-01-15T09:00:00.000Z"
    assert answer.headers["cache-control"] == "no-store"
    url = answer.json()["url"]
    assert url == cat.signer.generate_signed_url(f"{BASE_URL}/a/cat", 3_600)
    cat.clock.now = T0 + 3_599.9
    assert refusal(cat, url) is None
    cat.clock.now = T0 + 3_600
    assert refusal(cat, url) is Refusal.EXPIRED


def test_a_url_is_bound_to_what_was_asked(cat: World):
    url = sign(
        cat,
        expires_in=60,
        format="mp4",
        download=True,
        not_before="2027-01-15T08:00:30.2Z",
        network="203.0.113.7",
        countries=["de", "AT"],
    )
    assert urlsplit(url).path == "/a/cat.mp4"
    assert "download" in urlsplit(url).query.split("&")
    here = Client("203.0.113.7", "DE")
    assert refusal(cat, url, Client("203.0.113.8", "DE")) is Refusal.WRONG_ADDRESS
    assert refusal(cat, url, Client("203.0.113.7", "FR")) is Refusal.WRONG_COUNTRY
    assert refusal(cat, url.replace(".mp4", ".gif"), here) is Refusal.BAD_SIGNATURE
    assert "sig_from=1800000031" in url
    cat.clock.now += 31
    assert refusal(cat, url, here) is None


def test_one_signature_may_be_good_for_every_format(cat: World):
    url = sign(cat, every_format=True)
    for path in ("/a/cat", "/a/cat.mp4", "/a/cat.webp"):
        assert refusal(cat, url.replace("/a/cat?", f"{path}?")) is None
    assert refusal(cat, url.replace("/a/cat?", "/a/cat2?")) is Refusal.WRONG_PATH


def test_every_bad_field_is_told_at_once(cat: World):
    body = {
        "expires_in": 0,
        "format": "svg",
        "every_format": "yes",
        "not_before": "tomorrow",
        "network": "203.0.113.0/33",
        "countries": ["Germany"],
        "prefix": "/",
    }
    errors = {
        error["field"]: error["code"] for error in problem(cat.request("POST", URL, json=body), 422)["errors"]
    }
    assert errors == {
        "body.expires_in": "greater_than_equal",
        "body.format": "literal_error",
        "body.every_format": "bool_type",
        "body.not_before": "invalid_moment",
        "body.network": "invalid_network",
        "body.countries": "unknown_country",
        "body.prefix": "extra_forbidden",
    }


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"expires_in": 7 * 86_400 + 1}, "body.expires_in", "less_than_equal"),
        ({"expires_in": 60.5}, "body.expires_in", "int_type"),
        ({"expires_in": 60, "not_before": T0 + 60}, "body.not_before", "ends_before_start"),
        ({"expires_in": 60, "not_before": T0 + 59.9}, "body", "invalid_lifetime"),
        ({"countries": []}, "body.countries", "unknown_country"),
        ({"countries": ["DE"] * 51}, "body.countries", "too_long"),
        ({"network": "fe80::1%eth0"}, "body.network", "invalid_network"),
    ],
)
def test_what_cannot_be_signed_is_refused(cat: World, body, field, code):
    (error,) = problem(cat.request("POST", URL, json=body), 422)["errors"]
    assert (error["field"], error["code"]) == (field, code)


@pytest.mark.parametrize("account_id", ["operator", "bob"])
def test_what_is_pending_is_not_signed_nor_what_only_looks_so(world: World, account_id):
    record = AssetRecord("cat", "ab" * 32, "image/gif", "gif", 70, T0)
    world.assets.file(record, Reference(account_id, T0))
    if account_id == "bob":
        asyncio.run(world.assets.decide("cat", "approved", "", None))
        world.assets.file(record, Reference("operator", T0))
    refused = problem(world.request("POST", URL, json={}), 409)
    assert (refused["code"], "url" in refused) == ("asset_in_review", False)
    asyncio.run(world.assets.decide("cat", "approved", "", None))
    asyncio.run(world.assets.confirm("cat", Judged("operator")))
    assert refusal(world, sign(world)) is None


def test_the_operator_signs_what_others_hold(world: World):
    world.hold("cat", "bob")
    assert refusal(world, sign(world)) is None

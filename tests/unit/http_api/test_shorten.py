"""`/api/v1/shorten` speaks the words of other shorteners."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from http_api.schemas.views import ShortenView
from tests.unit.http_api.ports import BASE_URL, T0, World

SHORTEN = "/api/v1/shorten"


def test_a_long_url_becomes_short(world: World):
    body = {
        "original_url": "HTTPS://Example.COM:443/a/../b?q=1",
        "custom_code": "mine",
        "expires_at": "2027-02-01T00:00:00Z",
        "metadata": {"campaign": "spring"},
    }
    answer = world.request("POST", SHORTEN, json=body)
    assert answer.status_code == 200
    TypeAdapter(ShortenView).validate_python(answer.json(), strict=True)
    assert answer.json() == {
        "short_code": "mine",
        "short_url": f"{BASE_URL}/s/mine",
        "original_url": "https://example.com/b?q=1",
        "created_at": "2027-01-15T08:00:00.000Z",
        "expires_at": "2027-02-01T00:00:00.000Z",
        "is_active": True,
        "metadata": {"campaign": "spring"},
        "clicks": 0,
    }
    link = world.get("mine")
    assert (link["target"], link["metadata"]) == ("https://example.com/b?q=1", {"campaign": "spring"})


def test_a_url_alone_gets_a_random_code(world: World):
    made = world.request("POST", SHORTEN, json={"original_url": "example.com/cat"}).json()
    assert made["original_url"] == "https://example.com/cat"
    assert world.get(made["short_code"])["short_url"] == made["short_url"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"original_url"}),
        ({"original_url": "asset:abc"}, {"original_url"}),
        ({"original_url": f"{BASE_URL}/s/abc"}, {"original_url"}),
        (
            {"original_url": "javascript:1", "custom_code": "a b", "expires_at": T0, "metadata": [], "x": 1},
            {"original_url", "custom_code", "expires_at", "metadata", "x"},
        ),
    ],
)
def test_every_bad_field_is_named(world: World, body, fields):
    answer = world.request("POST", SHORTEN, json=body)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {f"body.{field}" for field in fields}


def test_a_taken_code_is_a_conflict(world: World):
    world.create(code="mine")
    answer = world.request("POST", SHORTEN, json={"original_url": "example.com", "custom_code": "mine"})
    assert (answer.status_code, answer.json()["code"]) == (409, "code_taken")

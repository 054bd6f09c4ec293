from __future__ import annotations

import pytest

from assets.record import AssetRecord
from oembed.description import Preview
from tests.unit.http_api.ports import BASE_URL, World

ASSET = AssetRecord("abc", "0" * 64, "image/gif", "gif", 9, 0.0, width=480, height=270)


def ask(world: World, **query: object):
    # Nobody who embeds has a token.
    return world.request("GET", "/oembed", params=query, headers={"authorization": ""})


def test_a_link_and_an_asset_are_described_to_anybody(world: World):
    world.previews.links["Ab12Cd34"] = Preview("Cat", ASSET)
    world.previews.assets["abc", None] = world.previews.assets["abc", "gif"] = Preview("Dog", ASSET)
    for path, title in (("/s/Ab12Cd34", "Cat"), ("/a/abc", "Dog"), ("/a/abc.gif", "Dog")):
        answer = ask(world, url=BASE_URL + path, maxwidth=240, format="json")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cache-control"] == "public, max-age=300"
        found = answer.json()
        assert (found["title"], found["type"], found["width"]) == (title, "photo", 240)


@pytest.mark.parametrize(
    "url", [f"{BASE_URL}/s/nobody-has-it", f"{BASE_URL}/a/abc", "https://example.com/s/Ab12Cd34", "x"]
)
def test_anything_else_is_unknown_to_scripts_of_other_sites_too(world: World, url: str):
    answer = ask(world, url=url)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_url")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "cache-control" not in answer.headers


@pytest.mark.parametrize("wanted", ["xml", "", "JSON"])
def test_another_format_is_not_implemented(world: World, wanted: str):
    answer = ask(world, url=f"{BASE_URL}/a/abc", format=wanted)
    assert (answer.status_code, answer.json()["code"]) == (501, "unsupported_format")


def test_every_bad_field_is_told_at_once(world: World):
    answer = ask(world, maxwidth=0, maxheight="wide")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert {error["field"] for error in answer.json()["errors"]} == {
        "query.url",
        "query.maxwidth",
        "query.maxheight",
    }


def test_a_service_that_ignores_case_finds_a_code_in_any(world: World):
    folding = World(code_case="insensitive")
    folding.previews.links["ab12cd34"] = world.previews.links["ab12cd34"] = Preview("Cat")
    assert ask(folding, url=f"{BASE_URL}/s/AB12cd34").json()["type"] == "link"
    assert ask(world, url=f"{BASE_URL}/s/AB12cd34").status_code == 404


def test_an_edge_that_does_not_answer_is_no_unknown_url(world: World):
    world.previews.is_failing = True
    assert ask(world, url=f"{BASE_URL}/s/Ab12Cd34").status_code == 503
    assert ask(world, url="https://example.com/").status_code == 404

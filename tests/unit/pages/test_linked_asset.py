from __future__ import annotations

from dataclasses import replace

import pytest

from assets.record import PUBLIC, UNLISTED, AssetRecord, Variant
from pages.linked_asset import asset_page, asset_preview, with_words
from sharelinks import LinkRecord
from tests.unit.pages.reader import read
from tests.unit.pages.samples import BASE, NOW

LINK = LinkRecord("Ab12Cd34", "asset:abc", NOW)
ASSET = AssetRecord(
    "abc",
    "0" * 64,
    "image/gif",
    "gif",
    1_000,
    NOW,
    width=480,
    height=270,
    state="approved",
    visibility=PUBLIC,
    title="The asset's title",
    tags=("theirs",),
    description="The asset's description",
    variants={"mp4": Variant("video/mp4", 500, "tag", 478, 268), "jpg": Variant("image/jpeg", 100, "tag")},
)


def meta(page):
    nodes = read(page.text).all("meta")
    named = [(node.attributes.get("property") or node.attributes.get("name"), node) for node in nodes]
    return {name: node.attributes["content"] for name, node in named if name}


def rels(page):
    return {node.attributes["rel"]: node.attributes["href"] for node in read(page.text).all("link")}


@pytest.mark.parametrize("make", [asset_page, asset_preview])
def test_the_words_are_the_links_and_else_the_assets(make):
    own = replace(LINK, title="Mine", description="My words", tags=("mine",))
    for record, title, description in (
        (LINK, ASSET.title, ASSET.description),
        (own, "Mine", "My words"),
        (replace(own, description=""), "Mine", ASSET.description),
    ):
        page = make(record, ASSET, BASE)
        assert read(page.text).one("h1").text == title
        found = meta(page)
        assert (found["og:title"], found["og:description"]) == (title, description)
    assert with_words(LINK, ASSET).tags == ("theirs",)
    assert with_words(own, ASSET).tags == ("mine",)


@pytest.mark.parametrize("make", [asset_page, asset_preview])
def test_the_media_are_those_that_the_record_knows(make):
    found = meta(make(LINK, ASSET, BASE))
    assert (found["og:image"], found["og:image:width"]) == (f"{BASE}/a/abc.gif", "480")
    assert (found["og:video"], found["og:video:width"], found["og:video:height"]) == (
        f"{BASE}/a/abc.mp4",
        "478",
        "268",
    )
    without = replace(ASSET, variants={})
    assert "og:video" not in meta(make(LINK, without, BASE))


@pytest.mark.parametrize("make", [asset_page, asset_preview])
def test_the_record_of_the_asset_says_which_one_it_is(make):
    elsewhere = replace(LINK, target="https://example.com/secret", asset_id="stale")
    page = make(elsewhere, ASSET, BASE)
    assert meta(page)["og:image"] == f"{BASE}/a/abc.gif"
    assert "stale" not in page.text
    assert "example.com" not in page.text


@pytest.mark.parametrize("make", [asset_page, asset_preview])
def test_a_guarded_link_is_described_to_nobody(make):
    assert rels(make(LINK, ASSET, BASE))["alternate"] == (
        f"{BASE}/oembed?url=https%3A%2F%2Fgifdist.io%2Fs%2FAb12Cd34&format=json"
    )
    for guard in ({"password": "x"}, {"max_clicks": 1}):
        assert "alternate" not in rels(make(replace(LINK, **guard), ASSET, BASE))


def test_search_engines_may_keep_only_what_is_public_and_stands_open():
    assert "robots" not in meta(asset_page(LINK, ASSET, BASE))
    for link, asset in (
        (LINK, replace(ASSET, visibility=UNLISTED)),
        (replace(LINK, password="x"), ASSET),
        (replace(LINK, max_clicks=1), ASSET),
    ):
        assert meta(asset_page(link, asset, BASE))["robots"] == "noindex"

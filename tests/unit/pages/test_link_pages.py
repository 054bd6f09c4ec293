from __future__ import annotations

from dataclasses import replace

import pytest

from pages.interstitial import link_page
from pages.share import share_page
from pages.unfurl import unfurl_page
from sharelinks import InvalidAssetError, ShareMedia, share_metadata
from tests.unit.pages.reader import read
from tests.unit.pages.samples import ASSET_LINK, BASE, URL_LINK


def tags(page):
    metas = [node.attributes for node in read(page.text).one("head").all("meta")]
    return [
        (one.get("property") or one["name"], one["content"])
        for one in metas
        if "property" in one or one.get("name", "").startswith("twitter:")
    ]


def links(page):
    return {node.attributes["rel"]: node.attributes for node in read(page.text).all("link")}


def test_the_interstitial_names_where_it_leads_and_has_one_button():
    record = replace(URL_LINK, description="All about cats")
    page = link_page(record, "https://m.example.com/cats?x=1&y=2", BASE)
    main = read(page.text).one("main")
    (button,) = main.all("a")
    assert main.one("h1").text == "Cats & dogs"
    assert main.one("strong").text == "m.example.com"
    assert button.text == "Continue to m.example.com"
    assert button.attributes["href"] == "https://m.example.com/cats?x=1&y=2"
    assert button.attributes["rel"] == "noopener nofollow noreferrer"
    assert "All about cats" in main.text
    assert "https://m.example.com/cats?x=1&y=2" in main.text
    assert "http-equiv" not in page.text
    assert links(page)["canonical"]["href"] == "https://gifdist.io/s/Ab12Cd34"


def test_an_interstitial_without_title_or_a_usable_target_still_says_something():
    untitled = replace(URL_LINK, title="")
    assert read(link_page(untitled, "https://example.com/", BASE).text).one("h1").text == "example.com"
    main = read(link_page(untitled, "javascript:alert(1)", BASE).text).one("main")
    assert main.one("h1").text == "Leaving this site"
    assert main.one("strong").text == "javascript:alert(1)"
    assert "href" not in main.one("a").attributes


def copied(page):
    """What the copy buttons of a page take along, by the names of their fields."""
    root = read(page.text)
    buttons = [node.attributes["data-copies"] for node in root.all("button")]
    return {name: root.by_id(name).attributes["value"] for name in buttons}


def test_a_shared_video_plays_and_can_be_passed_on():
    media = ShareMedia("gif", 480, 270, ("mp4", "jpg"), {"mp4": (480, 268)})
    page = share_page(ASSET_LINK, BASE, media, oembed_url="https://gifdist.io/oembed?url=x&format=json")
    root = read(page.text)
    video = root.one("video").attributes
    assert {"autoplay", "loop", "muted", "playsinline", "controls"} <= set(video)
    assert (video["src"], video["poster"]) == ("https://gifdist.io/a/abc.mp4", "https://gifdist.io/a/abc.jpg")
    assert (video["width"], video["height"]) == ("480", "268")
    assert root.one("main").one("a").attributes["href"] == "https://gifdist.io/a/abc?download"
    assert links(page) == {
        "canonical": {"rel": "canonical", "href": "https://gifdist.io/a/abc"},
        "alternate": {
            "rel": "alternate",
            "type": "application/json+oembed",
            "href": "https://gifdist.io/oembed?url=x&format=json",
            "title": "Funny Cat",
        },
    }
    found = dict(tags(page))
    assert found["og:video"] == "https://gifdist.io/a/abc.mp4"
    assert (found["og:video:height"], found["og:image:height"]) == ("268", "270")


def test_each_text_to_take_along_has_a_field_of_its_own_and_a_button_that_waits_for_a_clipboard():
    page = share_page(ASSET_LINK, BASE, ShareMedia("gif", 480, 270, ()))
    taken = copied(page)
    assert taken["short-url"] == "https://gifdist.io/s/Ab12Cd34"
    assert taken["media-url"] == "https://gifdist.io/a/abc"
    code = read(taken["embed-code"]).one("a")
    assert code.attributes == {"href": "https://gifdist.io/s/Ab12Cd34"}
    assert code.one("img").attributes["src"] == "https://gifdist.io/a/abc.gif"
    root = read(page.text)
    assert all("hidden" in node.attributes for node in root.all("button"))
    assert all("readonly" in node.attributes for node in root.all("input"))
    assert len({node.attributes["aria-label"] for node in root.all("button")}) == len(taken) == 3


@pytest.mark.parametrize("title", ['"><script>alert(1)</script>', "</a><b>", "&quot;", "'"])
def test_the_code_to_embed_reads_back_as_one_element_whatever_the_title(title):
    page = share_page(replace(ASSET_LINK, title=title), BASE, ShareMedia("png", 1, 1))
    code = read(copied(page)["embed-code"])
    assert [node.name for node in code.every()] == ["", "a", "img"]
    assert code.one("img").attributes["alt"] == title


def test_without_a_video_there_is_a_picture_and_no_video_tag():
    page = share_page(ASSET_LINK, BASE, ShareMedia("gif", renditions=()))
    root = read(page.text)
    assert root.all("video") == []
    assert root.one("img").attributes == {"src": "https://gifdist.io/a/abc.gif", "alt": "Funny Cat"}
    found = dict(tags(page))
    assert "og:video" not in found
    assert found["og:type"] == "website"
    assert found["og:image"] == "https://gifdist.io/a/abc.gif"
    assert "alternate" not in links(page)


def test_a_webm_plays_in_the_page_though_no_preview_plays_it():
    page = share_page(ASSET_LINK, BASE, ShareMedia("webm", 480, 270, ()))
    video = read(page.text).one("video").attributes
    assert video["src"] == "https://gifdist.io/a/abc.webm"
    assert "poster" not in video
    named = dict(tags(page))
    assert "og:video" not in named
    assert named["og:image"] == "https://gifdist.io/a/-/video.png"


def test_an_asset_without_a_title_still_has_a_heading():
    root = read(share_page(replace(ASSET_LINK, title=""), BASE, ShareMedia()).text)
    assert root.one("h1").text == "GIF Distributor"


def test_the_asset_that_was_decided_on_stands_before_the_records_own():
    for record in (URL_LINK, ASSET_LINK):
        page = share_page(record, BASE, ShareMedia("png"), asset_id="chosen")
        assert links(page)["canonical"]["href"] == "https://gifdist.io/a/chosen"
        assert dict(tags(page))["og:image"] == "https://gifdist.io/a/chosen.png"
        assert read(page.text).one("img").attributes["src"] == "https://gifdist.io/a/chosen.png"
        assert "/a/abc" not in page.text


def test_only_a_link_to_an_asset_has_a_share_page():
    with pytest.raises(InvalidAssetError):
        share_page(URL_LINK, BASE, ShareMedia())


@pytest.mark.parametrize("media", [None, ShareMedia("mp4", 480, 270), ShareMedia("png", 10, 20)])
def test_a_bot_gets_the_tags_of_the_library_in_their_order(media):
    page = unfurl_page(ASSET_LINK, BASE, media)
    assert page.status == 200
    assert tags(page) == list(share_metadata(ASSET_LINK, BASE, media).items())
    assert links(page)["canonical"]["href"] == dict(tags(page))["og:url"]


def test_open_graph_tags_have_a_property_and_twitter_tags_a_name():
    for node in read(unfurl_page(ASSET_LINK, BASE, ShareMedia("gif", 480, 270)).text).all("meta"):
        assert not node.attributes.get("name", "").startswith("og:")
        assert not node.attributes.get("property", "").startswith("twitter:")


def test_the_dimensions_stand_directly_after_the_image():
    names = [name for name, _ in tags(unfurl_page(ASSET_LINK, BASE, ShareMedia("gif", 480, 270)))]
    place = names.index("og:image")
    assert names[place : place + 3] == ["og:image", "og:image:width", "og:image:height"]


def test_a_bot_learns_title_and_description_of_a_url_link_but_not_its_address():
    record = replace(URL_LINK, description="All about cats", target="https://example.com/secret-path")
    page = unfurl_page(record, BASE)
    found = dict(tags(page))
    assert (found["og:title"], found["og:description"]) == ("Cats & dogs", "All about cats")
    assert found["twitter:card"] == "summary"
    assert "secret-path" not in page.text
    assert dict(tags(unfurl_page(replace(record, title=""), BASE)))["og:title"] == "example.com"


@pytest.mark.parametrize("more", [{"password": "x"}, {"max_clicks": 3}])
@pytest.mark.parametrize("record", [URL_LINK, ASSET_LINK])
def test_a_bot_learns_nothing_of_a_guarded_link(record, more):
    page = unfurl_page(replace(record, description="All about cats", **more), BASE)
    assert dict(tags(page))["og:title"] == "Protected link"
    for secret in ("example.com", "cats", "Cat", "/a/abc"):
        assert secret not in page.text

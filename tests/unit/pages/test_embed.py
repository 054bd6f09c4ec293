from __future__ import annotations

from dataclasses import replace

import pytest

from assets.record import PRIVATE, UNLISTED, Variant
from delivery.problems import TOO_MANY, UNAVAILABLE
from pages.embed import embed_page, embed_refusal
from pages.share import share_page
from sharelinks import ShareMedia
from tests.unit.pages.reader import read
from tests.unit.pages.samples import ASSET_LINK, BASE
from tests.unit.pages.test_every_page import HOSTILE, source
from tests.unit.pages.test_linked_asset import ASSET

FILM = replace(ASSET, content_type="video/mp4", extension="mp4", variants={}, duration_ms=60_001)


def test_a_gif_with_its_video_plays_by_itself_and_says_nothing_else():
    page = embed_page(ASSET)
    body = read(page.text).one("body")
    assert page.status == 200
    assert [node.name for node in body.every()] == ["body", "video"]
    video = body.one("video").attributes
    assert (video["src"], video["poster"]) == ("/a/abc.mp4", "/a/abc.jpg")
    assert {"autoplay", "loop", "muted", "playsinline", "controls"} <= set(video)
    assert len(page.text) < 1_000


@pytest.mark.parametrize("extension", ["gif", "png", "jpg", "webp", "avif"])
def test_a_picture_without_a_video_is_a_picture(extension):
    page = embed_page(replace(ASSET, extension=extension, variants={}))
    image = read(page.text).one("body").one("img").attributes
    assert (image["src"], image["alt"]) == (f"/a/abc.{extension}", ASSET.title)


@pytest.mark.parametrize(("duration_ms", "waits"), [(None, False), (60_000, False), (60_001, True)])
def test_a_film_waits_to_be_started_here_and_on_the_share_page(duration_ms, waits):
    media = ShareMedia("mp4", 480, 270, (), duration_ms=duration_ms)
    for text in (
        embed_page(replace(FILM, duration_ms=duration_ms)).text,
        share_page(ASSET_LINK, BASE, media).text,
    ):
        video = read(text).one("video").attributes
        assert ({"autoplay", "loop", "muted"} & set(video) == set()) == waits
        assert {"playsinline", "controls"} <= set(video)


def test_a_long_gif_still_loops_as_gifs_do():
    assert "loop" in read(embed_page(replace(ASSET, duration_ms=90_000)).text).one("video").attributes


@pytest.mark.parametrize(
    ("asset", "status"),
    [
        (None, 404),
        (replace(ASSET, held=False), 404),
        (replace(ASSET, visibility=PRIVATE), 404),
        (replace(ASSET, state="pending"), 404),
        (replace(ASSET, state="flagged"), 404),
        (replace(ASSET, state="rejected", reason="our words"), 451),
        (replace(ASSET, state="taken_down", reason="our words"), 410),
    ],
)
def test_what_nobody_may_fetch_is_refused_in_words_that_tell_nothing_of_it(asset, status):
    page = embed_page(asset)
    assert page.status == status
    assert [node.name for node in read(page.text).one("body").every()] == ["body", "p"]
    for secret in ("abc", "title", "our words"):
        assert secret not in read(page.text).one("body").text
    assert read(page.text).one("title").text == "GIF Distributor"


def test_unlisted_assets_are_shown_and_none_of_these_pages_is_indexed():
    page = embed_page(replace(ASSET, visibility=UNLISTED))
    assert page.status == 200
    (robots,) = [one for one in read(page.text).all("meta") if one.attributes.get("name") == "robots"]
    assert robots.attributes["content"] == "noindex"


@pytest.mark.parametrize(
    "page", [embed_page(ASSET), embed_page(None), embed_refusal(TOO_MANY), embed_refusal(UNAVAILABLE)]
)
def test_every_site_may_frame_it_and_all_else_is_forbidden(page):
    style = read(page.text).one("style").text
    assert page.headers == {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": (
            f"default-src 'none'; style-src {source(style)}; img-src 'self'; media-src 'self'; "
            "form-action 'none'; frame-ancestors *; base-uri 'none'"
        ),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cache-control": "no-store",
    }


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_reads_as_text(title):
    def shape(text):
        return [(node.name, sorted(node.attributes)) for node in read(text).every()]

    for asset in (ASSET, replace(ASSET, variants={})):
        assert shape(embed_page(replace(asset, title=title)).text) == shape(embed_page(asset).text)


def test_the_code_of_a_share_page_frames_it_in_the_size_of_the_video():
    media = ShareMedia("gif", 480, 270, ("mp4",), {"mp4": (480, 268)})
    for known, sizes in ((media, ("480", "268")), (ShareMedia("gif", renditions=("mp4",)), (None, None))):
        code = read(share_page(ASSET_LINK, BASE, known).text).by_id("embed-code").attributes["value"]
        frame = read(code).one("iframe").attributes
        assert frame["src"] == "https://gifdist.io/a/abc/embed"
        assert (frame.get("width"), frame.get("height")) == sizes


def test_a_webm_plays_as_the_mp4_that_was_made_of_it():
    made = {"mp4": Variant("video/mp4", 5, "t", 478, 268)}
    video = read(embed_page(replace(FILM, content_type="video/webm", extension="webm", variants=made)).text)
    assert video.one("video").attributes["src"] == "/a/abc.mp4"

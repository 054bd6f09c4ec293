from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.record import AssetRecord, Variant
from oembed.description import Bounds, Preview, describe, fitted
from tests.unit.pages.reader import read

BASE = "https://gifdist.io"
ANY = Bounds()
GIF = AssetRecord("abc", "0" * 64, "image/gif", "gif", 9, 0.0, width=480, height=270)
COMMON = {
    "version": "1.0",
    "provider_name": "GIF Distributor",
    "provider_url": BASE,
    "cache_age": 300,
}


def test_a_picture_is_a_photo():
    assert describe(Preview("Cat", GIF), BASE, ANY) == {
        **COMMON,
        "type": "photo",
        "title": "Cat",
        "url": f"{BASE}/a/abc.gif",
        "width": 480,
        "height": 270,
    }


def test_what_plays_is_a_video_with_its_thumbnail():
    variants = {
        "mp4": Variant("video/mp4", 5, "t", 478, 268),
        "jpg": Variant("image/jpeg", 5, "t", 240, 135),
    }
    found = describe(Preview("Cat", replace(GIF, variants=variants)), BASE, ANY)
    assert (found["type"], found["width"], found["height"]) == ("video", 478, 268)
    assert "url" not in found
    assert read(found["html"]).one("iframe").attributes == {
        "src": f"{BASE}/a/abc/embed",
        "title": "Cat",
        "width": "478",
        "height": "268",
        "sandbox": "allow-scripts",
        "allow": "autoplay; fullscreen; picture-in-picture",
        "loading": "lazy",
        "frameborder": "0",
    }
    assert found["thumbnail_url"] == f"{BASE}/a/abc.jpg"
    assert (found["thumbnail_width"], found["thumbnail_height"]) == (240, 135)


def test_a_thumbnail_of_unknown_size_is_left_out_because_it_needs_all_three():
    film = replace(GIF, content_type="video/webm", extension="webm")
    assert not [name for name in describe(Preview("Cat", film), BASE, ANY) if name.startswith("thumbnail")]


def test_without_a_size_or_an_asset_there_is_only_a_link():
    for preview in (Preview("Cat"), Preview("Cat", replace(GIF, width=None))):
        assert describe(preview, BASE, Bounds(10, 10)) == {**COMMON, "type": "link", "title": "Cat"}


@pytest.mark.parametrize("title", ['"><script>alert(1)</script>', "a\ud800b", "\u202egpj", ""])
def test_no_title_breaks_out_or_costs_the_answer(title):
    film = replace(GIF, content_type="video/mp4", extension="mp4")
    found = describe(Preview(title, film), BASE, ANY)
    json.dumps(found, ensure_ascii=False).encode()
    assert found["title"]
    assert [node.name for node in read(found["html"]).every()] == ["", "iframe"]
    assert read(found["html"]).one("iframe").attributes["title"] == found["title"]


@pytest.mark.parametrize(
    ("bounds", "size"),
    [
        (Bounds(480, 270), (480, 270)),
        (Bounds(240, None), (240, 135)),
        (Bounds(None, 27), (48, 27)),
        (Bounds(240, 27), (48, 27)),
        (Bounds(100_000, 100_000), (480, 270)),
        (Bounds(1, 1), (1, 1)),
    ],
)
def test_the_element_fits_the_room_there_is(bounds, size):
    found = describe(Preview("Cat", GIF), BASE, bounds)
    assert (found["width"], found["height"]) == size
    film = replace(GIF, content_type="video/mp4", extension="mp4")
    film_found = describe(Preview("Cat", film), BASE, bounds)
    frame = read(film_found["html"]).one("iframe").attributes
    assert (film_found["width"], film_found["height"]) == size
    assert (frame["width"], frame["height"]) == (str(size[0]), str(size[1]))


@given(
    st.tuples(st.integers(1, 20_000), st.integers(1, 20_000)),
    st.builds(Bounds, st.none() | st.integers(1, 20_000), st.none() | st.integers(1, 20_000)),
)
def test_a_fitted_size_stays_within_bounds_and_keeps_its_proportion(size, bounds):
    width, height = fitted(size, bounds)
    assert 1 <= width <= min(size[0], bounds.width or size[0])
    assert 1 <= height <= min(size[1], bounds.height or size[1])
    # Each step rounds one side down by less than a pixel; the second scales the first one's error down, too.
    exact = min(1, (bounds.width or size[0]) / size[0], (bounds.height or size[1]) / size[1])
    assert abs(width - max(1, size[0] * exact)) < 1 + size[0] / size[1]
    assert abs(height - max(1, size[1] * exact)) < 1 + size[1] / size[0]

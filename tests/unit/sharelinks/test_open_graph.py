from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.types import MEDIA_TYPES
from delivery.paths import parse_media_path
from pages.video_picture import video_picture
from sharelinks import InvalidAssetError, LinkRecord, ShareLinkGenerator, ShareMedia, share_metadata
from sharelinks.open_graph import clip
from uploads.inspector import inspect

BASE = "https://gifdist.io"
LINK = LinkRecord("Ab12Cd34", "asset:abc", 0, asset_id="abc", title="Funny Cat", tags=("cat", "two words"))


def tags(media=None, link=LINK, base=BASE):
    return share_metadata(link, base, media or ShareMedia())


def test_a_gif_with_its_mp4_has_every_tag_in_order():
    assert list(tags(ShareMedia("gif", 480, 270)).items()) == [
        ("og:site_name", "GIF Distributor"),
        ("og:type", "video.other"),
        ("og:title", "Funny Cat"),
        ("og:description", "#cat #twowords on GIF Distributor"),
        ("og:url", "https://gifdist.io/s/Ab12Cd34"),
        ("og:image", "https://gifdist.io/a/abc.gif"),
        ("og:image:width", "480"),
        ("og:image:height", "270"),
        ("og:image:type", "image/gif"),
        ("og:image:secure_url", "https://gifdist.io/a/abc.gif"),
        ("og:image:alt", "Funny Cat"),
        ("og:video", "https://gifdist.io/a/abc.mp4"),
        ("og:video:width", "480"),
        ("og:video:height", "270"),
        ("og:video:type", "video/mp4"),
        ("og:video:secure_url", "https://gifdist.io/a/abc.mp4"),
        ("twitter:title", "Funny Cat"),
        ("twitter:description", "#cat #twowords on GIF Distributor"),
        ("twitter:card", "player"),
        ("twitter:image", "https://gifdist.io/a/abc.gif"),
        ("twitter:image:alt", "Funny Cat"),
        ("twitter:player", "https://gifdist.io/a/abc/embed"),
        ("twitter:player:width", "480"),
        ("twitter:player:height", "270"),
        ("twitter:player:stream", "https://gifdist.io/a/abc.mp4"),
        ("twitter:player:stream:content_type", "video/mp4"),
    ]


@pytest.mark.parametrize(
    ("media", "image", "video", "card"),
    [
        (ShareMedia(), "abc.gif", "abc.mp4", "summary_large_image"),
        (ShareMedia("gif", renditions=()), "abc.gif", None, "summary_large_image"),
        (ShareMedia("GIF", 10, 10, ()), "abc.gif", None, "summary_large_image"),
        (ShareMedia("gif", renditions=["webp", "mp4", "jpg"]), "abc.gif", "abc.mp4", "summary_large_image"),
        (ShareMedia("png", 10, 10), "abc.png", None, "summary_large_image"),
        (ShareMedia("jpeg"), "abc.jpg", None, "summary_large_image"),
        (ShareMedia("webp"), "abc.webp", None, "summary_large_image"),
        (ShareMedia("avif"), "abc.avif", None, "summary_large_image"),
        (ShareMedia("mp4", 10, 10), "abc.jpg", "abc.mp4", "player"),
        (ShareMedia("webm", 10, 10), "abc.jpg", "abc.mp4", "player"),
        (ShareMedia("webm", renditions=["mp4"]), "-/video.png", "abc.mp4", "summary_large_image"),
        (ShareMedia("mp4", 10, 10, ()), "-/video.png", "abc.mp4", "player"),
        (ShareMedia("webm", 10, 10, ()), "-/video.png", None, "summary_large_image"),
        (ShareMedia("mp4", 10, None), "abc.jpg", "abc.mp4", "summary_large_image"),
    ],
)
def test_only_formats_that_exist_are_offered(media, image, video, card):
    found = tags(media)
    assert found["og:image"] == f"{BASE}/a/{image}"
    assert found.get("twitter:image") == found.get("og:image")
    assert found.get("og:video") == (video and f"{BASE}/a/{video}")
    assert found["og:type"] == ("video.other" if video else "website")
    assert found["twitter:card"] == card
    assert ("twitter:player" in found) == (card == "player")
    assert found["og:image:type"] == MEDIA_TYPES[image.rpartition(".")[2]]


def test_a_video_without_a_still_is_shown_as_a_picture_of_ours_with_its_own_size():
    found = tags(ShareMedia("mp4", 480, 270, ()))
    assert (found["og:image:width"], found["og:image:height"]) == ("1200", "630")
    assert (found["og:video:width"], found["og:video:height"]) == ("480", "270")
    assert found["og:image:secure_url"] == f"{BASE}/a/-/video.png"
    assert parse_media_path("/a/-/video.png") is None
    drawn = inspect(video_picture())
    assert (drawn.content_type, drawn.width, drawn.height) == ("image/png", 1200, 630)


@pytest.mark.parametrize(
    "media", [ShareMedia("gif", 480, 270), ShareMedia("mp4", 480, 270), ShareMedia("mp4", 480, 270, ())]
)
def test_the_dimensions_follow_the_media_directly(media):
    names = list(tags(media))
    for kind in ("og:image", "og:video"):
        place = names.index(kind)
        assert names[place : place + 3] == [kind, f"{kind}:width", f"{kind}:height"]


def test_without_https_there_is_a_video_and_no_player():
    found = tags(ShareMedia("gif", 480, 270), base="http://localhost:8787")
    assert found["og:type"] == "video.other"
    assert found["og:image"] == "http://localhost:8787/a/abc.gif"
    assert [(name, value) for name, value in found.items() if name.startswith("og:video")] == [
        ("og:video", "http://localhost:8787/a/abc.mp4"),
        ("og:video:width", "480"),
        ("og:video:height", "270"),
        ("og:video:type", "video/mp4"),
    ]
    assert found["twitter:card"] == "summary_large_image"
    assert not [name for name in found if name.startswith("twitter:player")]
    assert "og:image:secure_url" not in found


def test_a_link_without_title_and_tags_still_has_both_texts():
    found = tags(link=LinkRecord("abc", "asset:abc", 0, asset_id="abc"))
    assert found["og:title"] == "GIF Distributor"
    assert found["og:description"] == "Shared with GIF Distributor"


def test_long_texts_are_cut_to_what_the_strictest_reader_shows():
    link = LinkRecord(
        "abc",
        "asset:abc",
        0,
        asset_id="abc",
        title="ü" * 300,
        tags=tuple(f"tag{n:02}" * 9 for n in range(50)),
    )
    found = share_metadata(link, BASE, ShareMedia(), "N" * 300)
    assert found["og:title"] == found["twitter:title"] == "ü" * 33 + "…"
    assert 340 < len(found["og:description"].encode()) <= 350
    assert len(found["og:site_name"].encode()) == 256


def test_an_overlong_address_is_left_out_rather_than_costing_the_preview():
    long_base = f"{BASE}/{'x' * 2018}"
    assert len(tags(base=long_base)["og:url"]) == 2048
    assert "og:url" not in tags(base=long_base + "x")


def test_an_unknown_media_type_is_refused():
    for media in (ShareMedia("svg"), ShareMedia("gif", renditions=["exe"])):
        with pytest.raises(InvalidAssetError):
            tags(media)


def test_a_link_to_a_url_has_tags_without_media():
    link = LinkRecord("abc", "https://www.example.com/cats?a=1", 0, title="Cats", description="All of them")
    assert list(share_metadata(link, BASE).items()) == [
        ("og:site_name", "GIF Distributor"),
        ("og:type", "website"),
        ("og:title", "Cats"),
        ("og:description", "All of them"),
        ("og:url", "https://gifdist.io/s/abc"),
        ("twitter:title", "Cats"),
        ("twitter:description", "All of them"),
        ("twitter:card", "summary"),
    ]
    assert share_metadata(link, BASE, ShareMedia("mp4", 10, 10)) == share_metadata(link, BASE)


@pytest.mark.parametrize(
    ("target", "title"),
    [
        ("https://www.example.com:8443/cats", "www.example.com"),
        ("https://[2600::1]/", "[2600::1]"),
        ("javascript:alert(1)", "GIF Distributor"),
        ("", "GIF Distributor"),
    ],
)
def test_a_link_to_a_url_without_title_is_named_by_its_host(target, title):
    found = share_metadata(LinkRecord("abc", target, 0), BASE)
    assert found["og:title"] == found["twitter:title"] == title
    assert found["og:description"] == "Shared with GIF Distributor"


def test_an_asset_is_known_by_its_target_alone():
    link = LinkRecord("abc", "asset:xyz", 0)
    assert share_metadata(link, BASE)["og:image"] == f"{BASE}/a/xyz.gif"
    assert share_metadata(link, BASE) == tags(link=link)


@pytest.mark.parametrize("more", [{"password": "x"}, {"max_clicks": 1}])
@pytest.mark.parametrize("target", ["asset:xyz", "https://www.example.com/cats"])
def test_a_guarded_link_tells_nothing(target, more):
    link = LinkRecord("abc", target, 0, title="Cats", description="All of them", tags=("cat",), **more)
    assert share_metadata(link, BASE, ShareMedia("gif", 480, 270)) == {
        "og:site_name": "GIF Distributor",
        "og:type": "website",
        "og:title": "Protected link",
        "og:description": "Open this link on GIF Distributor to see where it leads",
        "og:url": "https://gifdist.io/s/abc",
        "twitter:title": "Protected link",
        "twitter:description": "Open this link on GIF Distributor to see where it leads",
        "twitter:card": "summary",
    }


def test_a_description_stands_before_the_tags():
    link = LinkRecord("abc", "asset:xyz", 0, description="All of them", tags=("cat",))
    assert tags(link=link)["og:description"] == "All of them"


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.integers(3, 40))
def test_a_clipped_text_fits_and_is_a_beginning(text, limit):
    clipped = clip(text, limit)
    assert len(clipped.encode()) <= limit
    assert clipped == text or (clipped.endswith("…") and text.startswith(clipped[:-1]))


def test_a_text_that_just_fits_is_not_clipped():
    assert clip("abcd", 4) == "abcd"
    assert clip("abcde", 4) == "a…"
    assert clip("ab   cdef", 8) == "ab…"


def test_half_a_surrogate_pair_costs_only_itself():
    assert clip("a\ud83db", 8) == "a?b"


def test_the_generator_describes_its_links_without_counting():
    generator = ShareLinkGenerator(BASE, site_name="Cats")
    link = generator.create_share_link("abc", "Funny Cat", ["cat"])
    found = generator.get_share_metadata(link["short_code"], media=ShareMedia("png", 10, 20))
    assert found is not None
    assert found["og:site_name"] == "Cats"
    assert found["og:image:height"] == "20"
    assert generator.get_share_metadata(link["short_code"])["og:video"] == f"{BASE}/a/abc.mp4"
    assert generator.resolve_short_link(link["short_code"])["clicks"] == 1


@pytest.mark.parametrize("code", ["Ab12Cd34", "admin", "", "a b", None])
def test_an_unknown_code_has_no_metadata(code):
    assert ShareLinkGenerator().get_share_metadata(code) is None


@pytest.mark.parametrize(
    ("media", "image"),
    [
        (ShareMedia("gif", renditions=["jpg"], bytes=5_000_000), "abc.gif"),
        (ShareMedia("gif", renditions=["jpg"], bytes=5_000_001), "abc.jpg"),
        (ShareMedia("gif", renditions=[], bytes=5_000_001), "abc.gif"),
        (ShareMedia("avif", renditions=["jpg"]), "abc.jpg"),
        (ShareMedia("avif", renditions=["webp"]), "abc.avif"),
    ],
)
def test_a_still_stands_in_for_a_picture_that_previews_do_not_take(media, image):
    assert tags(media)["og:image"] == f"{BASE}/a/{image}"


def test_each_format_is_told_with_its_own_size():
    found = tags(ShareMedia("mp4", 480, 271, ["jpg"], {"jpg": (240, 136)}))
    assert (found["og:image:width"], found["og:image:height"]) == ("240", "136")
    assert (found["og:video:width"], found["og:video:height"]) == ("480", "271")
    assert (found["twitter:player:width"], found["twitter:player:height"]) == ("480", "271")

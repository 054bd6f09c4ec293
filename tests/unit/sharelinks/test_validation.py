from __future__ import annotations

import pytest

from sharelinks import (
    InvalidAssetError,
    InvalidTagsError,
    InvalidTitleError,
    InvalidUrlError,
    ShareLinkError,
    ShareLinkGenerator,
)
from sharelinks.validation import check_asset_type, check_tags, check_title


@pytest.mark.parametrize(
    ("title", "stored"),
    [
        ("", ""),
        ("  Funny Cat GIF  ", "Funny Cat GIF"),
        ("cafe\u0301", "caf\u00e9"),
        ("👩‍👩‍👧 <b>&amp;", "👩‍👩‍👧 <b>&amp;"),
        ("x" * 300, "x" * 300),
        (" " + "x" * 300 + " ", "x" * 300),
    ],
)
def test_titles_are_trimmed_and_composed(title, stored):
    assert check_title(title) == stored


@pytest.mark.parametrize(
    "title", ["x" * 301, "a\nb", "a\x00", "a\x7f", "a\x85b", "a\u2028b", "\ud800", None, 5, ["a"]]
)
def test_unusable_titles_are_refused(title):
    with pytest.raises(InvalidTitleError) as caught:
        check_title(title)
    assert caught.value.code == "invalid_title"


@pytest.mark.parametrize(
    ("tags", "stored"),
    [
        (None, ()),
        ([], ()),
        (["cat", "funny", "pets"], ("cat", "funny", "pets")),
        (("b", "a"), ("b", "a")),
        ([" cat ", "Cat", "CAT", "dog"], ("cat", "dog")),
        (["two words"], ("two words",)),
        (["x" * 64], ("x" * 64,)),
        ([str(number) for number in range(50)], tuple(str(number) for number in range(50))),
        (["same"] * 60, ("same",)),
    ],
)
def test_tags_keep_their_order_without_repetitions(tags, stored):
    assert check_tags(tags) == stored


@pytest.mark.parametrize(
    "tags",
    [
        "cat",
        b"cat",
        5,
        [""],
        [" "],
        ["x" * 65],
        ["a,b"],
        ["a\nb"],
        ["\ud800"],
        [None],
        [5],
        [["cat"]],
        [str(number) for number in range(51)],
    ],
)
def test_unusable_tags_are_refused(tags):
    with pytest.raises(InvalidTagsError) as caught:
        check_tags(tags)
    assert caught.value.code == "invalid_tags"


@pytest.mark.parametrize("asset_id", ["", "a b", "a/b", "../x", "a.gif", "x" * 129, "süß", "a\n", None, 5])
def test_unusable_asset_ids_are_refused_everywhere(asset_id):
    generator = ShareLinkGenerator()
    for call in (generator.create_canonical_url, generator.create_share_link):
        with pytest.raises(InvalidAssetError) as caught:
            call(asset_id)
        assert caught.value.code == "invalid_asset"


@pytest.mark.parametrize("asset_type", ["gif", "GIF", "png", "jpg", "jpeg", "webp", "avif", "mp4", "webm"])
def test_an_asset_has_one_canonical_url_whatever_its_type(asset_type):
    assert check_asset_type(asset_type) == asset_type.lower()
    url = ShareLinkGenerator("https://gifdist.io").create_canonical_url("abc123def456", asset_type)
    assert url == "https://gifdist.io/a/abc123def456"


@pytest.mark.parametrize("asset_type", ["", "svg", "exe", None, 5])
def test_unknown_asset_types_are_refused(asset_type):
    with pytest.raises(InvalidAssetError) as caught:
        ShareLinkGenerator().create_canonical_url("abc", asset_type)
    assert caught.value.code == "invalid_asset_type"


@pytest.mark.parametrize(
    ("base_url", "kept"),
    [
        ("https://gifdist.io", "https://gifdist.io"),
        ("https://gifdist.io/", "https://gifdist.io"),
        ("HTTPS://GifDist.io:443//", "https://gifdist.io"),
        ("http://localhost:8787", "http://localhost:8787"),
        ("https://example.com/gifs/", "https://example.com/gifs"),
    ],
)
def test_the_base_url_is_kept_without_its_slash(base_url, kept):
    assert ShareLinkGenerator(base_url=base_url).base_url == kept


@pytest.mark.parametrize(
    "base_url",
    ["", "gifdist.io", "ftp://gifdist.io", "https://x.io/?a", "https://x.io/#", "https://u@x.io", None],
)
def test_an_unusable_base_url_is_refused(base_url):
    with pytest.raises(InvalidUrlError):
        ShareLinkGenerator(base_url=base_url)


def test_every_error_is_a_value_error_with_a_code():
    kinds = ShareLinkError.__subclasses__()
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert issubclass(ShareLinkError, ValueError)
    assert ShareLinkError("x").code == "invalid_share_link"

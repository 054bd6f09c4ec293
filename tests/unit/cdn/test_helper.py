from __future__ import annotations

import pytest

from cdn import (
    CachePolicy,
    CdnError,
    CDNHelper,
    Plan,
    Representation,
    SignedURL,
    SigningError,
    delivery_headers,
)


def test_the_whole_asset_comes_with_caching_and_fixed_type():
    assert CDNHelper(secret_key="k").get_asset_headers("image/gif", 1000) == (
        {
            "Content-Type": "image/gif",
            "Content-Length": "1000",
            "Accept-Ranges": "bytes",
            "Cache-Control": "public, max-age=86400",
            "X-Content-Type-Options": "nosniff",
        },
        None,
        200,
    )


def test_a_range_gives_the_span_and_its_headers():
    headers, span, status = CDNHelper(secret_key="k").get_asset_headers(
        content_type="image/gif",
        content_length=1024000,
        is_immutable=True,
        cache_duration=CachePolicy.IMMUTABLE_CACHE,
        range_header="bytes=0-1023",
    )
    assert (span, status) == ((0, 1023), 206)
    assert headers["Content-Range"] == "bytes 0-1023/1024000"
    assert headers["Content-Length"] == "1024"
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_an_unsatisfiable_range_is_refused_and_not_stored():
    headers, span, status = CDNHelper().get_asset_headers("image/gif", 10, True, range_header="bytes=10-")
    assert (span, status) == (None, 416)
    assert headers == {
        "Content-Length": "0",
        "Cache-Control": "no-store, no-cache, max-age=0, must-revalidate",
        "Content-Range": "bytes */10",
        "Accept-Ranges": "bytes",
    }


@pytest.mark.parametrize("header", ["bytes=x", "lines=1-2", "bytes=0-1,5-6", "\x00", ""])
def test_a_range_that_does_not_apply_gets_everything(header):
    headers, span, status = CDNHelper().get_asset_headers("image/gif", 10, range_header=header)
    assert (span, status, headers["Content-Length"]) == (None, 200, "10")


def test_private_assets_stay_out_of_shared_caches():
    headers, _, _ = CDNHelper().get_asset_headers("image/gif", 10, is_private=True)
    assert headers["Cache-Control"] == "private, max-age=86400"


@pytest.mark.parametrize("arguments", [("image/gif", -1), ("", 1), ("image/gif", 1, False, -1)])
def test_what_cannot_be_sent_is_refused_whatever_the_range(arguments):
    for header in (None, "bytes=5000-"):
        with pytest.raises(CdnError):
            CDNHelper().get_asset_headers(*arguments, range_header=header)


def test_signed_asset_urls_are_valid_for_the_same_secret_only():
    helper = CDNHelper(secret_key="your-secret-key")
    url = helper.create_signed_asset_url("https://gifdist.io/a/abc123def456", expiration_seconds=3600)
    assert helper.validate_asset_url(url) == (True, None)
    assert CDNHelper(secret_key="another").validate_asset_url(url) == (False, "Invalid signature")


def test_an_own_signer_brings_its_keys():
    old = SignedURL("old", key_id="2025")
    url = old.generate_signed_url("https://gifdist.io/a/x")
    rotated = CDNHelper(signer=SignedURL("new", key_id="2026", previous_keys={"2025": "old"}))
    assert rotated.validate_asset_url(url) == (True, None)
    assert "kid=2026" in rotated.create_signed_asset_url("https://gifdist.io/a/x")


def test_without_a_secret_nothing_can_be_signed_and_nothing_is_valid():
    with pytest.raises(SigningError) as caught:
        CDNHelper().create_signed_asset_url("https://gifdist.io/a/x")
    assert caught.value.code == "no_key"
    assert CDNHelper().validate_asset_url("https://gifdist.io/a/x") == (False, "No secret key is configured")


def test_a_secret_and_a_signer_exclude_each_other():
    with pytest.raises(SigningError):
        CDNHelper("secret", signer=SignedURL("other"))


REPRESENTATION = Representation(100, '"v1"', 784_111_777.9)
CACHING = {"Cache-Control": "public, max-age=60", "Vary": "Accept"}
VALIDATORS = {"ETag": '"v1"', "Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT"}


def test_a_part_repeats_validators_and_caching():
    assert delivery_headers(Plan(206, (0, 9)), REPRESENTATION, "image/gif", CACHING) == {
        "Content-Type": "image/gif",
        "Content-Length": "10",
        "Accept-Ranges": "bytes",
        "Content-Range": "bytes 0-9/100",
        "X-Content-Type-Options": "nosniff",
        **VALIDATORS,
        **CACHING,
    }


def test_not_modified_carries_validators_and_caching_alone():
    assert delivery_headers(Plan(304), REPRESENTATION, "image/gif", CACHING) == {**VALIDATORS, **CACHING}


def test_a_failed_precondition_is_not_stored():
    headers = delivery_headers(Plan(412), REPRESENTATION, "image/gif", CACHING)
    assert headers == {"Content-Length": "0", **CachePolicy.get_headers(CachePolicy.NO_CACHE)}

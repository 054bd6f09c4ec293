"""Small rules that mutation testing found unguarded."""

from __future__ import annotations

import dataclasses

import pytest

from sharelinks import (
    RESERVED_WORDS,
    InvalidTitleError,
    InvalidUrlError,
    LinkRecord,
    RefusedTargetError,
    ShareLinkStore,
    ShareMedia,
    is_safe_url,
    normalize_url,
    parse_code,
    share_metadata,
)
from sharelinks.assets import asset_id_from_hash
from sharelinks.hosts import canonical_host, is_public
from sharelinks.urls import parse_url
from sharelinks.validation import check_base_url, check_title
from sql_port import schema_version
from sql_port.sqlite import SqliteDatabase

LONGEST_HOST = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61])


@pytest.mark.parametrize(
    "name",
    [
        *("localhost", "localdomain", "local", "internal", "intranet"),
        *("private", "corp", "home", "lan", "home.arpa"),
    ],
)
def test_every_name_of_internal_networks_is_private(name):
    assert not is_public(f"host.{name}")
    assert not is_safe_url(f"https://host.{name}/")
    assert is_public(f"host{name}.example")


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        (("0.0.0.0", "0.255.255.255"), ("1.0.0.0",)),  # noqa: S104 - an address to judge
        (("10.0.0.0", "10.255.255.255"), ("9.255.255.255", "11.0.0.0")),
        (("100.64.0.0", "100.127.255.255"), ("100.63.255.255", "100.128.0.0")),
        (("127.0.0.0", "127.255.255.255"), ("126.255.255.255", "128.0.0.0")),
        (("169.254.0.0", "169.254.255.255"), ("169.253.255.255", "169.255.0.0")),
        (("172.16.0.0", "172.31.255.255"), ("172.15.255.255", "172.32.0.0")),
        (("192.0.0.0", "192.0.0.255"), ("191.255.255.255", "192.0.1.0")),
        (("192.0.2.0", "192.0.2.255"), ("192.0.1.255", "192.0.3.0")),
        (("192.88.99.0", "192.88.99.255"), ("192.88.98.255", "192.88.100.0")),
        (("192.168.0.0", "192.168.255.255"), ("192.167.255.255", "192.169.0.0")),
        (("198.18.0.0", "198.19.255.255"), ("198.17.255.255", "198.20.0.0")),
        (("198.51.100.0", "198.51.100.255"), ("198.51.99.255", "198.51.101.0")),
        (("203.0.113.0", "203.0.113.255"), ("203.0.112.255", "203.0.114.0")),
        (("224.0.0.0", "255.255.255.255"), ("223.255.255.255",)),
        (("[2001::]", "[2001:1ff:ffff::]"), ("[2001:200::]", "[2000:ffff::]")),
        (("[2001:db8::]", "[2001:db8:ffff::]"), ("[2001:db7:ffff::]", "[2001:db9::]")),
        (("[2002::]", "[2002:ffff::]"), ("[2001:ffff::]", "[2003::]")),
        (("[3fff::]", "[3fff:fff::]"), ("[3ffe:ffff::]", "[3fff:1000::]")),
    ],
)
def test_every_private_network_ends_where_it_should(inside, outside):
    assert not any(is_public(host) for host in inside)
    assert all(is_public(host) for host in outside)


def test_a_host_has_at_most_253_characters_and_a_final_dot():
    assert canonical_host(LONGEST_HOST) == LONGEST_HOST
    assert canonical_host(f"{LONGEST_HOST}.") == LONGEST_HOST
    for overlong in (f"{LONGEST_HOST}d", f"{LONGEST_HOST}d."):
        with pytest.raises(InvalidUrlError):
            canonical_host(overlong)


@pytest.mark.parametrize("word", ["admin", "login", "sign-in", "well-known", "api", "oauth", "www"])
def test_a_word_that_reads_as_a_page_of_ours_is_no_code(word):
    assert word in RESERVED_WORDS
    assert parse_code(word) is None
    assert parse_code(word.upper()) is None


@pytest.mark.parametrize("host", ["xn--11b.example", "xn--tda.example"])
def test_punycode_is_read_from_the_fifth_character_on(host):
    assert canonical_host(host) == host


def test_only_spaces_surround_a_url_and_only_slashes_end_a_base_url():
    assert normalize_url(" X.example/X ") == "https://x.example/X"
    assert check_base_url("https://x.example/X/") == "https://x.example/X"
    assert check_base_url("https://x.example/X") == "https://x.example/X"


def test_the_first_and_the_last_port_are_ports():
    assert parse_url("https://example.com:1/").port == 1
    assert parse_url("https://example.com:65535/").port == 65_535


def test_a_url_without_a_scheme_is_refused_with_its_reason():
    with pytest.raises(InvalidUrlError) as caught:
        parse_url("example.com")
    assert caught.value.code == "invalid_url"


def test_a_url_taken_apart_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        parse_url("https://example.com/").host = "other.example"


def test_a_paragraph_separator_is_a_line_break_too():
    with pytest.raises(InvalidTitleError):
        check_title("a\u2029b")


def test_only_a_claim_creates_tables_and_under_the_name_that_databases_already_hold():
    database = SqliteDatabase()
    store = ShareLinkStore(database)
    assert store.get("Ab12Cd34") is store.first() is store.count_click("Ab12Cd34") is None
    assert schema_version(database, "share_links") == 0
    store.claim(LinkRecord("Ab12Cd34", "https://example.com", 5.0))
    assert schema_version(database, "share_links") == len(ShareLinkStore.MIGRATIONS)
    with pytest.raises(dataclasses.FrozenInstanceError):
        store.first().clicks = 7
    database.close()


def test_a_short_asset_id_is_filled_with_zeros_for_ever():
    assert asset_id_from_hash("83") == "0In1qufcYHIpuTjkwQUsv1O7AlfOGik9"


@pytest.mark.parametrize(
    ("extension", "content_type"),
    [
        ("gif", "image/gif"),
        ("png", "image/png"),
        ("jpg", "image/jpeg"),
        ("jpeg", "image/jpeg"),
        ("webp", "image/webp"),
        ("avif", "image/avif"),
        ("mp4", "image/jpeg"),
        ("webm", "image/jpeg"),
    ],
)
def test_every_preview_image_names_its_media_type(extension, content_type):
    link = LinkRecord("Ab12Cd34", "asset:abc", 0, asset_id="abc")
    found = share_metadata(link, "https://gifdist.io", ShareMedia(extension))
    assert found["og:image:type"] == content_type


def test_what_is_known_of_media_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ShareMedia().width = 1


def test_a_refused_target_has_a_code_of_its_own():
    assert RefusedTargetError("x").code == "refused_target"

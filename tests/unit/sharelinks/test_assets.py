from __future__ import annotations

import hashlib
import re
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharelinks import InvalidAssetError, ShareLinkGenerator, create_asset_hash
from sharelinks.assets import asset_id_from_hash


@pytest.mark.parametrize("size", [0, 1, 1_000_003])
def test_the_hash_is_the_sha256_of_the_bytes(tmp_path, size):
    content = bytes(place % 251 for place in range(size))
    path = tmp_path / "cat.gif"
    path.write_bytes(content)
    assert create_asset_hash(path) == create_asset_hash(str(path)) == hashlib.sha256(content).hexdigest()


def test_a_large_file_is_not_held_in_memory(tmp_path):
    path = tmp_path / "large.gif"
    with path.open("wb") as file:
        file.truncate(64 * 2**20)
    tracemalloc.start()
    try:
        create_asset_hash(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * 2**20


def test_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        create_asset_hash(tmp_path / "missing.gif")


def test_the_asset_id_of_a_hash_never_changes():
    """Stored assets depend on this value."""
    known = hashlib.sha256(b"").hexdigest()
    assert asset_id_from_hash(known) == PUBLISHED
    assert ShareLinkGenerator().generate_hash_based_id(known) == PUBLISHED
    assert asset_id_from_hash(f" {known.upper()}\n") == PUBLISHED


PUBLISHED = "8jMLiuppxgyRZGOn57bQWWVwAVKfYPNm"


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip))
def test_every_hash_has_a_url_safe_id(text):
    assert re.fullmatch(r"[0-9A-Za-z]{32}", asset_id_from_hash(text))


def test_different_hashes_have_different_ids():
    hashes = [hashlib.sha256(bytes([number])).hexdigest() for number in range(256)]
    assert len({asset_id_from_hash(text) for text in hashes}) == 256
    assert asset_id_from_hash("xyz") != asset_id_from_hash("XYZ")


def test_the_longest_hash_is_accepted():
    assert len(asset_id_from_hash("x" * 1024)) == 32


@pytest.mark.parametrize("content_hash", ["", "  ", "x" * 1025, "\ud800", None, 5, b"ab"])
def test_what_is_no_hash_is_refused(content_hash):
    with pytest.raises(InvalidAssetError) as caught:
        asset_id_from_hash(content_hash)
    assert caught.value.code == "invalid_content_hash"

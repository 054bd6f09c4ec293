from __future__ import annotations

from dataclasses import replace

import pytest

from assets.record import PRIVATE, PUBLIC, UNLISTED, AssetRecord
from redirecting.outcomes import Kind, Outcome
from redirecting.showing import asset_to_show, previewed, with_asset
from sharelinks import LinkRecord

NOW = 1_800_000_000.0
BASE = "https://gifdist.io"
ASSET = AssetRecord("abc", "0" * 64, "image/gif", "gif", 9, NOW, state="approved", visibility=PUBLIC)
LINK = LinkRecord("Ab12Cd34", "asset:abc", NOW)
PAGE = Outcome(Kind.PAGE, 200, location=f"{BASE}/a/abc", counts=True, asset_id="abc")


@pytest.mark.parametrize("visibility", [PUBLIC, UNLISTED])
def test_what_anybody_may_fetch_is_shown(visibility):
    assert with_asset(PAGE, replace(ASSET, visibility=visibility)) is PAGE


@pytest.mark.parametrize(
    ("asset", "kind", "status", "code"),
    [
        (None, Kind.NOT_FOUND, 404, "unknown_asset"),
        (replace(ASSET, held=False), Kind.NOT_FOUND, 404, "unknown_asset"),
        (replace(ASSET, visibility=PRIVATE), Kind.NOT_FOUND, 404, "unknown_asset"),
        (replace(ASSET, visibility=PRIVATE, state="taken_down"), Kind.NOT_FOUND, 404, "unknown_asset"),
        (replace(ASSET, state="pending"), Kind.NOT_FOUND, 404, "asset_in_review"),
        (replace(ASSET, state="flagged"), Kind.NOT_FOUND, 404, "asset_in_review"),
        (replace(ASSET, state="taken_down"), Kind.GONE, 410, "asset_taken_down"),
        (replace(ASSET, state="rejected"), Kind.BLOCKED, 451, "asset_rejected"),
    ],
)
def test_what_nobody_may_fetch_is_refused_and_is_no_click(asset, kind, status, code):
    refused = with_asset(PAGE, asset)
    assert refused == Outcome(kind, status, code)
    assert not refused.counts


def test_only_pages_need_the_record_of_their_asset():
    assert asset_to_show(PAGE) == "abc"
    assert asset_to_show(PAGE._replace(kind=Kind.UNFURL)) == "abc"
    assert asset_to_show(PAGE._replace(kind=Kind.REDIRECT)) is None
    assert asset_to_show(PAGE._replace(asset_id=None)) is None


@pytest.mark.parametrize(
    "change",
    [
        {"state": "disabled"},
        {"state": "taken_down"},
        {"password": "x"},
        {"max_clicks": 5},
        {"expires_at": NOW - 1},
        {"starts_at": NOW + 1},
        {"target": "javascript:alert(1)"},
        {"renamed_to": "other", "renamed_until": NOW - 1},
    ],
)
def test_of_a_link_that_stops_or_guards_nothing_is_told(change):
    assert previewed(replace(LINK, **change), LINK.code, NOW, BASE) is None


def test_what_is_told_is_the_links_own_target_whatever_its_rules_say():
    told = previewed(LINK, LINK.code, NOW, BASE)
    assert told is not None
    assert (told.asset_id, told.counts) == ("abc", False)
    web = previewed(replace(LINK, target="https://example.com/"), LINK.code, NOW, BASE)
    assert web is not None
    assert (web.asset_id, web.location) == (None, "https://example.com/")

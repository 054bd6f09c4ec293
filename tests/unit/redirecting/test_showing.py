from __future__ import annotations

from dataclasses import replace

import pytest

from assets.record import PRIVATE, PUBLIC, UNLISTED, AssetRecord
from redirecting.outcomes import Kind, Outcome
from redirecting.showing import UNAVAILABLE, asset_to_show, previewed, with_asset, without_asset
from sharelinks import LinkRecord

NOW = 1_800_000_000.0
BASE = "https://gifdist.io"
ASSET = AssetRecord("abc", "0" * 64, "image/gif", "gif", 9, NOW, state="approved", visibility=PUBLIC)
LINK = LinkRecord("Ab12Cd34", "asset:abc", NOW)
PAGE = Outcome(Kind.PAGE, 200, location=f"{BASE}/a/abc", counts=True, asset_id="abc")
UNFURL = PAGE._replace(kind=Kind.UNFURL, counts=False)
REDIRECT = PAGE._replace(kind=Kind.REDIRECT, status=302)


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
    ],
)
def test_what_nobody_may_fetch_is_refused_and_is_no_click(asset, kind, status, code):
    refused = with_asset(PAGE, asset)
    assert refused == Outcome(kind, status, code)
    assert not refused.counts


@pytest.mark.parametrize("outcome", [PAGE, UNFURL, REDIRECT])
@pytest.mark.parametrize("state", ["rejected", "taken_down"])
def test_what_moderation_withholds_is_stated_by_every_link_to_it(outcome, state):
    withheld = replace(ASSET, state=state, reason="Depicts violence.", decided_at=NOW)
    told = with_asset(outcome, withheld)
    assert told == Outcome(Kind.BLOCKED, 451, f"asset_{state}", reason="Depicts violence.", decided_at=NOW)
    assert not told.counts


@pytest.mark.parametrize(
    "asset", [None, replace(ASSET, state="pending"), replace(ASSET, visibility=PRIVATE, state="rejected")]
)
def test_a_redirect_leads_to_whatever_else_is_refused(asset):
    assert with_asset(REDIRECT, asset) is REDIRECT


def test_only_what_leads_to_an_asset_needs_its_record():
    assert {asset_to_show(one) for one in (PAGE, UNFURL, REDIRECT)} == {"abc"}
    assert asset_to_show(PAGE._replace(asset_id=None)) is None
    assert asset_to_show(PAGE._replace(kind=Kind.LIMITED)) is None


def test_without_a_record_nothing_is_shown_and_a_redirect_still_leads_on():
    assert without_asset(PAGE) == without_asset(UNFURL) == UNAVAILABLE
    assert without_asset(REDIRECT) is REDIRECT


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

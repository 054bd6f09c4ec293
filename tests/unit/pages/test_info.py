from __future__ import annotations

from dataclasses import replace

import pytest

from pages.info import info_page
from sharelinks.routing import Rule, Variant
from tests.unit.pages.reader import read
from tests.unit.pages.samples import ASSET_LINK, BASE, NOW, URL_LINK


def rows(record, clicks=None):
    parts = read(info_page(record, BASE, now=NOW, clicks=clicks).text).one("dl")
    return dict(zip((node.text for node in parts.all("dt")), parts.all("dd"), strict=True))


def test_an_open_link_shows_everything():
    page = info_page(URL_LINK, BASE, now=NOW, clicks=1_200)
    root = read(page.text)
    found = rows(URL_LINK, 1_200)
    assert page.status == 200
    assert {name: node.text for name, node in found.items()} == {
        "Short link": "https://gifdist.io/s/Ab12Cd34",
        "Leads to": "https://example.com/cats?a=1&b=2",
        "State": "Active",
        "Created": "2027-01-15 08:00 UTC",
        "Clicks": "1,200 clicks",
    }
    assert found["Leads to"].one("a").attributes == {
        "href": "https://example.com/cats?a=1&b=2",
        "rel": "noopener nofollow noreferrer",
    }
    assert root.one("title").text == "About Cats & dogs · GIF Distributor"
    assert root.one("img").attributes["src"] == "/s/Ab12Cd34/qr.svg"


def test_clicks_are_shown_only_where_they_are_known():
    assert "Clicks" not in rows(URL_LINK)
    assert rows(URL_LINK, 0)["Clicks"].text == "0 clicks"


def test_an_asset_is_shown_by_its_address():
    assert rows(ASSET_LINK)["Leads to"].text == "https://gifdist.io/a/abc"


@pytest.mark.parametrize(
    "more",
    [
        {"rules": (Rule("https://other.example/", country=("AT",)),)},
        {"split": (Variant("https://x.example/", 1),)},
    ],
)
def test_a_link_that_chooses_says_so_and_keeps_its_choices(more):
    found = rows(replace(URL_LINK, **more))["Leads to"]
    assert found.text.endswith("Some visitors are led to another address.")
    assert "other.example" not in found.text


@pytest.mark.parametrize(
    ("more", "leads_to", "state"),
    [
        ({"password": "x"}, "Shown to those who know the password", "Active"),
        ({"max_clicks": 5}, "Shown to those who follow the link", "Active"),
        ({"state": "disabled"}, "Not shown", "Switched off by its owner"),
        ({"state": "pending"}, "Not shown", "Under review"),
        ({"state": "rejected"}, "Not shown", "Blocked after a review"),
        ({"state": "taken_down"}, "Not shown", "Taken down"),
        ({"state": "deleted"}, "Not shown", "Not in use"),
        ({"starts_at": NOW + 60}, "Not shown", "Starts 2027-01-15 08:01 UTC"),
        ({"expires_at": NOW}, "Not shown", "Expired 2027-01-15 08:00 UTC"),
    ],
)
def test_a_link_that_is_not_open_to_all_keeps_title_and_target(more, leads_to, state):
    record = replace(URL_LINK, **more)
    found = rows(record)
    assert found["Leads to"].text == leads_to
    assert found["State"].text == state
    text = info_page(record, BASE, now=NOW).text
    assert "example.com" not in text
    assert "Cats" not in text


def test_dates_around_now_leave_a_link_open():
    found = rows(replace(URL_LINK, starts_at=NOW, expires_at=NOW + 60))
    assert found["State"].text == "Active until 2027-01-15 08:01 UTC"
    assert found["Leads to"].one("a")

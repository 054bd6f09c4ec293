"""Every page as a browser shows it: what plays, what can be clicked, and that nothing is complained of."""

from __future__ import annotations

import json
import time

import pytest

from tests.browser.links import link_to, password_line
from tests.browser.media import PLAYS, SHOWS, TITLE
from tests.browser.other_site import OtherSite
from tests.browser.tab import Tab
from tests.edge.links import claim, clicks, new_code
from tests.harness.local_edge import LocalEdge, eventually


def test_a_share_page_shows_the_picture_and_its_title_as_text(product: LocalEdge, tab: Tab, gif: str) -> None:
    code = link_to(product, gif)
    assert tab.go(f"{product.front}/s/{code}") == 200
    assert tab.wait_for(SHOWS)
    assert tab.read("document.querySelector('h1').textContent") == TITLE
    assert tab.read("document.title") == f"{TITLE} · GIF Distributor"
    assert tab.complaints() == []
    assert eventually(lambda: clicks(product, code) == 1)


def test_a_share_page_plays_the_video_of_a_gif(product: LocalEdge, tab: Tab, film: str) -> None:
    assert tab.go(f"{product.front}/s/{link_to(product, film)}") == 200
    assert tab.wait_for(PLAYS)
    assert tab.complaints() == []


def test_a_copy_button_copies_and_says_so(product: LocalEdge, tab: Tab, film: str) -> None:
    tab.allow(product.front, "clipboardReadWrite", "clipboardSanitizedWrite")
    code = link_to(product, film)
    tab.go(f"{product.front}/s/{code}")
    for field, beginning in (
        ("short-url", f"{product.front}/s/{code}"),
        ("media-url", f"{product.front}/a/{film}"),
        ("embed-code", f'<iframe src="{product.front}/a/{film}/embed"'),
    ):
        button = f'[data-copies="{field}"]'
        tab.click(button)
        told = f"document.querySelector({json.dumps(button)}).parentElement.querySelector('[role=status]')"
        assert tab.wait_for(f"{told}.textContent") == "Copied."
        taken = tab.read("navigator.clipboard.readText()")
        assert taken.startswith(beginning)
        assert taken == tab.read(f"document.getElementById('{field}').value")
    assert tab.complaints() == []


def test_without_permission_the_field_is_selected_instead(product: LocalEdge, tab: Tab, gif: str) -> None:
    tab.go(f"{product.front}/s/{link_to(product, gif)}")
    tab.read("Object.defineProperty(navigator.clipboard, 'writeText', {value: () => Promise.reject()})")
    tab.click('[data-copies="media-url"]')
    assert tab.wait_for("document.body.innerText.includes('Selected: copy it with your keyboard.')")
    assert tab.read("getSelection().toString()") == f"{product.front}/a/{gif}"


def test_the_form_forwards_the_path_and_the_query_that_the_visitor_came_with(
    product: LocalEdge, tab: Tab, other_site: OtherSite
) -> None:
    target = other_site.put("/docs", "<h1>Not here</h1>")
    located = other_site.put("/docs/a?x=1", "<h1>The page itself</h1>")
    code = claim(
        product, target=target, password=password_line("word"), forward_path=True, forward_query=True
    )
    assert tab.go(f"{product.front}/s/{code}/a?x=1") == 200
    for word in ("wrong", "word"):
        tab.click("#password")
        tab.type(word)
        tab.click("button[type=submit]")
        if word == "wrong":
            assert tab.wait_for("document.querySelector('[role=alert]')?.textContent")
    assert tab.wait_for("document.querySelector('h1')?.textContent === 'The page itself'")
    assert tab.read("location.href") == located


def test_the_form_refuses_a_wrong_word_and_the_right_one_leads_to_another_site(
    product: LocalEdge, tab: Tab, other_site: OtherSite
) -> None:
    target = other_site.put("/behind", "<h1>Behind the door</h1>")
    code = claim(product, target=target, password=password_line("open sesame"))
    assert tab.go(f"{product.front}/s/{code}") == 200
    assert tab.read("document.activeElement.id") == "password"
    tab.type("wrong")
    tab.click("button[type=submit]")
    assert "This password is wrong." in tab.wait_for("document.querySelector('[role=alert]')?.textContent")
    assert tab.status() == 403
    assert tab.read("document.getElementById('password').value") == ""
    tab.click("#password")
    tab.type("open sesame")
    tab.click("button[type=submit]")
    assert tab.wait_for("document.querySelector('h1')?.textContent === 'Behind the door'")
    assert tab.read("location.href") == target
    assert tab.read("document.referrer") == ""
    assert tab.complaints() == []
    assert eventually(lambda: clicks(product, code) == 1)


def test_the_right_word_opens_a_page_of_ours_too(product: LocalEdge, tab: Tab, gif: str) -> None:
    code = link_to(product, gif, password=password_line("open sesame"))
    tab.go(f"{product.front}/s/{code}")
    tab.type("open sesame")
    tab.click("button[type=submit]")
    assert tab.wait_for(SHOWS)
    assert tab.complaints() == []


@pytest.mark.parametrize(
    ("record", "tail", "status", "words"),
    [
        (None, "", 404, "Link not found"),
        ({"state": "disabled"}, "", 404, "Link switched off"),
        ({}, "/nothing/here", 404, "Link not found"),
        ({"expires_at": time.time() - 5}, "", 410, "Link expired"),
        ({"state": "taken_down"}, "", 410, "Link removed"),
        ({"state": "rejected", "reason": "It sells <b>bombs</b>."}, "", 451, "It sells <b>bombs</b>."),
        ({}, "+", 200, "About this link"),
        ({"mode": "page", "title": TITLE}, "", 200, TITLE),
    ],
)
def test_a_page_of_words_says_them_and_complains_of_nothing(
    product: LocalEdge, tab: Tab, record: dict[str, object] | None, tail: str, status: int, words: str
) -> None:
    code = new_code() if record is None else claim(product, **record)
    assert tab.go(f"{product.front}/s/{code}{tail}") == status
    assert words in tab.text()
    images = "[...document.images].every(one => one.complete && one.naturalWidth > 0)"
    assert tab.wait_for(images)
    assert tab.complaints() == []


def test_what_is_no_page_opens_by_itself(product: LocalEdge, tab: Tab, film: str) -> None:
    code = link_to(product, film)
    for path, element in (
        (f"/s/{code}/qr.svg", "svg"),
        (f"/s/{code}/qr.png", "img"),
        (f"/a/{film}.gif", "img"),
        (f"/a/{film}.mp4", "video"),
    ):
        assert tab.go(product.front + path) == 200
        assert tab.wait_for(f"document.querySelector('{element}') !== null"), path
    assert tab.complaints() == []

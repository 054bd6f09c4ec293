"""A link with a password: the word opens it, is in no address, and cannot be guessed by trying."""

from __future__ import annotations

import html
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.edge.link_calls import LINKS, call, create, projected
from tests.edge.links import BROWSER, EDGE, TARGET, address, clicks, visit
from tests.harness.local_edge import LocalEdge, eventually

WORD = "öffne dich & <mich>"
ATTEMPTS = 5
LINK_ATTEMPTS = 100
WINDOW_SECONDS = 300


def attempt(product: LocalEdge, code: str, word: str, sender: dict[str, str] | None = None) -> httpx.Response:
    """Send the form of a link, from an address of its own unless told otherwise."""
    headers = {**BROWSER, **(sender or address())}
    return product.request(EDGE, "POST", f"/s/{code}", data={"password": word}, headers=headers)


@pytest.mark.parametrize("status", [301, 302, 307])
def test_the_form_asks_the_wrong_word_is_refused_and_the_right_one_leads_on(
    product: LocalEdge, status: int
) -> None:
    code = create(product, password=WORD, status=status, title="Hidden cat")["code"]
    form = visit(product, code)
    assert (form.status_code, form.headers["cache-control"]) == (200, "no-store")
    assert '<form method="post">' in form.text
    wrong = attempt(product, code, WORD + "!")
    assert wrong.status_code == 403
    right = attempt(product, code, WORD)
    assert (right.status_code, right.headers["location"]) == (303, TARGET)
    assert right.headers["cache-control"] == "private, no-store"
    for answer in (form, wrong):
        assert "location" not in answer.headers
        for secret in (TARGET, "Hidden", WORD, "ffne"):
            assert secret not in answer.text
    assert eventually(lambda: clicks(product, code) == 1)


def send_form(product: LocalEdge, page: httpx.Response, word: str) -> httpx.Response:
    """Send the form of a page as a browser does: to its action, read against the page's own address."""
    (tag,) = re.findall(r"<form\b[^>]*>", page.text)
    action = re.search(r'\baction="([^"]*)"', tag)
    address_of_form = page.url.join(html.unescape(action[1])) if action else page.url
    return product.http.post(address_of_form, data={"password": word}, headers={**BROWSER, **address()})


def test_the_form_keeps_the_path_and_the_query_that_the_link_forwards(product: LocalEdge) -> None:
    code = create(product, password="word", forward_path=True, forward_query=True)["code"]
    form = visit(product, code, tail="/docs/a?utm_source=x&q=1%262")
    wrong = send_form(product, form, "wrong")
    assert (form.status_code, wrong.status_code) == (200, 403)
    right = send_form(product, wrong, "word")
    assert (right.status_code, right.headers["location"]) == (303, f"{TARGET}/docs/a?utm_source=x&q=1%262")


def test_no_address_opens_it(product: LocalEdge) -> None:
    code = create(product, password="word", forward_query=True)["code"]
    for tail in ("?password=word", "?password=word&x=1", "+?password=word"):
        answer = visit(product, code, tail=tail)
        assert answer.status_code == 200
        assert "location" not in answer.headers
        assert TARGET not in answer.text
    posted = product.request(EDGE, "POST", f"/s/{code}?password=word", headers={**BROWSER, **address()})
    assert posted.status_code == 403
    right = product.request(
        EDGE, "POST", f"/s/{code}?x=1", data={"password": "word"}, headers={**BROWSER, **address()}
    )
    assert right.headers["location"] == f"{TARGET}?x=1"
    assert "word" not in read_all_of_kv(product, code)


def read_all_of_kv(product: LocalEdge, code: str) -> str:
    """Return what the edge keeps of a link but the names of its fields."""
    projected(product, code)
    return str(product.kv("METADATA", "get", f"link:{code}")).replace('"password"', "")


def test_an_address_has_five_attempts_at_a_link(product: LocalEdge) -> None:
    code, other = (create(product, password="word")["code"] for _ in range(2))
    sender = address()
    assert [attempt(product, code, "wrong", sender).status_code for _ in range(ATTEMPTS)] == [403] * ATTEMPTS
    for word in ("wrong", "word"):
        refused = attempt(product, code, word, sender)
        assert refused.status_code == 429
        assert "location" not in refused.headers
        assert 0 < int(refused.headers["retry-after"]) <= WINDOW_SECONDS
        assert refused.headers["ratelimit-limit"] == str(ATTEMPTS)
        assert refused.headers["ratelimit-remaining"] == "0"
        assert 0 < int(refused.headers["ratelimit-reset"]) <= WINDOW_SECONDS
        assert "too many attempts" in refused.text
    assert attempt(product, code, "word", sender | {"x-forwarded-for": "198.51.100.7"}).status_code == 429
    assert attempt(product, other, "word", sender).status_code == 303
    assert attempt(product, code, "word").status_code == 303


def test_all_addresses_together_have_a_hundred_attempts_at_a_link(product: LocalEdge) -> None:
    code, other = (create(product, password="word")["code"] for _ in range(2))
    with ThreadPoolExecutor(8) as pool:
        statuses = pool.map(lambda _number: attempt(product, code, "wrong").status_code, range(LINK_ATTEMPTS))
    assert Counter(statuses) == {403: LINK_ATTEMPTS}
    refused = attempt(product, code, "word")
    assert (refused.status_code, "location" in refused.headers) == (429, False)
    assert refused.headers["ratelimit-limit"] == str(LINK_ATTEMPTS)
    assert 0 < int(refused.headers["retry-after"]) <= WINDOW_SECONDS
    assert attempt(product, other, "word").status_code == 303


def test_attempts_at_once_are_counted_like_attempts_in_a_row(product: LocalEdge) -> None:
    code = create(product, password="word")["code"]
    # One customer has all of an IPv6 /64.
    senders = [{"cf-connecting-ip": f"2001:4860:7:{id(code) % 9999}::{place}"} for place in range(20)]
    with ThreadPoolExecutor(20) as pool:
        statuses = pool.map(lambda sender: attempt(product, code, "wrong", sender).status_code, senders)
    assert Counter(statuses) == {403: ATTEMPTS, 429: 20 - ATTEMPTS}


def test_what_is_no_form_is_no_attempt(product: LocalEdge) -> None:
    code = create(product, password="word")["code"]
    sender = {**BROWSER, **address()}
    for options in (
        {"json": {"password": "word"}},
        {"data": {"passwort": "word"}},
        {"data": {"password": ""}},
        {"data": {"password": "word", "x": "x" * 5_000}},
        {"content": b"password=%ff", "headers": {"content-type": "application/x-www-form-urlencoded"}},
        {"files": {"password": b"word"}},
    ):
        headers = {**sender, **options.pop("headers", {})}
        answer = product.request(EDGE, "POST", f"/s/{code}", headers=headers, **options)
        assert answer.status_code == 403, options
    assert attempt(product, code, "word", sender).status_code == 303


def test_a_wrong_word_takes_no_click_of_a_limited_link(product: LocalEdge) -> None:
    code = create(product, password="word", max_clicks=1)["code"]
    assert [attempt(product, code, word).status_code for word in ("wrong", "word", "word")] == [403, 303, 410]
    assert clicks(product, code) == 1


def test_a_new_password_replaces_the_old_one_and_null_opens_the_link(product: LocalEdge) -> None:
    code, opened = (create(product, password="old")["code"] for _ in range(2))
    assert call(product, "PATCH", f"{LINKS}/{code}", json={"password": "new"}).json()["has_password"]
    answer = call(product, "PATCH", f"{LINKS}/{opened}", json={"password": None})
    assert not answer.json()["has_password"]
    projected(product, code, version=2)
    projected(product, opened, version=2)
    assert [attempt(product, code, word).status_code for word in ("old", "new")] == [403, 303]
    assert visit(product, opened).status_code == 302


def test_a_link_without_a_password_takes_no_form(product: LocalEdge) -> None:
    answer = attempt(product, create(product)["code"], "word")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")

"""`/api/v1/links` on the real edge: what is said of a link is what it is, and one owner decides."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.edge.link_calls import LINKS, call, create, problem, projected, read
from tests.edge.links import TARGET, clicks, new_code, visit
from tests.harness.local_edge import LocalEdge, eventually

EVERYTHING: dict[str, Any] = {
    "target": "HTTPS://Example.com:443/a/../cat",
    "title": "  A cat ",
    "description": "Two\nlines",
    "tags": ["cat", "CAT", "fun"],
    "metadata": {"campaign": {"id": 7, "ü": [1.5, None, True, 9_007_199_254_740_991]}},
    "status": 308,
    "state": "disabled",
    "starts_at": "2027-01-15T10:00:00+02:00",
    "expires_at": 1_900_000_000.5,
    "max_clicks": 1_000_000_000,
    "password": "open sesame",
    "forward_query": True,
    "forward_path": True,
    "utm": {"utm_source": " letter ", "utm_campaign": "spring"},
    "rules": [
        {
            "target": "https://example.com/de",
            "country": ["de", "AT"],
            "device": ["Mobile"],
            "os": ["ios"],
            "language": ["pt-BR"],
            "starts_at": 1_800_000_000,
            "ends_at": "2027-06-01T00:00:00Z",
        },
        {"target": "https://example.org/else"},
    ],
    "split": [{"target": "https://example.com/b", "weight": 3}, {"target": TARGET, "weight": 1}],
    "mode": "page",
}


def test_a_link_with_every_field_is_read_back_as_it_was_meant(product: LocalEdge) -> None:
    code = new_code()
    answer = call(product, "POST", LINKS, json={**EVERYTHING, "code": code})
    made = answer.json()
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{LINKS}/{code}"
    assert answer.headers["etag"] == '"1"'
    assert made.pop("created_at") == made.pop("updated_at")
    assert made == {
        "code": code,
        "short_url": f"http://127.0.0.1:8787/s/{code}",
        "target": TARGET,
        "asset_id": None,
        "title": "A cat",
        "description": "Two\nlines",
        "tags": ["cat", "fun"],
        "metadata": EVERYTHING["metadata"],
        "status": 308,
        "mode": "page",
        "state": "disabled",
        "reason": "",
        "version": 1,
        "clicks": 0,
        "starts_at": "2027-01-15T08:00:00.000Z",
        "expires_at": "2030-03-17T17:46:40.500Z",
        "max_clicks": 1_000_000_000,
        "has_password": True,
        "forward_query": True,
        "forward_path": True,
        "utm": {"utm_source": "letter", "utm_campaign": "spring"},
        "rules": [
            {
                "target": "https://example.com/de",
                "country": ["DE", "AT"],
                "device": ["mobile"],
                "os": ["iOS"],
                "language": ["pt-br"],
                "starts_at": "2027-01-15T08:00:00.000Z",
                "ends_at": "2027-06-01T00:00:00.000Z",
            },
            {"target": "https://example.org/else"},
        ],
        "split": EVERYTHING["split"],
        "aliases": [],
        "renamed_from": None,
        "renamed_until": None,
    }
    found = read(product, code)
    assert {name: found[name] for name in made} == made
    assert call(product, "GET", LINKS).json()["items"] == [found]
    assert "sesame" not in answer.text


def test_of_fifty_claims_at_once_exactly_one_wins(product: LocalEdge) -> None:
    code = new_code()

    def claim(place: int) -> int:
        body = {"target": f"https://example.com/{place}", "code": code}
        answer = call(product, "POST", LINKS, json=body)
        return place if answer.status_code == 201 else -answer.status_code

    with ThreadPoolExecutor(50) as pool:
        outcomes = Counter(pool.map(claim, range(1, 51)))
    winners = [place for place in outcomes if place > 0]
    assert len(winners) == 1
    assert outcomes[-409] == 49
    assert read(product, code)["target"] == f"https://example.com/{winners[0]}"
    assert visit(product, code).headers["location"] == f"https://example.com/{winners[0]}"


def test_a_disabled_link_is_404_until_it_is_enabled(product: LocalEdge) -> None:
    off, on = create(product)["code"], create(product)["code"]
    for code in (off, on):
        assert call(product, "POST", f"{LINKS}/{code}/disable").json()["state"] == "disabled"
    projected(product, off, state="disabled")
    assert visit(product, off).status_code == 404
    assert call(product, "POST", f"{LINKS}/{on}/enable").json()["state"] == "active"
    projected(product, on, version=3)
    assert visit(product, on).status_code == 302


def test_a_deleted_link_leads_nowhere_keeps_its_code_and_comes_back_with_its_clicks(
    product: LocalEdge,
) -> None:
    code = create(product, title="Kept")["code"]
    # The isolate remembers codes for a while: each look is at a code that it does not know yet.
    before, meanwhile, after = (
        call(product, "POST", f"{LINKS}/{code}/aliases", json={}).json()["code"] for _ in range(3)
    )
    for _ in range(3):
        assert visit(product, before).status_code == 302
    assert eventually(lambda: clicks(product, code) == 3)
    assert call(product, "DELETE", f"{LINKS}/{code}").status_code == 204
    projected(product, code, state="deleted")
    assert visit(product, code).status_code == 404
    assert visit(product, meanwhile).status_code == 404
    assert problem(call(product, "GET", f"{LINKS}/{code}"), 404)["code"] == "unknown_link"
    assert call(product, "GET", LINKS).json()["items"] == []
    taken = call(product, "POST", LINKS, json={"target": TARGET, "code": code})
    assert problem(taken, 409)["code"] == "code_taken"
    restored = call(product, "POST", f"{LINKS}/{code}/restore").json()
    assert (restored["state"], restored["clicks"], restored["title"]) == ("active", 3, "Kept")
    projected(product, code, version=3)
    assert visit(product, after).status_code == 302
    assert eventually(lambda: read(product, code)["clicks"] == 4)


def test_a_change_reaches_the_edge_and_touches_nothing_else(product: LocalEdge) -> None:
    # What a link with a limit, a password or a start to come leads to is nobody's business.
    open_ = {"state": "active", "password": None, "starts_at": None, "max_clicks": None}
    before = create(product, **EVERYTHING | open_)
    code = before["code"]
    answer = call(product, "PATCH", f"{LINKS}/{code}", json={"title": "New", "split": None})
    changed = answer.json()
    assert answer.headers["etag"] == '"2"'
    touched = {"title": "New", "split": [], "version": 2, "updated_at": changed["updated_at"]}
    assert changed == before | touched == read(product, code)
    projected(product, code, title="New")
    assert "New" in visit(product, code, tail="+").text


def test_two_editors_of_one_version_do_not_overwrite_each_other(product: LocalEdge) -> None:
    code = create(product)["code"]

    def edit(place: int) -> int:
        guard = {"if-match": '"1"'} if place % 2 else {}
        body = {"title": str(place)} | ({} if guard else {"version": 1})
        return call(product, "PATCH", f"{LINKS}/{code}", json=body, headers=guard).status_code

    with ThreadPoolExecutor(8) as pool:
        outcomes = Counter(pool.map(edit, range(8)))
    assert outcomes == {200: 1, 409: 7}
    late = call(product, "DELETE", f"{LINKS}/{code}", headers={"if-match": '"1"'})
    assert problem(late, 409)["code"] == "version_conflict"
    assert call(product, "DELETE", f"{LINKS}/{code}", headers={"if-match": '"2"'}).status_code == 204


def test_links_are_listed_searched_and_paged(product: LocalEdge) -> None:
    links = [create(product, title=f"Grüße {place}%", tags=["Cat"] * (place % 2)) for place in range(5)]
    codes = [link["code"] for link in reversed(links)]
    alias = call(product, "POST", f"{LINKS}/{codes[0]}/aliases", json={"code": new_code()}).json()["code"]
    call(product, "POST", f"{LINKS}/{codes[4]}/disable")

    def found(**query: Any) -> list[str]:
        return [item["code"] for item in call(product, "GET", LINKS, params=query).json()["items"]]

    seen: list[str] = []
    cursor = None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = call(product, "GET", LINKS, params=query).json()
        seen += [item["code"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        # A link that comes meanwhile is newer than the page and must not shift what follows.
        create(product, title="later")
    assert seen == codes
    assert found(search="GRÜSSE 3%") == [codes[1]]
    assert found(search=alias.upper()) == [codes[0]]
    assert found(tag="cat") == [codes[1], codes[3]]
    assert found(state="disabled") == [codes[4]]
    assert found(state="disabled", search="later") == []


def test_codes_that_visitors_ask_for_in_vain_are_listed_until_somebody_claims_them(
    product: LocalEdge,
) -> None:
    asked, other = new_code(), new_code()
    for code in (other, asked, asked):
        visit(product, code)

    def misses() -> dict[str, int]:
        items = call(product, "GET", f"{LINKS}/misses").json()["items"]
        return {item["code"]: item["count"] for item in items}

    assert eventually(lambda: misses() == {asked: 2, other: 1})
    create(product, code=asked)
    assert misses() == {other: 1}


SHORTEN = "/api/v1/shorten"


def test_shorten_speaks_the_words_of_other_shorteners(product: LocalEdge) -> None:
    code = new_code()
    body = {
        "original_url": "HTTPS://Example.COM:443/a/../b?q=1",
        "custom_code": code,
        "expires_at": "2030-01-01T00:00:00Z",
        "metadata": {"campaign": "spring"},
    }
    answer = call(product, "POST", SHORTEN, json=body)
    assert answer.status_code == 200
    made = answer.json()
    assert made.pop("created_at")
    assert made == {
        "short_code": code,
        "short_url": f"http://127.0.0.1:8787/s/{code}",
        "original_url": "https://example.com/b?q=1",
        "expires_at": "2030-01-01T00:00:00.000Z",
        "is_active": True,
        "metadata": {"campaign": "spring"},
        "clicks": 0,
    }
    assert visit(product, code).headers["location"] == "https://example.com/b?q=1"
    assert problem(call(product, "POST", SHORTEN, json=body), 409)["code"] == "code_taken"
    short = call(product, "POST", SHORTEN, json={"original_url": "https://example.com"}).json()
    assert visit(product, short["short_code"]).headers["location"] == "https://example.com"

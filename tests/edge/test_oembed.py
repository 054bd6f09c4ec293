"""`/oembed`: described to everybody, and only what everybody may see."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.edge.assets import decide, file, id_of, in_kv, new_bytes, reference
from tests.edge.links import API, TARGET, address, claim, clicks, new_code, visit
from tests.harness.local_edge import LocalEdge, eventually

BASE = "http://127.0.0.1:8787"
NOW = time.time()


def ask(product: LocalEdge, url: str, **query: Any) -> httpx.Response:
    return product.get(API, "/oembed", params={"url": url, **query}, headers=address())


def published(product: LocalEdge, extension: str = "gif", **words: Any) -> str:
    content = new_bytes()
    file(product, content, extension, held_by=reference(**words), width=480, height=270)
    assert decide(product, id_of(content), "approved")["outcome"] == "changed"
    return id_of(content)


def link_to(product: LocalEdge, asset_id: str, **record: Any) -> str:
    return claim(product, **{"target": f"asset:{asset_id}", "asset_id": asset_id, **record})


def add_mp4(product: LocalEdge, asset_id: str) -> None:
    content = new_bytes()
    product.r2_put("MEDIA", f"media/{asset_id}/variant.mp4", content)
    made = {"content_type": "video/mp4", "bytes": len(content), "etag": "made", "width": 478, "height": 268}
    assert product.object("Asset", asset_id, "add_variant", asset_id, "mp4", made)
    in_kv(product, asset_id)


@pytest.mark.parametrize("visibility", ["public", "unlisted"])
def test_a_picture_is_a_photo_by_each_of_its_addresses(product: LocalEdge, visibility: str) -> None:
    asset_id = published(product, title="A cat", visibility=visibility)
    code = link_to(product, asset_id, title="My cat")
    for path, title in (
        (f"/s/{code}", "My cat"),
        (f"/a/{asset_id}", "A cat"),
        (f"/a/{asset_id}.gif", "A cat"),
    ):
        answer = ask(product, BASE + path, maxwidth=240)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cache-control"] == "public, max-age=300"
        assert answer.json() == {
            "version": "1.0",
            "type": "photo",
            "title": title,
            "provider_name": "GIF Distributor",
            "provider_url": BASE,
            "cache_age": 300,
            "url": f"{BASE}/a/{asset_id}.gif",
            "width": 240,
            "height": 135,
        }


def test_what_plays_is_a_video(product: LocalEdge) -> None:
    asset_id = published(product)
    add_mp4(product, asset_id)
    code = link_to(product, asset_id)
    found: dict[str, Any] = {}

    def plays() -> bool:
        # What readers know of an asset comes a moment after its owner has heard of the other format.
        found.update(ask(product, f"{BASE}/s/{code}", maxwidth=239).json())
        return bool(found["type"] == "video")

    assert eventually(plays)
    assert (found["width"], found["height"]) == (239, 134)
    assert f'<iframe src="{BASE}/a/{asset_id}/embed"' in found["html"]
    assert 'width="239" height="134"' in found["html"]


def test_a_link_to_elsewhere_is_a_link_and_its_target_stays_unsaid(product: LocalEdge) -> None:
    answer = ask(product, f"{BASE}/s/{claim(product, title='Cats', target=TARGET)}")
    assert (answer.json()["type"], answer.json()["title"]) == ("link", "Cats")
    assert "example.com" not in answer.text
    untitled = ask(product, f"{BASE}/s/{claim(product, target=TARGET)}").json()
    assert untitled["title"] == "example.com"


def test_the_page_of_a_link_leads_to_its_description(product: LocalEdge) -> None:
    asset_id = published(product)
    code = link_to(product, asset_id, mode="page")
    (address_of,) = [
        part.split('"')[0].replace("&amp;", "&")
        for part in visit(product, code).text.split('href="')
        if part.startswith(f"{BASE}/oembed")
    ]
    where = urlsplit(address_of)
    answer = product.get(API, f"{where.path}?{where.query}", headers=address())
    assert answer.json()["url"] == f"{BASE}/a/{asset_id}.gif"


@pytest.mark.parametrize(
    "record",
    [
        {"password": "pbkdf2-sha256$1$AA==$AA=="},
        {"max_clicks": 5},
        {"state": "disabled"},
        {"state": "deleted"},
        {"state": "pending"},
        {"state": "rejected"},
        {"state": "taken_down"},
        {"expires_at": NOW - 5},
        {"starts_at": NOW + 5_000},
    ],
)
def test_a_link_that_does_not_lead_everybody_on_is_unknown(
    product: LocalEdge, record: dict[str, Any]
) -> None:
    code = link_to(product, published(product), title="Secret", **record)
    answer = ask(product, f"{BASE}/s/{code}")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_url")
    assert "Secret" not in answer.text


@pytest.mark.parametrize(
    ("visibility", "decisions"),
    [
        ("public", []),
        ("public", ["flagged"]),
        ("public", ["rejected"]),
        ("public", ["approved", "taken_down"]),
        ("private", ["approved"]),
    ],
)
def test_an_asset_that_not_everybody_may_see_is_unknown(
    product: LocalEdge, visibility: str, decisions: list[str]
) -> None:
    content = new_bytes()
    held_by = reference(title="Secret", visibility=visibility)
    file(product, content, held_by=held_by, width=480, height=270)
    for state in decisions:
        assert decide(product, id_of(content), state)["outcome"] == "changed"
    in_kv(product, id_of(content))
    code = link_to(product, id_of(content))
    for path in (f"/s/{code}", f"/a/{id_of(content)}"):
        answer = ask(product, BASE + path)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_url")


def test_what_is_not_there_or_not_ours_is_unknown(product: LocalEdge) -> None:
    asset_id = published(product)
    for url in (
        f"{BASE}/s/{new_code()}",
        f"{BASE}/a/{id_of(new_bytes())}",
        f"{BASE}/a/{asset_id}.mp4",
        f"{BASE}/a/{asset_id}?expires=1&kid=k1&signature=v1.x",
        f"https://gifdist.example/a/{asset_id}",
        "nothing",
    ):
        assert ask(product, url).status_code == 404, url


def test_only_json_is_spoken_and_a_bad_size_is_refused(product: LocalEdge) -> None:
    url = f"{BASE}/a/{published(product)}"
    assert ask(product, url, format="json").status_code == 200
    assert (ask(product, url, format="xml").status_code) == 501
    assert ask(product, url, maxwidth="0").status_code == 422


def test_asking_is_no_click(product: LocalEdge) -> None:
    code, other = (link_to(product, published(product)) for _ in range(2))
    assert ask(product, f"{BASE}/s/{code}").status_code == 200
    # Clicks of one isolate are counted in their order, so that the other link's shows that none is under way.
    visit(product, other)
    assert eventually(lambda: clicks(product, other) == 1)
    assert clicks(product, code) == 0

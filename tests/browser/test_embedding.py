"""Pages of somebody else that show our assets in frames."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.links import link_to
from tests.browser.media import PLAYS, SHOWS, TITLE, draw, published
from tests.browser.other_site import OtherSite
from tests.browser.tab import Tab
from tests.edge.assets import decide, in_kv, new_bytes
from tests.edge.links import clicks
from tests.harness.local_edge import LocalEdge, eventually


def test_what_oembed_answers_plays_on_another_site_and_is_no_click(
    product: LocalEdge, tab: Tab, other_site: OtherSite, film: str
) -> None:
    code = link_to(product, film)
    asked = f"{product.front}/oembed?url={product.front}/s/{code}&maxwidth=80"
    script = f"fetch('{asked}').then(a => a.json()).then(found => document.body.innerHTML = found.html)"
    tab.go(other_site.put("/oembed", f"<body><script>{script}</script>"))
    frame = tab.frame(f"{product.front}/a/{film}/embed")
    assert tab.wait_for(PLAYS, frame)
    video = "document.querySelector('video')"
    assert tab.read(f"{video}.muted && {video}.loop && {video}.playsInline", frame)
    assert tab.read("[innerWidth, innerHeight]", frame) == [80, 45]
    assert tab.read("document.title", frame) == TITLE
    assert tab.complaints() == []
    # Clicks of one isolate are counted in their order, so that the other link's shows that none is under way.
    other = link_to(product, film)
    tab.go(f"{product.front}/s/{other}")
    assert eventually(lambda: clicks(product, other) == 1)
    assert clicks(product, code) == 0


@pytest.mark.parametrize("extension", ["gif", "png", "jpg"])
def test_a_picture_shows_in_a_frame(
    product: LocalEdge, tab: Tab, other_site: OtherSite, tmp_path: Path, extension: str
) -> None:
    asset_id = published(product, draw(tmp_path, extension), extension)
    address = f"{product.front}/a/{asset_id}/embed"
    tab.go(other_site.put("/picture", f'<iframe src="{address}" sandbox></iframe>'))
    assert tab.wait_for(SHOWS, tab.frame(address))
    assert tab.complaints() == []


@pytest.mark.parametrize("extension", ["mp4", "webm"])
def test_an_uploaded_video_plays_in_a_frame(
    product: LocalEdge, tab: Tab, other_site: OtherSite, tmp_path: Path, extension: str
) -> None:
    asset_id = published(product, draw(tmp_path, extension), extension)
    address = f"{product.front}/a/{asset_id}/embed"
    tab.go(other_site.put("/video", f'<iframe src="{address}" allow="autoplay"></iframe>'))
    assert tab.wait_for(PLAYS, tab.frame(address))
    assert tab.complaints() == []


def test_what_was_taken_down_says_so_in_the_frame(
    product: LocalEdge, tab: Tab, other_site: OtherSite
) -> None:
    asset_id = published(product, new_bytes(), "gif")
    assert decide(product, asset_id, "taken_down")["outcome"] == "changed"
    in_kv(product, asset_id)
    address = f"{product.front}/a/{asset_id}/embed"
    site = other_site.put("/gone", f'<iframe src="{address}"></iframe>')

    def says_so() -> bool:
        tab.go(site)
        said = tab.wait_for("document.body && document.body.innerText", tab.frame(address))
        return "The asset was taken down." in said

    # KV takes one write a second for a key, and this is the second.
    assert eventually(says_so)
    assert tab.complaints() == []


def test_no_other_page_of_ours_can_be_framed(
    product: LocalEdge, tab: Tab, other_site: OtherSite, gif: str
) -> None:
    address = f"{product.front}/s/{link_to(product, gif)}"
    tab.go(other_site.put("/share", f'<iframe src="{address}"></iframe>'))
    (said,) = eventually(tab.complaints)
    assert "frame-ancestors 'none'" in said


def test_a_complaint_of_any_kind_is_heard(tab: Tab, other_site: OtherSite) -> None:
    """The other tests rest on it."""
    body = "<body style='color:red'><script>console.error('said'); thrown()</script><img src='/missing.png'>"
    policy = "default-src 'none'; script-src 'unsafe-inline'"
    tab.go(other_site.put("/bad", body, content_security_policy=policy))

    def kinds() -> bool:
        said = " ".join(tab.complaints())
        return all(word in said for word in ("style", "said", "thrown is not defined", "missing.png"))

    assert eventually(kinds)

"""What a link to an asset shows: to people a page that plays, to each bot what it needs for a preview."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from tests.edge.assets import decide, file, id_of, in_kv, new_bytes, reference
from tests.edge.links import BROWSER, EDGE, address, claim, clicks, visit
from tests.harness.local_edge import PRODUCT_CONFIGS, LocalEdge, eventually

BASE = "https://gif.example.com"
TITLE = 'Cats & "dogs" <script>alert(1)</script>'
ESCAPED = "Cats &amp; &quot;dogs&quot; &lt;script&gt;alert(1)&lt;/script&gt;"
GUARDED = "pbkdf2-sha256$1$AA==$AA=="

SLACK = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"
SLACK_IMAGES = "Slack-ImgProxy 0.19 (+https://api.slack.com/robots)"
DISCORD = "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"
FACEBOOK = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"
IMESSAGE = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) "
    "Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0"
)
GOOGLE = (
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1; "
    "+http://www.google.com/bot.html) Chrome/140.0.0.0 Safari/537.36"
)


@pytest.fixture(scope="module")
def https_engine() -> Iterator[LocalEdge]:
    opened = LocalEdge(configs=PRODUCT_CONFIGS[:2], vars={"PUBLIC_BASE_URL": BASE}, faults=True)
    yield opened
    opened.close()


@pytest.fixture
def engine(https_engine: LocalEdge) -> LocalEdge:
    """Edge and objects under an https address: without one no preview plays a video."""
    https_engine.reset()
    https_engine.faults(EDGE)
    return https_engine


class Tags(HTMLParser):
    """The tags of a page: in `meta` by their names, in their order; in `links` by what they are."""

    def __init__(self, page: httpx.Response) -> None:
        super().__init__()
        self.meta: list[tuple[str, str]] = []
        self.links: dict[str, str] = {}
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.elements.append((tag, values))
        if tag == "meta" and (name := values.get("property") or values.get("name")):
            self.meta.append((name, values["content"] or ""))
        if tag == "link":
            self.links[values["rel"] or ""] = values["href"] or ""

    def one(self, name: str) -> dict[str, str | None]:
        (found,) = [values for tag, values in self.elements if tag == name]
        return found


def shared(
    engine: LocalEdge, extension: str = "gif", held_by: dict[str, Any] | None = None, **record: Any
) -> str:
    """Return the id of an asset of 480 x 270 pixels that waits for its decision."""
    content = new_bytes()
    file(engine, content, extension, held_by=held_by or reference(), width=480, height=270, **record)
    return id_of(content)


def approved(engine: LocalEdge, extension: str = "gif", **words: Any) -> str:
    asset_id = shared(engine, extension, reference(**words))
    assert decide(engine, asset_id, "approved")["outcome"] == "changed"
    return asset_id


def add_format(engine: LocalEdge, asset_id: str, extension: str, width: int, height: int) -> None:
    content = new_bytes()
    engine.r2_put("MEDIA", f"media/{asset_id}/variant.{extension}", content)
    kind = {"mp4": "video/mp4", "jpg": "image/jpeg"}[extension]
    made = {"content_type": kind, "bytes": len(content), "etag": "made", "width": width, "height": height}
    assert engine.object("Asset", asset_id, "add_variant", asset_id, extension, made)
    in_kv(engine, asset_id)


def link_to(engine: LocalEdge, asset_id: str, **record: Any) -> str:
    target = {"target": f"asset:{asset_id}", "asset_id": asset_id}
    return claim(engine, **{**target, "mode": "page", **record})


def expected_tags(code: str, asset_id: str) -> list[tuple[str, str]]:
    """Return what every bot gets for a GIF with an MP4, in this order."""
    image, video = f"{BASE}/a/{asset_id}.gif", f"{BASE}/a/{asset_id}.mp4"
    return [
        ("og:site_name", "GIF Distributor"),
        ("og:type", "video.other"),
        ("og:title", TITLE),
        ("og:description", "All of them"),
        ("og:url", f"{BASE}/s/{code}"),
        ("og:image", image),
        ("og:image:width", "480"),
        ("og:image:height", "270"),
        ("og:image:type", "image/gif"),
        ("og:image:secure_url", image),
        ("og:image:alt", TITLE),
        ("og:video", video),
        ("og:video:width", "478"),
        ("og:video:height", "268"),
        ("og:video:type", "video/mp4"),
        ("og:video:secure_url", video),
        ("twitter:title", TITLE),
        ("twitter:description", "All of them"),
        ("twitter:card", "player"),
        ("twitter:image", image),
        ("twitter:image:alt", TITLE),
        ("twitter:player", f"{BASE}/a/{asset_id}/embed"),
        ("twitter:player:width", "478"),
        ("twitter:player:height", "268"),
        ("twitter:player:stream", video),
        ("twitter:player:stream:content_type", "video/mp4"),
    ]


def discord(page: httpx.Response, tags: Tags) -> None:
    named = dict(tags.meta)
    assert named["og:type"] == "video.other"
    assert named["og:video"].startswith("https://")
    names = [name for name, _ in tags.meta]
    place = names.index("og:image")
    assert names[place : place + 3] == ["og:image", "og:image:width", "og:image:height"]
    assert len(named["og:title"].encode()) <= 70
    assert len(named["og:description"].encode()) <= 350
    assert len(named["og:site_name"]) <= 256
    assert all(len(value) <= 2_048 for value in named.values())


def slack(page: httpx.Response, tags: Tags) -> None:
    assert tags.links["alternate"].startswith(f"{BASE}/oembed?url=https%3A%2F%2Fgif.example.com%2Fs%2F")


def facebook(page: httpx.Response, tags: Tags) -> None:
    assert page.text.index("og:video:secure_url") < 1_000_000
    assert int(dict(tags.meta)["og:image:width"]) >= 200


def x(page: httpx.Response, tags: Tags) -> None:
    named = dict(tags.meta)
    assert named["twitter:card"] == "player"
    assert {"twitter:player", "twitter:player:width", "twitter:player:height", "twitter:image"} <= set(named)


def any_bot(page: httpx.Response, tags: Tags) -> None:
    assert {"og:title", "og:image", "og:url"} <= {name for name, _ in tags.meta}


BOTS: dict[str, tuple[str, Callable[[httpx.Response, Tags], None]]] = {
    "Discord": (DISCORD, discord),
    "Slack": (SLACK, slack),
    "Slack's older bot": ("Slackbot 1.0 (+https://api.slack.com/robots)", slack),
    "Slack's image proxy": (SLACK_IMAGES, slack),
    "Teams": (
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
        any_bot,
    ),
    "X": ("Twitterbot/1.0", x),
    "Facebook": (FACEBOOK, facebook),
    "WhatsApp": ("WhatsApp/2.23.20.0 A", facebook),
    "LinkedIn": (
        "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
        any_bot,
    ),
    "Telegram": ("TelegramBot (like TwitterBot)", any_bot),
    "iMessage": (IMESSAGE, any_bot),
    "Reddit": ("Mozilla/5.0 (compatible; redditbot/1.0; +http://www.reddit.com/feedback)", any_bot),
    "Pinterest": ("Mozilla/5.0 (compatible; Pinterestbot/1.0; +http://www.pinterest.com/bot.html)", any_bot),
    "Mastodon": ("Mastodon/4.3.0 (http.rb/5.2.0; +https://mastodon.social/) Bot", any_bot),
    "Bluesky": ("Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; mailto:support@bsky.app)", any_bot),
}


@pytest.mark.parametrize("mode", ["page", "redirect"])
def test_every_bot_gets_the_tags_it_needs_and_none_is_a_click(engine: LocalEdge, mode: str) -> None:
    asset_id = approved(engine)
    add_format(engine, asset_id, "mp4", 478, 268)
    code = link_to(engine, asset_id, title=TITLE, description="All of them", mode=mode)
    for bot, (agent, needs) in BOTS.items():
        page = visit(engine, code, user_agent=agent)
        tags = Tags(page)
        assert page.status_code == 200, bot
        assert page.headers["content-type"] == "text/html; charset=utf-8", bot
        assert [one for one in tags.meta if ":" in one[0]] == expected_tags(code, asset_id), bot
        assert "robots" not in dict(tags.meta), bot
        assert f'<meta property="og:title" content="{ESCAPED}">' in page.text, bot
        assert "<script" not in page.text, bot
        assert tags.links["canonical"] == f"{BASE}/s/{code}", bot
        needs(page, tags)
        head = visit(engine, code, "HEAD", user_agent=agent)
        assert (head.status_code, head.content) == (200, b""), bot
    assert visit(engine, code).status_code == (200 if mode == "page" else 302)
    assert eventually(lambda: clicks(engine, code) == 1)


@pytest.mark.parametrize("extension", ["mp4", "webm"])
def test_every_bot_gets_a_picture_and_what_plays_of_an_uploaded_video(
    engine: LocalEdge, extension: str
) -> None:
    asset_id = approved(engine, extension)
    code = link_to(engine, asset_id, title=TITLE)
    for bot, (agent, needs) in BOTS.items():
        tags = Tags(visit(engine, code, user_agent=agent))
        named = dict(tags.meta)
        assert named["og:image"] == named["twitter:image"] == f"{BASE}/a/-/video.png", bot
        assert (named["og:image:width"], named["og:image:height"]) == ("1200", "630"), bot
        if extension == "mp4":
            assert named["og:video"] == f"{BASE}/a/{asset_id}.mp4", bot
            needs(visit(engine, code, user_agent=agent), tags)
        else:
            # No reader plays a WebM: what is left is a large picture.
            assert "og:video" not in named, bot
            assert named["twitter:card"] == "summary_large_image", bot
            any_bot(visit(engine, code, user_agent=agent), tags)


def test_the_picture_of_videos_is_there_for_everybody_and_kept_for_long(engine: LocalEdge) -> None:
    path = "/a/-/video.png"
    fetched = engine.get(EDGE, path, headers={"user-agent": DISCORD, **address()})
    assert (fetched.status_code, fetched.headers["content-type"]) == (200, "image/png")
    assert fetched.headers["cache-control"] == "public, max-age=604800"
    assert (fetched.headers["x-content-type-options"], fetched.content[:4]) == ("nosniff", b"\x89PNG")
    head = engine.request(EDGE, "HEAD", path)
    assert (head.status_code, head.content) == (200, b"")
    assert engine.request(EDGE, "OPTIONS", path).status_code == 405


def test_a_bot_can_fetch_what_the_tags_name(engine: LocalEdge) -> None:
    asset_id = approved(engine)
    add_format(engine, asset_id, "mp4", 478, 268)
    named = dict(Tags(visit(engine, link_to(engine, asset_id), user_agent=DISCORD)).meta)
    for tag, kind in (("og:image", "image/gif"), ("og:video", "video/mp4")):
        path = named[tag].removeprefix(BASE)
        for agent in (DISCORD, SLACK_IMAGES, FACEBOOK):
            fetched = engine.get(EDGE, path, headers={"user-agent": agent, **address()})
            assert (fetched.status_code, fetched.headers["content-type"]) == (200, kind)
            assert named[f"{tag}:type"] == kind


def test_facebook_may_ask_for_a_range_and_gets_the_whole_page(engine: LocalEdge) -> None:
    code = link_to(engine, approved(engine))
    page = visit(engine, code, user_agent=FACEBOOK, range="bytes=0-524287")
    assert page.status_code == 200
    assert page.text.endswith("</html>\n")


def test_a_search_engine_gets_what_people_get_and_is_no_click(engine: LocalEdge) -> None:
    asset_id = approved(engine)
    listed = link_to(engine, asset_id, title="Cat")
    page = visit(engine, listed, user_agent=GOOGLE)
    assert Tags(page).one("img")["src"] == f"{BASE}/a/{asset_id}.gif"
    assert "robots" not in dict(Tags(page).meta)
    led_on = link_to(engine, asset_id, mode="redirect")
    assert visit(engine, led_on, user_agent=GOOGLE).headers["location"] == f"{BASE}/a/{asset_id}"
    unlisted = link_to(engine, approved(engine, visibility="unlisted"))
    assert dict(Tags(visit(engine, unlisted, user_agent=GOOGLE)).meta)["robots"] == "noindex"
    for code in (listed, led_on):
        visit(engine, code)
        assert eventually(lambda code=code: clicks(engine, code) == 1)


@pytest.mark.parametrize(
    ("extension", "player"),
    [("gif", "img"), ("png", "img"), ("webp", "img"), ("mp4", "video"), ("webm", "video")],
)
def test_people_get_the_player_of_the_type(engine: LocalEdge, extension: str, player: str) -> None:
    asset_id = approved(engine, extension, title=TITLE)
    code = link_to(engine, asset_id)
    page = visit(engine, code)
    tags = Tags(page)
    shown = tags.one(player)
    assert shown["src"] == f"{BASE}/a/{asset_id}.{extension}"
    assert (shown["width"], shown["height"]) == ("480", "270")
    assert [tag for tag, _ in tags.elements].count("img" if player == "video" else "video") == 0
    assert ("og:video" in dict(tags.meta)) == (extension == "mp4")
    assert tags.links["canonical"] == f"{BASE}/a/{asset_id}"
    assert tags.links["alternate"].startswith(f"{BASE}/oembed?")
    assert f"<h1>{ESCAPED}</h1>" in page.text
    assert page.text.count("<script") == 1
    assert page.headers["cache-control"] == "no-store"
    assert eventually(lambda: clicks(engine, code) == 1)


def test_a_gif_plays_as_a_video_as_soon_as_there_is_one(engine: LocalEdge) -> None:
    asset_id = approved(engine)
    for extension in ("mp4", "jpg"):
        add_format(engine, asset_id, extension, 478, 268)
    video = Tags(visit(engine, link_to(engine, asset_id))).one("video")
    assert (video["src"], video["poster"]) == (f"{BASE}/a/{asset_id}.mp4", f"{BASE}/a/{asset_id}.jpg")
    assert {"autoplay", "loop", "muted", "playsinline", "controls"} <= set(video)


def test_a_rule_chooses_the_asset_that_is_shown(engine: LocalEdge) -> None:
    first, other = approved(engine, title="First"), approved(engine, title="Other")
    code = link_to(engine, first, rules=[{"target": f"asset:{other}", "country": ["AT"]}])
    assert "<h1>First</h1>" in visit(engine, code).text
    chosen = visit(engine, code, cf_ipcountry="AT")
    assert "<h1>Other</h1>" in chosen.text
    assert first not in chosen.text
    away = link_to(engine, first, rules=[{"target": "https://example.com/", "country": ["AT"]}])
    left = visit(engine, away, cf_ipcountry="AT")
    assert 'href="https://example.com/"' in left.text
    assert first not in left.text


@pytest.mark.parametrize(
    ("decisions", "visibility", "status", "words"),
    [
        ([], "public", 404, "being checked"),
        (["flagged"], "public", 404, "being checked"),
        (["rejected"], "public", 451, "restricted after a review"),
        (["approved", "taken_down"], "public", 451, "restricted after a review"),
        (["approved"], "private", 404, "or it is not public"),
        ([], "private", 404, "or it is not public"),
    ],
)
@pytest.mark.parametrize("agent", [BROWSER["user-agent"], DISCORD])
def test_what_is_not_published_is_not_shown(
    engine: LocalEdge, decisions: list[str], visibility: str, status: int, words: str, agent: str
) -> None:
    asset_id = shared(engine, "gif", reference(title="Secret cat", visibility=visibility))
    for state in decisions:
        assert decide(engine, asset_id, state, "a reason of ours")["outcome"] == "changed"
    in_kv(engine, asset_id)
    code = link_to(engine, asset_id, title="Secret link")
    page = visit(engine, code, user_agent=agent)
    assert page.status_code == status
    assert words in page.text
    assert ("a reason of ours" in page.text) == (status == 451)
    for secret in ("Secret", "/a/", "og:"):
        assert secret not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert dict(Tags(page).meta)["robots"] == "noindex"
    framed = embed(engine, asset_id)
    framed_status = 410 if "taken_down" in decisions else status
    assert (framed.status_code, framed.headers["cache-control"]) == (framed_status, "no-store")
    assert "frame-ancestors *" in framed.headers["content-security-policy"]
    for secret in ("Secret", "a reason of ours", asset_id):
        assert secret not in framed.text
    answered = link_to(engine, approved(engine))
    visit(engine, answered)
    assert eventually(lambda: clicks(engine, answered) == 1)
    assert clicks(engine, code) == 0


def test_an_asset_that_is_gone_or_never_was_has_the_same_page(engine: LocalEdge) -> None:
    deleted, unknown = approved(engine), id_of(new_bytes())
    engine.object("Asset", deleted, "release", deleted, "operator", 1_700_000_000.0, 10**10)
    in_kv(engine, deleted)
    for asset_id in (deleted, unknown):
        page = visit(engine, link_to(engine, asset_id))
        assert page.status_code == 404
        assert "was deleted" in page.text
    gone, never = embed(engine, deleted), embed(engine, unknown)
    assert (gone.status_code, never.status_code) == (404, 404)
    assert (gone.text, gone.headers["content-security-policy"]) == (
        never.text,
        never.headers["content-security-policy"],
    )


def embed(engine: LocalEdge, asset_id: str, method: str = "GET") -> httpx.Response:
    return engine.request(EDGE, method, f"/a/{asset_id}/embed", headers={**BROWSER, **address()})


def test_other_sites_frame_the_asset_and_nothing_else_and_nobody_clicked(engine: LocalEdge) -> None:
    asset_id = approved(engine, title=TITLE)
    code = link_to(engine, asset_id)
    visit(engine, code)
    page = embed(engine, asset_id)
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert "frame-ancestors *" in page.headers["content-security-policy"]
    assert f"<title>{ESCAPED}</title>" in page.text
    assert Tags(page).one("img")["src"] == f"/a/{asset_id}.gif"
    head = embed(engine, asset_id, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-security-policy"] == page.headers["content-security-policy"]
    for method in ("OPTIONS", "POST"):
        assert embed(engine, asset_id, method).status_code == 405
    assert eventually(lambda: clicks(engine, code) == 1)


def test_an_approval_shows_at_once(engine: LocalEdge) -> None:
    asset_id = shared(engine, held_by=reference(title="A cat"))
    code = link_to(engine, asset_id)
    assert visit(engine, code).status_code == 404
    decide(engine, asset_id, "approved")
    assert "<h1>A cat</h1>" in visit(engine, code).text


def test_a_limited_link_spends_no_click_on_what_it_cannot_show(engine: LocalEdge) -> None:
    asset_id = shared(engine)
    code = link_to(engine, asset_id, max_clicks=1)
    assert "being checked" in visit(engine, code).text
    assert clicks(engine, code) == 0
    decide(engine, asset_id, "approved")
    looked = visit(engine, code, user_agent=DISCORD)
    assert (looked.status_code, asset_id in looked.text) == (200, False)
    shown = visit(engine, code)
    assert f"{BASE}/a/{asset_id}.gif" in shown.text
    assert "alternate" not in Tags(shown).links
    assert visit(engine, code).status_code == 410
    assert clicks(engine, code) == 1


def test_a_password_stands_before_the_page(engine: LocalEdge) -> None:
    asset_id = approved(engine, title="Secret cat")
    code = link_to(engine, asset_id, password=GUARDED)
    for agent in (BROWSER["user-agent"], DISCORD):
        page = visit(engine, code, user_agent=agent)
        assert page.status_code == 200
        assert "Secret" not in page.text
        assert asset_id not in page.text


def test_an_asset_that_cannot_be_looked_up_is_not_shown_and_not_counted(engine: LocalEdge) -> None:
    code = link_to(engine, approved(engine))
    engine.faults(EDGE, {"call": "METADATA.get", "mode": "fail"}, {"call": "ASSET.read", "mode": "fail"})
    for agent in (BROWSER["user-agent"], DISCORD):
        page = visit(engine, code, user_agent=agent)
        assert (page.status_code, page.headers["retry-after"]) == (503, "5")
        assert "/a/" not in page.text
    framed = embed(engine, "0" * 32)
    assert (framed.status_code, framed.headers["retry-after"]) == (503, "5")
    engine.faults(EDGE)
    assert visit(engine, code).status_code == 200
    assert eventually(lambda: clicks(engine, code) == 1)

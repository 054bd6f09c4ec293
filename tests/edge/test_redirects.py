"""Every way a visit of a short link can end."""

from __future__ import annotations

import json
import re
import time
import zlib
from typing import Any

import pytest

from tests.edge.links import BROWSER, DISCORD, EDGE, TARGET, address, claim, clicks, new_code, visit
from tests.harness.local_edge import LocalEdge, eventually

NOW = time.time()


@pytest.mark.parametrize(
    ("status", "caching"),
    [
        (301, "private, no-cache, max-age=0"),
        (302, "private, no-store"),
        (303, "private, no-store"),
        (307, "private, no-store"),
        (308, "private, no-cache, max-age=0"),
    ],
)
def test_a_link_redirects_with_its_status_each_time_and_no_cache_hides_a_click(
    product: LocalEdge, status: int, caching: str
) -> None:
    code = claim(product, status=status)
    for _ in range(3):
        answer = visit(product, code)
        assert (answer.status_code, answer.headers["location"]) == (status, TARGET)
        assert answer.headers["cache-control"] == caching
        assert answer.content == b""
    assert eventually(lambda: clicks(product, code) == 3)


def test_head_and_bots_are_answered_and_not_counted(product: LocalEdge) -> None:
    code = claim(product)
    assert visit(product, code, "HEAD").headers["location"] == TARGET
    assert visit(product, code, **DISCORD).status_code == 200
    assert (
        visit(product, code, user_agent="Googlebot/2.1 (+http://www.google.com/bot.html)").status_code == 302
    )
    assert visit(product, code, "HEAD").status_code == 302
    assert visit(product, code).status_code == 302
    assert eventually(lambda: clicks(product, code) == 1)


@pytest.mark.parametrize(
    ("record", "status", "words"),
    [
        ({"state": "disabled"}, 404, "off"),
        ({"state": "deleted"}, 404, "link"),
        ({"state": "pending"}, 404, "review"),
        ({"state": "taken_down"}, 410, "taken down"),
        ({"state": "rejected", "reason": "It sells <b>stolen</b> cats."}, 451, "It sells &lt;b&gt;stolen"),
        ({"expires_at": NOW - 5}, 410, "expired"),
        ({"starts_at": NOW + 5_000}, 404, "not"),
        ({"renamed_to": "elsewhere", "renamed_until": NOW - 5}, 410, "moved"),
    ],
)
def test_a_link_that_leads_nowhere_says_why(
    product: LocalEdge, record: dict[str, Any], status: int, words: str
) -> None:
    code = claim(product, **record)
    answer = visit(product, code)
    assert answer.status_code == status
    assert words in answer.text
    assert "location" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert TARGET not in answer.text
    head = visit(product, code, "HEAD")
    assert (head.status_code, head.content) == (status, b"")
    assert clicks(product, code) == 0


def test_unknown_codes_get_a_friendly_page_and_are_noted_for_the_operator(product: LocalEdge) -> None:
    code = new_code()
    answer = visit(product, code)
    assert answer.status_code == 404
    assert code in answer.text
    visit(product, code)

    def noted() -> list[dict[str, Any]]:
        misses = product.object("Library", "operator", "misses", 100)
        return [miss for miss in misses if miss["code"] == code and miss["count"] == 2]

    assert eventually(noted)


@pytest.mark.parametrize("state", ["disabled", "deleted", "pending"])
def test_a_link_that_was_stopped_and_is_still_asked_for_is_noted_for_its_account(
    product: LocalEdge, state: str
) -> None:
    account = f"acc-{new_code()}"
    code = claim(product, state=state, account_id=account)
    for method, headers in (("GET", {}), ("GET", {}), ("HEAD", {}), ("GET", DISCORD)):
        assert visit(product, code, method, **headers).status_code == 404

    def noted() -> list[dict[str, Any]]:
        return list(product.object("Library", account, "misses", 100))

    assert [(miss["code"], miss["count"]) for miss in eventually(noted)] == [(code, 2)]
    assert product.object("Library", "operator", "misses", 100) == []


def test_a_link_ends_while_it_is_cached(product: LocalEdge) -> None:
    code = claim(product, expires_at=time.time() + 2)
    assert visit(product, code).status_code == 302
    assert eventually(lambda: visit(product, code).status_code == 410)


def test_a_link_begins_while_it_is_cached(product: LocalEdge) -> None:
    code = claim(product, starts_at=time.time() + 2)
    assert visit(product, code).status_code == 404
    assert eventually(lambda: visit(product, code).status_code == 302)


def test_rules_split_and_forwarding_shape_the_location(product: LocalEdge) -> None:
    ruled = claim(
        product,
        rules=[
            {"target": "https://example.de/", "country": ["DE", "AT"]},
            {"target": "https://m.example.com/", "device": ["mobile"]},
            {"target": "https://example.fr/", "language": ["fr"]},
        ],
    )
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
    assert visit(product, ruled, cf_ipcountry="AT").headers["location"] == "https://example.de/"
    assert visit(product, ruled, user_agent=phone).headers["location"] == "https://m.example.com/"
    assert visit(product, ruled, accept_language="fr-CA").headers["location"] == "https://example.fr/"
    assert visit(product, ruled).headers["location"] == TARGET

    split = claim(
        product,
        split=[
            {"target": "https://a.example.com/", "weight": 1},
            {"target": "https://b.example.com/", "weight": 1},
        ],
    )
    same = address()["cf-connecting-ip"]
    assert len({visit(product, split, cf_connecting_ip=same).headers["location"] for _ in range(5)}) == 1
    assert len({visit(product, split).headers["location"] for _ in range(30)}) == 2

    forwarding = claim(product, forward_query=True, forward_path=True, utm={"utm_source": "post"})
    located = visit(product, forwarding, tail="/docs/a?x=1").headers["location"]
    assert located == f"{TARGET}/docs/a?utm_source=post&x=1"
    assert visit(product, forwarding, tail="/../../etc").status_code == 404
    assert visit(product, claim(product), tail="/docs").status_code == 404


def test_no_parameter_or_header_chooses_another_host(product: LocalEdge) -> None:
    code = claim(product, forward_query=True, forward_path=True)
    for tail in (
        "?url=https://evil.example",
        "/https://evil.example",
        "//evil.example",
        "/%2F%2Fevil.example",
        "?next=//evil.example#x",
    ):
        answer = visit(
            product, code, tail=tail, x_forwarded_host="evil.example", referer="https://evil.example/"
        )
        location = answer.headers.get("location", TARGET)
        assert location.startswith("https://example.com/"), (tail, location)


def test_an_alias_leads_where_its_link_leads_and_counts_there(product: LocalEdge) -> None:
    home = claim(product)
    alias = claim(product, alias_of=home)
    ended = claim(product, alias_of=home, expires_at=NOW - 5)
    assert visit(product, alias).headers["location"] == TARGET
    assert visit(product, alias).headers["location"] == TARGET
    assert visit(product, home).headers["location"] == TARGET
    assert visit(product, ended).status_code == 410
    assert eventually(lambda: clicks(product, home) == 3)


def test_a_page_link_shows_where_it_leads_and_counts(product: LocalEdge) -> None:
    code = claim(product, mode="page", title='"><script>alert(1)</script>')
    answer = visit(product, code)
    assert answer.status_code == 200
    assert f'href="{TARGET}"' in answer.text
    assert "<script>alert" not in answer.text
    assert eventually(lambda: clicks(product, code) == 1)


def test_the_info_page_tells_where_a_link_leads_without_following_it(product: LocalEdge) -> None:
    code = claim(product, title="A cat")
    answer = visit(product, code, tail="+")
    assert answer.status_code == 200
    assert TARGET in answer.text
    assert "A cat" in answer.text
    protected = claim(product, password="pbkdf2-sha256$1$AA==$AA==")
    assert TARGET not in visit(product, protected, tail="+").text
    time.sleep(1.5)
    assert clicks(product, code) == 0


def test_qr_codes_come_as_svg_and_png(product: LocalEdge) -> None:
    code = claim(product)
    svg = visit(product, code, tail="/qr.svg")
    assert svg.headers["content-type"] == "image/svg+xml"
    assert svg.text.lstrip().startswith("<")
    png = visit(product, code, tail="/qr.png?size=300&dark=%23102030")
    assert png.headers["content-type"] == "image/png"
    assert png.content.startswith(b"\x89PNG")
    assert int.from_bytes(png.content[16:20]) == 300
    assert (
        zlib.decompress(b"".join(re.findall(rb"IDAT(.*?)....IEND", png.content, re.S))[:-4] or b"", 15)
        is not None
    )
    assert visit(product, code, "HEAD", tail="/qr.png").content == b""
    for wrong in ("size=99999", "size=x", "level=Z", "dark=red", "margin=-1"):
        assert visit(product, code, tail=f"/qr.svg?{wrong}").status_code == 400
    assert visit(product, new_code(), tail="/qr.svg").status_code == 404


def test_other_methods_are_refused(product: LocalEdge) -> None:
    code = claim(product)
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = product.request(EDGE, method, f"/s/{code}")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert product.request(EDGE, "POST", f"/s/{code}", headers=BROWSER).status_code == 405


class TestUnfurlBots:
    @pytest.mark.parametrize(
        "agent",
        [
            DISCORD["user-agent"],
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "Twitterbot/1.0",
            "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
            "TelegramBot (like TwitterBot)",
            "WhatsApp/2.23.20.0",
            "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
        ],
    )
    def test_they_get_the_tags_of_the_link(self, product: LocalEdge, agent: str) -> None:
        code = claim(product, title='Cats & "dogs"', description="All of <them>")
        visit(product, code)
        answer = visit(product, code, user_agent=agent)
        assert answer.status_code == 200
        assert '<meta property="og:title" content="Cats &amp; &quot;dogs&quot;">' in answer.text
        assert "All of &lt;them&gt;" in answer.text
        assert f'/s/{code}">' in answer.text

    @pytest.mark.parametrize("guard", [{"password": "pbkdf2-sha256$1$AA==$AA=="}, {"max_clicks": 5}])
    def test_they_learn_nothing_of_a_guarded_link(self, product: LocalEdge, guard: dict[str, Any]) -> None:
        code = claim(product, title="Secret cat", description="Nobody knows", **guard)
        answer = visit(product, code, **DISCORD)
        assert answer.status_code == 200
        for secret in ("Secret", "Nobody knows", "example.com"):
            assert secret not in answer.text


class TestLimitedLinks:
    def test_exactly_as_many_visits_get_through_as_the_limit_says(self, product: LocalEdge) -> None:
        code = claim(product, max_clicks=3)
        answers = [visit(product, code) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [302, 302, 302, 410, 410, 410]
        assert clicks(product, code) == 3

    def test_looking_takes_no_click_and_gives_nothing_away(self, product: LocalEdge) -> None:
        code = claim(product, max_clicks=1)
        head = visit(product, code, "HEAD")
        assert (head.status_code, "location" in head.headers) == (200, False)
        assert clicks(product, code) == 0
        assert visit(product, code).status_code == 302

    def test_a_raised_limit_works_again(self, product: LocalEdge) -> None:
        code = claim(product, max_clicks=1)
        assert [visit(product, code).status_code for _ in range(2)] == [302, 410]
        product.object("ShortLink", code, "change", code, {"max_clicks": 2}, None)
        assert eventually(lambda: visit(product, code).status_code == 302)
        assert clicks(product, code) == 2


def test_what_kv_holds_is_the_record(product: LocalEdge) -> None:
    code = claim(product, title="Kept", tags=["a"])
    found = eventually(lambda: product.kv("METADATA", "get", f"link:{code}"))
    assert json.loads(found)["title"] == "Kept"


def test_a_changed_link_is_projected_again_and_a_late_write_cannot_undo_it(product: LocalEdge) -> None:
    code = claim(product)
    for number in range(5):
        product.object("ShortLink", code, "change", code, {"target": f"https://example.com/{number}"}, None)

    def newest() -> bool:
        found = json.loads(product.kv("METADATA", "get", f"link:{code}") or "{}")
        return bool(found.get("version") == 6 and found["target"] == "https://example.com/4")

    assert eventually(newest)
    entries = product.object("Library", "operator", "page", {"limit": 10})
    assert code in entries["codes"]

"""Media at the edge: what is sent with the bytes, and whose bytes are never sent."""

from __future__ import annotations

import hashlib
import itertools
import re
import time
from datetime import datetime
from urllib.parse import unquote, urlsplit

import httpx
import pytest

from assets.types import MEDIA_TYPES
from sharelinks.assets import asset_id_from_hash
from tests.corpus.uploads.good import GOOD
from tests.edge.assets import add_variant, decide, file, in_kv, new_bytes, publish, reference
from tests.edge.links import API, EDGE, OPERATOR, address
from tests.edge.media import REFUSALS, ask, date, signed
from tests.harness.local_edge import WAIT_SECONDS, LocalEdge, eventually

POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
OF_EACH_REFUSAL = re.compile("content-length|retry-after|ratelimit-.*")
PROBLEM_HEADERS = {
    "content-type": "application/problem+json",
    "cache-control": "private, no-store",
    "access-control-allow-origin": "*",
    "x-content-type-options": "nosniff",
}


WITHHELD = ("asset_rejected", "asset_taken_down")


def problem(answer: httpx.Response, *, sent_body: bool = True) -> tuple[int, str | None]:
    """Return status and code of a refusal, having checked that no cache keeps it and what else is in it."""
    told = {name: value for name, value in answer.headers.items() if not OF_EACH_REFUSAL.fullmatch(name)}
    assert told == PROBLEM_HEADERS
    if not sent_body:
        assert answer.content == b""
        return answer.status_code, None
    document = answer.json()
    assert document["status"] == answer.status_code
    stated = {"reason", "automated", "decided_at"} if document["code"] in WITHHELD else set()
    assert document.keys() == {"type", "title", "status", "code", "detail", *stated}
    return answer.status_code, document["code"]


class TestHeaders:
    def test_an_original_is_sent_with_these_headers_and_no_others(self, product: LocalEdge) -> None:
        content = new_bytes(20_000)
        asset_id = publish(product, content)
        headers = {
            "content-type": "image/gif",
            "content-length": "20000",
            "accept-ranges": "bytes",
            "etag": f'"{hashlib.sha256(content).hexdigest()}"',
            "last-modified": date(1_700_000_000),
            "cache-control": "public, max-age=31536000, immutable, s-maxage=60",
            "x-content-type-options": "nosniff",
            "content-security-policy": POLICY,
            "cross-origin-resource-policy": "cross-origin",
            "access-control-allow-origin": "*",
            "access-control-expose-headers": "Accept-Ranges, Content-Length, Content-Range, ETag",
            "timing-allow-origin": "*",
        }
        for path in (asset_id, f"{asset_id}.gif"):
            for _ in range(2):
                answer = ask(product, path)
                assert (answer.status_code, answer.content) == (200, content)
                assert dict(answer.headers) == headers
            head = ask(product, path, "HEAD")
            assert (head.status_code, head.content, dict(head.headers)) == (200, b"", headers)
        part = ask(product, asset_id, headers={"range": "bytes=1-2"})
        changed = {"content-length": "2", "content-range": "bytes 1-2/20000"}
        assert (part.status_code, dict(part.headers)) == (206, headers | changed)

    def test_a_small_asset_has_the_same_headers_from_the_isolate(self, product: LocalEdge) -> None:
        content = new_bytes(900)
        asset_id = publish(product, content)
        first, *later = [ask(product, asset_id) for _ in range(4)]
        assert first.content == content
        assert [(one.content, one.headers) for one in later] == [(content, first.headers)] * 3

    def test_304_and_refusals_of_a_request_keep_what_scripts_of_other_sites_need(
        self, product: LocalEdge
    ) -> None:
        asset_id = publish(product, new_bytes(900))
        for headers, status in (
            ({"if-none-match": "*"}, 304),
            ({"if-match": '"other"'}, 412),
            ({"range": "bytes=900-"}, 416),
        ):
            answer = ask(product, asset_id, headers=headers)
            assert answer.status_code == status
            if status == 304:
                assert answer.content == b""
            else:
                assert answer.headers["content-type"] == "application/problem+json"
                assert (answer.json()["status"], answer.json()["code"]) == (status, REFUSALS[status])
            assert answer.headers["access-control-allow-origin"] == "*"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert ("no-store" in answer.headers["cache-control"]) == (status != 304)

    def test_a_preflight_allows_ranges_and_conditions(self, product: LocalEdge) -> None:
        asset_id = publish(product, new_bytes())
        sent = {
            "origin": "https://other.example",
            "access-control-request-method": "GET",
            "access-control-request-headers": "range",
        }
        answer = ask(product, f"{asset_id}.mp4", "OPTIONS", sent)
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["access-control-allow-methods"] == "GET, HEAD"
        allowed = answer.headers["access-control-allow-headers"].lower().split(", ")
        assert {"range", "if-range", "if-none-match", "if-match"} <= set(allowed)
        assert "access-control-allow-credentials" not in answer.headers

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
    def test_other_methods_are_refused(self, product: LocalEdge, method: str) -> None:
        asset_id = publish(product, new_bytes())
        answer = ask(product, asset_id, method)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
        assert (answer.json()["code"], answer.json()["status"]) == ("method_not_allowed", 405)
        framed = ask(product, f"{asset_id}/embed", method)
        assert (framed.status_code, framed.json()["code"]) == (405, "method_not_allowed")

    def test_what_a_client_claims_to_accept_changes_nothing(self, product: LocalEdge) -> None:
        content = new_bytes(3_000)
        asset_id = publish(product, content)
        for headers in ({"accept": "text/html"}, {"accept-encoding": "gzip, br"}, {"origin": "null"}):
            answer = ask(product, asset_id, headers=headers)
            assert (answer.status_code, answer.content) == (200, content)
            assert answer.headers["content-type"] == "image/gif"
            assert "content-encoding" not in answer.headers


class TestDownloads:
    @pytest.mark.parametrize(
        ("title", "name"),
        [
            ("A cat", "A cat.gif"),
            ("A cat.gif", "A cat.gif"),
            ('"; filename="evil.exe', "-; filename=-evil.exe.gif"),
            ("a\r\nSet-Cookie: x=1", "a Set-Cookie- x=1.gif"),
            ("../../etc/passwd", "-..-etc-passwd.gif"),
            ("C:\\Windows\\cat", "C--Windows-cat.gif"),
            ("fig\u202efig.exe", "figfig.exe.gif"),
            ("Chat émoi 猫 😺", "Chat émoi 猫 😺.gif"),
            ("nul", "_nul.gif"),
            ("100% ; 'quoted'", "100% ; 'quoted'.gif"),
            ("   ", "{asset_id}.gif"),
            ("\x00\x1f", "{asset_id}.gif"),
        ],
    )
    def test_a_download_is_saved_under_a_safe_name(self, product: LocalEdge, title: str, name: str) -> None:
        content = new_bytes()
        asset_id = publish(product, content, title=title)
        answer = ask(product, f"{asset_id}?download")
        assert (answer.status_code, answer.content) == (200, content)
        assert answer.headers["content-type"] == "image/gif"
        value = answer.headers["content-disposition"]
        assert re.fullmatch(
            r"""attachment; filename="[^"\\%/]*"(?:; filename\*=UTF-8''[\w.%!#$&+^`|~-]+)?""", value
        )
        assert value.isascii()
        plain, extended = re.search(r'filename="([^"]*)"', value), re.search(r"UTF-8''(.*)", value)
        assert plain
        assert (unquote(extended[1]) if extended else plain[1]) == name.format(asset_id=asset_id)
        assert "set-cookie" not in answer.headers

    def test_every_way_to_ask_for_one_has_the_name(self, product: LocalEdge) -> None:
        asset_id = publish(product, new_bytes(), title="A cat")
        assert "content-disposition" not in ask(product, asset_id).headers
        for query in ("download", "download=", "download=1", "x=1&download", "downloa%64"):
            answer = ask(product, f"{asset_id}?{query}")
            assert answer.headers["content-disposition"] == 'attachment; filename="A cat.gif"', query
        part = ask(product, f"{asset_id}?download", headers={"range": "bytes=0-1"})
        assert (part.status_code, "content-disposition" in part.headers) == (206, True)
        assert "content-disposition" in ask(product, f"{asset_id}?download", "HEAD").headers
        assert "content-disposition" not in ask(product, f"{asset_id}?downloads").headers

    def test_what_an_account_keeps_private_names_no_file(self, product: LocalEdge) -> None:
        asset_id = publish(product, new_bytes(), title="My secret", visibility="private")
        answer = ask(product, signed(asset_id, is_download=True))
        assert answer.headers["content-disposition"] == f'attachment; filename="{asset_id}.gif"'


class TestStates:
    @pytest.mark.parametrize(
        ("states", "refusal"),
        [
            ([], (404, "asset_in_review")),
            (["flagged"], (404, "asset_in_review")),
            (["rejected"], (451, "asset_rejected")),
            (["taken_down"], (410, "asset_taken_down")),
            (["approved", "flagged"], (404, "asset_in_review")),
            (["approved", "taken_down"], (410, "asset_taken_down")),
        ],
    )
    @pytest.mark.parametrize("visibility", ["public", "private"])
    def test_what_is_not_approved_is_not_delivered_in_any_way(
        self, product: LocalEdge, states: list[str], refusal: tuple[int, str], visibility: str
    ) -> None:
        content = new_bytes()
        asset_id = str(file(product, content, held_by=reference(visibility=visibility))["record"]["asset_id"])
        for state in states:
            assert decide(product, asset_id, state)["outcome"] == "changed"
        ways = [signed(asset_id), signed(asset_id, extension="gif"), signed(asset_id, is_download=True)]
        if visibility == "public":
            in_kv(product, asset_id)
            ways += [asset_id, f"{asset_id}.gif", f"{asset_id}.mp4", f"{asset_id}?download"]
        for way in ways:
            for headers in ({}, {"range": "bytes=0-9"}, {"if-none-match": "*"}):
                assert problem(ask(product, way, headers=headers)) == refusal
            assert problem(ask(product, way, "HEAD"), sent_body=False) == (refusal[0], None)
        if visibility == "private":
            assert problem(ask(product, asset_id)) == (404, "unknown_asset")

    def test_publication_counts_at_once(self, product: LocalEdge) -> None:
        content = new_bytes()
        asset_id = str(file(product, content)["record"]["asset_id"])
        assert problem(ask(product, asset_id)) == (404, "asset_in_review")
        decide(product, asset_id, "approved")
        assert ask(product, asset_id).content == content

    def test_what_nobody_holds_any_more_is_unknown(self, product: LocalEdge) -> None:
        asset_id = publish(product, new_bytes())
        product.object("Asset", asset_id, "release", asset_id, "operator", 1_700_000_000, 10**10)
        in_kv(product, asset_id)
        assert problem(ask(product, asset_id)) == (404, "unknown_asset")
        assert problem(ask(product, signed(asset_id))) == (404, "unknown_asset")
        product.object("Asset", asset_id, "restore", asset_id, "operator")
        eventually(lambda: ask(product, asset_id).status_code == 200)

    def test_the_statement_of_a_decision_is_told_to_whoever_may_know_of_the_asset(
        self, product: LocalEdge
    ) -> None:
        reasons = {
            "a court said so": ("a court said so", False),
            "unsafe_picture: sexual (0.98)": ("Its pictures contain sexual content.", True),
        }
        for reason, told in reasons.items():
            asset_id = str(file(product, new_bytes())["record"]["asset_id"])
            decide(product, asset_id, "rejected", reason)
            refused = ask(product, asset_id).json()
            assert (refused["reason"], refused["automated"]) == told
            decided_at = datetime.fromisoformat(refused["decided_at"]).timestamp()
            assert abs(decided_at - time.time()) < WAIT_SECONDS


class TestPrivate:
    def test_a_private_asset_looks_like_none(self, product: LocalEdge) -> None:
        private = publish(product, new_bytes(), visibility="private")
        nobodys = asset_id_from_hash(hashlib.sha256(new_bytes()).hexdigest())
        for tail in ("", ".gif", ".mp4", "?download"):
            for method in ("GET", "HEAD"):
                ours, theirs = (ask(product, f"{one}{tail}", method) for one in (private, nobodys))
                assert (ours.status_code, ours.content) == (404, theirs.content)
                assert ours.headers == theirs.headers

    @pytest.mark.parametrize("headers", [{}, {"range": "bytes=5-"}, {"if-none-match": "*"}])
    def test_a_signed_url_grants_it_to_no_shared_cache(
        self, product: LocalEdge, headers: dict[str, str]
    ) -> None:
        content = new_bytes()
        asset_id = publish(product, content, visibility="private")
        answer = ask(product, signed(asset_id), headers=headers)
        assert answer.status_code in {200, 206, 304}
        assert answer.content in (content, content[5:], b"")
        assert answer.headers["cache-control"] == "private, no-cache"
        assert "access-control-allow-origin" not in answer.headers
        assert "timing-allow-origin" not in answer.headers
        assert problem(ask(product, asset_id)) == (404, "unknown_asset")

    def test_a_refused_url_is_told_why_and_not_kept(self, product: LocalEdge) -> None:
        asset_id = publish(product, new_bytes(), visibility="private")
        answer = ask(product, signed(asset_id)[:-2])
        assert answer.status_code == 403
        assert answer.headers["cache-control"] == "private, no-store"
        assert (answer.json()["code"], answer.json()["reason"]) == ("signed_url_refused", "bad_signature")

    def test_a_takedown_and_a_release_count_at_once(self, product: LocalEdge) -> None:
        for end in ("takedown", "release"):
            asset_id = publish(product, new_bytes(), visibility="private")
            url = signed(asset_id)
            assert ask(product, url).status_code == 200
            if end == "takedown":
                decide(product, asset_id, "taken_down")
                assert problem(ask(product, url)) == (410, "asset_taken_down")
            else:
                product.object("Asset", asset_id, "release", asset_id, "operator", 1.0, 10**10)
                assert problem(ask(product, url)) == (404, "unknown_asset")

    def test_a_signed_url_of_what_everybody_may_see_works_like_any_other(self, product: LocalEdge) -> None:
        content = new_bytes()
        asset_id = publish(product, content)
        assert ask(product, asset_id).content == content
        answer = ask(product, signed(asset_id))
        assert (answer.content, answer.headers["cache-control"]) == (content, "private, no-cache")
        assert ask(product, asset_id).headers["cache-control"].startswith("public")


class TestFormats:
    def test_a_format_nobody_made_is_told_apart_from_an_asset_nobody_has(self, product: LocalEdge) -> None:
        asset_id = publish(product, new_bytes())
        for extension in MEDIA_TYPES.keys() - {"gif"}:
            assert problem(ask(product, f"{asset_id}.{extension}")) == (404, "variant_unavailable")

    def test_a_format_is_delivered_once_it_was_made(self, product: LocalEdge) -> None:
        content, film = new_bytes(), new_bytes(30_000)
        asset_id = publish(product, content)
        add_variant(product, asset_id, "mp4", film)
        answer = eventually(lambda: _ok(ask(product, f"{asset_id}.mp4")))
        assert (answer.content, answer.headers["content-type"]) == (film, "video/mp4")
        assert answer.headers["etag"] == f'"{hashlib.sha256(film).hexdigest()[:32]}"'
        # It may be made again, better: nobody keeps it for ever.
        assert answer.headers["cache-control"] == "public, max-age=86400, s-maxage=60"
        part = ask(
            product, f"{asset_id}.mp4", headers={"range": "bytes=-9", "if-range": answer.headers["etag"]}
        )
        assert (part.status_code, part.content) == (206, film[-9:])
        named = ask(product, f"{asset_id}.mp4?download").headers["content-disposition"]
        assert named.endswith('.mp4"')
        assert ask(product, asset_id).content == content

    def test_one_signed_url_may_grant_every_format(self, product: LocalEdge) -> None:
        asset_id, film = publish(product, new_bytes(), visibility="private"), new_bytes(2_000)
        add_variant(product, asset_id, "mp4", film)
        query = signed(asset_id, every_format=True).partition("?")[2]
        assert ask(product, f"{asset_id}.mp4?{query}").content == film
        only = signed(asset_id).partition("?")[2]
        assert ask(product, f"{asset_id}.mp4?{only}").status_code == 403


def _ok(answer: httpx.Response) -> httpx.Response | None:
    return answer if answer.status_code == 200 else None


@pytest.mark.parametrize("extension", MEDIA_TYPES)
def test_what_is_delivered_is_what_was_uploaded_to_the_byte(product: LocalEdge, extension: str) -> None:
    """The promise to creators: nothing is compressed again, stripped or stamped."""
    samples = [content for content, found in GOOD.values() if found.extension == extension]
    for content in samples:
        sent = product.request(
            API, "POST", "/api/v1/assets?visibility=public", content=content, headers=OPERATOR
        )
        assert sent.status_code == 201
        asset = sent.json()
        sha256 = hashlib.sha256(content).hexdigest()
        assert asset["sha256"] == sha256
        decision = f"/api/v1/assets/{asset['asset_id']}/decision"
        try:
            assert _decided(product, decision, "approved") == 200
            for path in (urlsplit(asset["url"]).path.removeprefix("/a/"), f"{asset['asset_id']}.{extension}"):
                answer = ask(product, path)
                assert answer.status_code == 200
                assert hashlib.sha256(answer.content).hexdigest() == sha256
                assert answer.headers["content-type"] == MEDIA_TYPES[extension]
                assert answer.headers["content-length"] == str(len(content))
        finally:
            # Other tests have the same files: this isolate must not remember them as published.
            _decided(product, decision, "taken_down")


def _decided(product: LocalEdge, path: str, state: str) -> int:
    return product.request(
        API, "POST", path, json={"state": state, "reason": "the test is over"}, headers=OPERATOR
    ).status_code


@pytest.mark.parametrize("extension", MEDIA_TYPES)
def test_delivered_bytes_are_the_stored_bytes_of_every_type(product: LocalEdge, extension: str) -> None:
    samples = [content for content, found in GOOD.values() if found.extension == extension]
    assert samples
    for sample in samples:
        content = sample + new_bytes(64)  # what follows makes it this test's own
        asset_id = publish(product, content, extension)
        for _ in range(2):
            answer = ask(product, asset_id)
            assert answer.headers["content-type"] == MEDIA_TYPES[extension]
            assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
            assert answer.content == content
        middle = len(content) // 2
        halves = [
            ask(product, asset_id, headers={"range": f"bytes={part}"})
            for part in (f"0-{middle}", f"{middle + 1}-")
        ]
        assert b"".join(half.content for half in halves) == content


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "a/b",
        "..",
        "%2e%2e",
        "a.exe",
        "a.gif.mp4",
        "a.GIF",
        "a%00",
        "a" * 129,
        "%F0%9F%90%B1",
        "a b",
        ".gif",
    ],
)
def test_what_cannot_be_an_asset_is_unknown(product: LocalEdge, path: str) -> None:
    answer = product.request(EDGE, "GET", f"/a/{path}", headers=address())
    assert answer.status_code == 404
    if answer.headers["content-type"] != "text/plain; charset=utf-8":  # `..` leaves `/a/`
        assert problem(answer) == (404, "unknown_asset")


def test_who_asks_for_too_many_assets_that_are_not_there_has_to_wait(product: LocalEdge) -> None:
    there = publish(product, new_bytes())
    in_kv(product, there)
    scanner = address()

    def scan(path: str) -> httpx.Response:
        return product.request(EDGE, "GET", f"/a/{path}", headers=scanner)

    def refused(end: str) -> httpx.Response:
        # Room comes back while a slow machine asks.
        names = (f"nobody{number}{end}" for number in itertools.count())
        return next(answer for name in names if (answer := scan(name)).status_code == 429)

    assert problem(refused("")) == (429, "rate_limited")
    assert int(refused("").headers["retry-after"]) > 0
    assert scan(there).status_code == 200
    assert ask(product, "nobody1").status_code == 404
    framed = refused("/embed")
    assert "Too many requests" in framed.text
    assert int(framed.headers["retry-after"]) > 0
    assert scan(f"{there}/embed").status_code == 200

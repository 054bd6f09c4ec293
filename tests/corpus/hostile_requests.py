"""Requests that nobody means well with, and the statuses that are right for each.

A request is what goes over the wire: a target as raw bytes, headers, a body. Status 0 is a connection closed
without an answer, which the server in front does with what is no HTTP.
"""

from __future__ import annotations

import json
from typing import NamedTuple


class Hostile(NamedTuple):
    """One request to a Worker ("edge" or "api")."""

    name: str
    worker: str
    method: str
    target: bytes
    statuses: frozenset[int]
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes | None = None


REFUSED = frozenset({0, 400, 404, 405, 413, 414, 431})
NO_LINK = frozenset({404})
INVALID = frozenset({422})
JSON = (b"content-type", b"application/json")
LINKS = b"/api/v1/links"


def _paths() -> list[Hostile]:
    tails = [
        *(
            b"%00",
            b"abc%00",
            b"%2e%2e",
            b"%2e%2e%2fetc",
            b"..",
            b"../..",
            b"..%2f..%2fetc%2fpasswd",
            b"....//",
        ),
        *(b"%252e%252e", b"%c0%af", b"%c0%ae%c0%ae", b"%ff", b"%fe%ff", b"%ed%a0%80", b"%f8%88%80%80%80"),
        *(b"%e2%80%ae", b"%ef%bb%bf", b"%0d%0aset-cookie:x=1", b"%0aX: y", b"abc%20def", b"abc%09", b"%7f"),
        *(b"a", b"ab", b"a" * 65, b"a" * 1_000, b"a" * 7_000, b"abc;x=1", b"abc:80", b"abc@evil.example"),
        *(
            b"abc|x",
            b"abc\\def",
            b"%5c%5cevil.example",
            b"//evil.example",
            b"/evil.example",
            b"https://evil.example",
        ),
        *(
            b"javascript:alert(1)",
            b"data:text/html,x",
            b"<script>",
            b"%3Cscript%3E",
            b"'or'1'='1",
            b"${7*7}",
            b"{{7*7}}",
        ),
        *(
            b"admin",
            b"API",
            b"login",
            b"null",
            b"undefined",
            b"healthz",
            b"__proto__/",
            b"abc~1",
            b"abc~",
            b"abc.def",
        ),
        *(
            b"abc*",
            b"%",
            b"%zz",
            b"%2",
            b"caf\xc3\xa9",
            b"\xff\xfe",
            b"abc++",
            b"+",
            b"+abc",
            b"qr.svg",
            b"/qr.svg",
        ),
        *(
            b"a-/../b",
            b"link:abc",
            b"asset:abc",
            b"abc%2Bdef",
            b"%2B",
            b"abc%23x",
            b"abc,def",
            b"abc!",
            b"(abc)",
            b"[abc]",
        ),
    ]
    return [Hostile(f"path {tail[:40]!r}", "edge", "GET", b"/s/" + tail, REFUSED) for tail in tails] + [
        Hostile(f"asset {tail[:40]!r}", "edge", "GET", b"/a/" + tail, REFUSED) for tail in tails[:36]
    ]


def _views() -> list[Hostile]:
    """Of the link `{code}`, which exists."""
    queries = [
        b"size=0",
        b"size=99999999999999999999",
        b"size=-1",
        b"size=1e3",
        b"size=%00",
        b"margin=x",
        b"level=%3C",
    ]
    queries += [
        b"dark=red",
        b"dark=%23gggggg",
        b"light=javascript:x",
        b"size=1&size=2" * 400,
        b"level=&level=&size=",
    ]
    tails = [
        b"/../x",
        b"/%2e%2e/x",
        b"/x",
        b"//evil.example",
        b"/https://evil.example",
        b"+/x",
        b"/qr.gif",
        b"/qr.svg/x",
    ]
    return [
        *(
            Hostile(f"qr {one[:30]!r}", "edge", "GET", b"/s/{code}/qr.svg?" + one, frozenset({400}))
            for one in queries
        ),
        *(Hostile(f"tail {one!r}", "edge", "GET", b"/s/{code}" + one, REFUSED) for one in tails),
    ]


def _methods() -> list[Hostile]:
    edge = [b"PUT", b"DELETE", b"PATCH", b"TRACE", b"PROPFIND", b"get", b"G\x00T", b"X" * 300]
    api = [b"TRACE", b"PROPFIND", b"PUT", b"get"]
    statuses = frozenset({0, 400, 404, 405, 501})
    return [
        *(
            Hostile(f"method {one[:20]!r}", "edge", one.decode("latin-1"), b"/s/{code}", statuses)
            for one in edge
        ),
        *(Hostile(f"api method {one!r}", "api", one.decode("latin-1"), LINKS, statuses) for one in api),
    ]


def _headers() -> list[Hostile]:
    ok = frozenset({302})
    plain: list[tuple[bytes, bytes]] = [
        (b"x-forwarded-host", b"evil.example"),
        (b"x-forwarded-proto", b"javascript"),
        (b"x-original-url", b"/api/v1/links"),
        (b"x-rewrite-url", b"/a/x"),
        (b"forwarded", b"host=evil.example;proto=http"),
        (b"referer", b"javascript:alert(1)"),
        (b"referer", b"http://" + b"a" * 4_000),
        (b"user-agent", b"<script>alert(1)</script>"),
        (b"user-agent", b"\xff\xfe\xfd"),
        (b"user-agent", b"A" * 4_000),
        (b"accept-language", b"de;q=x, *;q=9, " + b"a," * 800),
        (b"cf-ipcountry", b"<b>"),
        (b"cf-connecting-ip", b"not an address"),
        (b"cf-connecting-ip", b"1" * 2_000),
        (b"cookie", b"a=" + b"b" * 4_000),
        (b"range", b"bytes=0-0"),
        (b"if-none-match", b"*"),
        (b"content-length", b"0"),
        (b"host", b"evil.example"),
    ]
    broken: list[tuple[bytes, bytes]] = [
        (b"content-length", b"9" * 30),
        (b"x y", b"z"),
        (b"x\x00y", b"z"),
        (b"x", b"a\x00b"),
        (b"x", b"y" * 300_000),
    ]
    return [
        *(Hostile(f"header {k!r} {v[:20]!r}", "edge", "GET", b"/s/{code}", ok, ((k, v),)) for k, v in plain),
        *(
            Hostile(f"broken {k!r} {v[:20]!r}", "edge", "GET", b"/s/{code}", REFUSED | {302, 501}, ((k, v),))
            for k, v in broken
        ),
    ]


def _bodies() -> list[Hostile]:
    malformed = [
        *(
            b"",
            b"{",
            b"}",
            b"[1",
            b'{"target"',
            b"nul",
            b"NaN",
            b"'x'",
            b"\x00",
            b"\xff\xfe{\x00}\x00",
            b"\xef\xbb\xbf{}x",
        ),
        *(
            b'{"target": NaN}',
            b'{"target": Infinity}',
            b'{"target": 1e999}',
            b'{"a": 1, "a": 2}',
            b'{"target": "\\ud800"}',
        ),
        *(
            b'{"target": "\xff"}',
            b'{"target": "a\x00b"}',
            b'{"target": "\\u0000"}',
            b"[" * 5_000,
            b'{"a":' * 500,
        ),
        *(b"[" * 40 + b"]" * 40, b'{"title": "\t"}', b'{"a": 01}', b'{"a": 1,}', b"// comment\n{}", b"{}{}"),
    ]
    wrong: list[object] = [
        *(
            [],
            "x",
            5,
            None,
            True,
            {},
            {"target": None},
            {"target": 5},
            {"target": []},
            {"target": {}},
            {"target": ""},
        ),
        *(
            {"target": one}
            for one in ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://example.com")
        ),
        *(
            {"target": one}
            for one in ("//", "https://", "https://a b.example/", "https://user:pw@example.com/")
        ),
        *(
            {"target": f"http://{host}/"}
            for host in ("127.0.0.1", "0x7f.1", "2130706433", "0177.0.0.1", "[::1]", "localhost")
        ),
        *(
            {"target": f"http://{host}/"}
            for host in ("10.0.0.1", "169.254.169.254", "[::ffff:10.0.0.1]", "a.internal", "192.168.1")
        ),
        *(
            {"target": one}
            for one in (
                "http://127.0.0.1:8787/s/abc",
                "asset:",
                "asset:../x",
                "asset:a/b",
                "https://x.example:99999",
            )
        ),
        {"target": "https://example.com/" + "a" * 3_000},
        *(
            {"target": "https://example.com", **more}
            for more in (
                {"code": "a"},
                {"code": "a/b"},
                {"code": "api"},
                {"code": "a" * 65},
                {"code": "ü-ü-ü"},
                {"code": 5},
                {"code": "../x"},
                {"title": 5},
                {"title": "x" * 301},
                {"title": "a\nb"},
                {"tags": "x"},
                {"tags": [5]},
                {"tags": ["a"] * 0 + ["x" * 65]},
                {"status": 200},
                {"status": 304},
                {"status": "302"},
                {"status": 1e30},
                {"max_clicks": 0},
                {"max_clicks": -1},
                {"max_clicks": 1.5},
                {"max_clicks": 10**18},
                {"max_clicks": True},
                {"expires_at": "yesterday"},
                {"expires_at": 1},
                {"expires_at": 1e300},
                {"starts_at": {}},
                {"password": ""},
                {"password": "x" * 129},
                {"password": 5},
                {"mode": "frame"},
                {"utm": {"evil": "x"}},
                {"utm": []},
                {"rules": {}},
                {"rules": [{}]},
                {"rules": [{"target": "javascript:x"}]},
                {"rules": [{"target": "https://example.com", "country": ["Germany"]}]},
                {"split": [{"target": "x", "weight": 1}]},
                {"split": [{"target": "https://example.com", "weight": 0}]},
                {"metadata": []},
                {"metadata": {"a": "x" * 9_000}},
                {"forward_query": "yes"},
                {"__proto__": {}},
                {"colour": "red"},
                {"version": 1},
                {"account_id": "other"},
                {"clicks": 5},
            )
        ),
    ]
    return [
        *(
            Hostile(f"json {one[:30]!r}", "api", "POST", LINKS, frozenset({400, 422}), (JSON,), one)
            for one in malformed
        ),
        *(
            Hostile(
                f"fields {json.dumps(one)[:50]}",
                "api",
                "POST",
                LINKS,
                INVALID,
                (JSON,),
                json.dumps(one).encode(),
            )
            for one in wrong
        ),
        Hostile(
            "a huge body",
            "api",
            "POST",
            LINKS,
            frozenset({413}),
            (JSON,),
            b'{"title": "' + b"x" * 1_100_000 + b'"}',
        ),
        Hostile("a form", "api", "POST", LINKS, frozenset({415}), ((b"content-type", b"text/plain"),), b"{}"),
        Hostile("no type", "api", "POST", LINKS, frozenset({415}), (), b"{}"),
        Hostile(
            "a charset",
            "api",
            "POST",
            LINKS,
            frozenset({415}),
            ((JSON[0], JSON[1] + b"; charset=utf-16"),),
            b"{}",
        ),
        Hostile(
            "gzip",
            "api",
            "POST",
            LINKS,
            frozenset({415}),
            (JSON, (b"content-encoding", b"gzip")),
            b"\x1f\x8b",
        ),
    ]


def _routes() -> list[Hostile]:
    targets = {
        b"/api/v1/links/a": 404,
        b"/api/v1/links/%00": 404,
        b"/api/v1/links/..%2f..%2fx": 404,
        b"/api/v1/links/" + b"a" * 5_000: 404,
        b"/api/v1/links?cursor=x": 422,
        b"/api/v1/links?cursor=" + b"A" * 5_000: 422,
        b"/api/v1/links?limit=0": 422,
        b"/api/v1/links?limit=x": 422,
        b"/api/v1/links?limit=999999999999999999999": 422,
        b"/api/v1/links?state=x%00": 422,
        b"/api/v1/links/export?format=exe": 422,
        b"/api/v2/links": 404,
        b"/api/v1/": 404,
        b"/api/v1/../../etc/passwd": 404,
        b"//api/v1/links": 404,
    }
    return [
        Hostile(f"route {target[:50]!r}", "api", "GET", target, frozenset({status, 400, 404}))
        for target, status in targets.items()
    ]


def _tokens() -> list[Hostile]:
    values = [
        b"",
        b"Bearer",
        b"Bearer ",
        b"Basic YTpi",
        b"Bearer " + b"x" * 4_000,
        b"Bearer \xff\xfe",
        b"bearer  a b",
        b"\x01",
    ]
    return [
        Hostile(
            f"token {one[:20]!r}", "api", "GET", LINKS, frozenset({0, 400, 401}), ((b"authorization", one),)
        )
        for one in values
    ]


HOSTILE = [*_paths(), *_views(), *_methods(), *_headers(), *_bodies(), *_routes(), *_tokens()]

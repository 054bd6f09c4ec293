from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from redirecting.forwarding import MAX_LOCATION_BYTES, forward, is_web
from sharelinks.urls import parse_url

UTM = {"utm_source": "news letter", "utm_medium": "e-mail"}


@pytest.mark.parametrize(
    ("target", "tail", "expected"),
    [
        ("https://example.com", "/a", "https://example.com/a"),
        ("https://example.com/", "/a", "https://example.com/a"),
        ("https://example.com/docs", "/a/b", "https://example.com/docs/a/b"),
        ("https://example.com/docs/", "/a/", "https://example.com/docs/a/"),
        ("https://example.com/docs", "/", "https://example.com/docs/"),
        ("https://example.com/docs", "", "https://example.com/docs"),
        ("https://example.com/docs?x=1#top", "/a", "https://example.com/docs/a?x=1#top"),
        ("https://example.com?x=/#top?", "/a", "https://example.com/a?x=/#top?"),
        ("https://example.com#top", "/a", "https://example.com/a#top"),
        (
            "https://example.com:8443/docs",
            "/a%20b/%E2%82%AC",
            "https://example.com:8443/docs/a%20b/%E2%82%AC",
        ),
        (
            "https://example.com/docs",
            "/group%2Fproject/-/..a/b../.c",
            "https://example.com/docs/group%2Fproject/-/..a/b../.c",
        ),
        ("https://example.com/docs", "/@evil.example:80", "https://example.com/docs/@evil.example:80"),
    ],
)
def test_a_path_tail_goes_behind_the_targets_path(target, tail, expected):
    assert forward(target, {}, tail) == expected


@pytest.mark.parametrize(
    "tail",
    [
        "a",
        ".example.net",
        ":80",
        "@evil.example",
        "//evil.example",
        "/a//b",
        "/..",
        "/../admin",
        "/a/../../admin",
        "/.",
        "/a/./b",
        "/%2e%2e/admin",
        "/%2E./admin",
        "/.%2e/admin",
        "/%252e%252e/admin",
        "/..%2fadmin",
        "/a%2F..%2F..%2Fadmin",
        "/..%5cadmin",
        "/..;/admin",
        "/..;jsessionid=1/admin",
        "/\\evil.example",
        "/a\\..\\b",
        "/a%5Cb",
        "/a%255cb",
        "/a?x=1",
        "/a#top",
        "/a b",
        "/a\r\nset-cookie:x=1",
        "/a\x00",
        "/a\tb",
        "/a\x7f",
        "/a\u20ac",
        "/a\u2028",
        "/a\ud800",
    ],
)
def test_a_tail_that_could_leave_the_targets_path_is_refused(tail):
    assert forward("https://example.com/docs", {}, tail) is None


@pytest.mark.parametrize("query", ["a=\r\nx:y", "a\x00", "a b", "a#b", "\u20ac=1", "a=\ud800"])
def test_a_query_that_no_url_can_hold_is_refused(query):
    assert forward("https://example.com/", {}, query=query) is None


@pytest.mark.parametrize(
    ("target", "query", "expected"),
    [
        ("https://example.com", "a=1", "https://example.com?a=1"),
        ("https://example.com/", "a=1&b", "https://example.com/?a=1&b"),
        ("https://example.com/?x=1", "a=1", "https://example.com/?x=1&a=1"),
        ("https://example.com/?x=1#top", "a=1", "https://example.com/?x=1&a=1#top"),
        ("https://example.com/?", "a=1", "https://example.com/?a=1"),
        ("https://example.com/?", "", "https://example.com/?"),
        ("https://example.com/?x=1", "x=2", "https://example.com/?x=1"),
        ("https://example.com/?x=1", "x=2&x=3&y=4", "https://example.com/?x=1&y=4"),
        ("https://example.com/?x", "x=2", "https://example.com/?x"),
        ("https://example.com/?x=1", "%78=2", "https://example.com/?x=1"),
        ("https://example.com/?%78=1", "x=2", "https://example.com/?%78=1"),
        ("https://example.com/?a+b=1", "a%20b=2", "https://example.com/?a+b=1"),
        ("https://example.com/?a%2Bb=1", "a%2bb=2", "https://example.com/?a%2Bb=1"),
        ("https://example.com/?caf\u00e9=1", "caf%C3%A9=2", "https://example.com/?caf\u00e9=1"),
        ("https://example.com/?%zz=1&%=1", "%zz=2&%=2&%z=3", "https://example.com/?%zz=1&%=1&%z=3"),
        ("https://example.com/?x=1", "X=2", "https://example.com/?x=1&X=2"),
        ("https://example.com/", "a=1&a=2", "https://example.com/?a=1&a=2"),
        ("https://example.com/", "&&a=1&", "https://example.com/?a=1"),
        ("https://example.com/?&x=1", "=2", "https://example.com/?&x=1&=2"),
        (
            "https://example.com/",
            "u=https://evil.example/?a",
            "https://example.com/?u=https://evil.example/?a",
        ),
        ("https://example.com/", "a=%0d%0aX:y", "https://example.com/?a=%0d%0aX:y"),
    ],
)
def test_a_query_is_merged_and_the_targets_own_parameters_win(target, query, expected):
    assert forward(target, {}, query=query) == expected


@pytest.mark.parametrize(
    ("target", "utm", "query", "expected"),
    [
        (
            "https://example.com/#top",
            UTM,
            "",
            "https://example.com/?utm_source=news%20letter&utm_medium=e-mail#top",
        ),
        (
            "https://example.com/?utm_source=own",
            UTM,
            "",
            "https://example.com/?utm_source=own&utm_medium=e-mail",
        ),
        (
            "https://example.com/?utm%5Fsource=",
            UTM,
            "",
            "https://example.com/?utm%5Fsource=&utm_medium=e-mail",
        ),
        (
            "https://example.com/",
            UTM,
            "utm_source=x&utm_term=y&ref=1",
            "https://example.com/?utm_source=news%20letter&utm_medium=e-mail&utm_term=y&ref=1",
        ),
        (
            "https://example.com/",
            {"utm_source": "a&b=c#d/\u20ac"},
            "",
            "https://example.com/?utm_source=a%26b%3Dc%23d%2F%E2%82%AC",
        ),
        ("https://example.com/", {"utm_source": ""}, "utm_source=x", "https://example.com/?utm_source=x"),
        ("https://example.com/", {"utm_source": "\ud800"}, "", "https://example.com/?utm_source=%3F"),
    ],
)
def test_utm_parameters_yield_to_the_targets_own_and_win_over_the_visitors(target, utm, query, expected):
    assert forward(target, utm, query=query) == expected


def test_a_result_over_eight_kibibytes_forwards_nothing():
    target = "https://example.com/docs"
    room = MAX_LOCATION_BYTES - len(f"{target}?a=")
    assert len(forward(target, {}, query=f"a={'x' * room}")) == MAX_LOCATION_BYTES
    assert forward(target, {}, query=f"a={'x' * (room + 1)}") == target
    assert forward(target, {}, "/" + "x" * 9_000) == target
    kept = f"{target}?utm_source=x"
    assert forward(target, {"utm_source": "x"}, "/a", "x" * 9_000) == kept
    assert forward(target, {"utm_source": "x" * 9_000}) == target
    assert forward(target, {"utm_source": "x" * 9_000}, query="a=1") == target


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("https://example.com", True),
        ("http://[2606:4700::1]:8080/x", True),
        ("https://", False),
        ("https:///evil.example", False),
        ("https://\\evil.example", False),
        ("https://?x", False),
        ("https://#x", False),
        ("asset:abc", False),
        ("javascript://example.com", False),
        ("//example.com", False),
        ("", False),
    ],
)
def test_only_an_http_url_with_a_host_can_be_added_to(target, expected):
    assert is_web(target) is expected


AUTHORITY = st.sampled_from(
    ["example.com", "example.com:8443", "user:word@example.com", "[2606:4700::1]:81", "xn--bcher-kva.de", "a"]
)
SAFE = "abcZ09-._~!$&'()*+,;=:@/?%25%2f%2e"
TARGETS = st.builds(
    "{}://{}{}{}{}".format,
    st.sampled_from(["http", "https"]),
    AUTHORITY,
    st.sampled_from(["", "/", "/docs", "/docs/", "/a%2Fb/c.d", "/@x", "/a//b//"]),
    st.sampled_from(["", "?", "?x=1", "?x=1&utm_source=y", "?//evil.example"]),
    st.sampled_from(["", "#", "#top", "#//evil.example/?x"]),
)
HOSTILE = st.lists(
    st.sampled_from(
        ["/", "//", "\\", ".", "..", "%2e", "%2f", "%5c", "%25", ";", "@", ":", "?", "#", "&", "="]
    )
    | st.sampled_from(["evil.example", "http:", "\r\n", "\t", "\x00", " ", "\u3002", "\uff0f", "a", "x"]),
    max_size=8,
).map("".join)
TAILS = HOSTILE | HOSTILE.map("/{}".format) | st.text(alphabet=SAFE).map("/{}".format) | st.text()
QUERIES = HOSTILE | st.text(alphabet=SAFE) | st.text()
UTMS = st.dictionaries(st.text(min_size=1, max_size=12), HOSTILE | st.text(max_size=12), max_size=3)


def origin(url):
    """The scheme, user, host and port; from the text, because urlsplit drops tabs and line breaks."""
    scheme, _, rest = url.partition("://")
    ends = [place for place in map(rest.find, "/?#\\") if place >= 0]
    return scheme, rest[: min(ends, default=len(rest))]


@given(TARGETS, UTMS, TAILS, QUERIES)
@example("https://example.com", {}, "/\\evil.example", "")
@example("https://example.com", {}, "@evil.example", "@evil.example")
@example("https://user@example.com?x", {"@evil.example/": "@"}, "/@evil.example", "//@evil.example")
def test_nothing_chooses_another_origin(target, utm, tail, query):
    location = forward(target, utm, tail, query)
    if location is None:
        return
    assert origin(location) == origin(target)
    before, after = urlsplit(target), urlsplit(location)
    for part in ("scheme", "username", "password", "hostname", "port", "fragment"):
        assert getattr(after, part) == getattr(before, part)
    assert location.isascii()
    assert location.isprintable()
    assert " " not in location
    assert len(location) <= MAX_LOCATION_BYTES


@given(TARGETS.filter(lambda target: "@e" not in target), TAILS, QUERIES)
def test_a_browser_stays_on_the_host_and_below_the_path_of_the_target(target, tail, query):
    location = forward(target, {}, tail, query)
    if location is None:
        return
    before, after = parse_url(target), parse_url(location)
    assert (after.scheme, after.host, after.port) == (before.scheme, before.host, before.port)
    assert after.path.startswith(before.path.removesuffix("/"))
    assert after.fragment == before.fragment


@given(TARGETS, UTMS, QUERIES)
def test_the_targets_own_parameters_keep_their_values(target, utm, query):
    location = forward(target, utm, query=query)
    if location is None:
        return
    own = parse_qsl(urlsplit(target).query, keep_blank_values=True)
    merged = parse_qsl(urlsplit(location).query, keep_blank_values=True)
    assert merged[: len(own)] == own
    assert not {name for name, _ in own} & {name for name, _ in merged[len(own) :]}

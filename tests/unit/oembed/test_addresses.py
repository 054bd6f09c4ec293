from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.paths import MediaPath
from oembed.addresses import discovery_url, read_address
from sharelinks.paths import LinkPath

BASE = "https://gifdist.io"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://gifdist.io/s/Ab12Cd34", LinkPath("Ab12Cd34")),
        ("http://GIFDIST.io:80/s/Ab12Cd34/?utm_source=x#top", LinkPath("Ab12Cd34", tail="/")),
        (" https://gifdist.io/s/Ab12Cd34 ", LinkPath("Ab12Cd34")),
        ("https://gifdist.io/a/abc", MediaPath("abc")),
        ("https://gifdist.io/a/abc.mp4?download", MediaPath("abc", "mp4")),
        ("https://gifdist.io:8443/s/Ab12Cd34", None),
        ("https://gifdist.io.evil.example/s/Ab12Cd34", None),
        ("https://gifdist.io@evil.example/s/Ab12Cd34", None),
        ("https://evil.example/https://gifdist.io/s/Ab12Cd34", None),
        ("https://gifdist.io/s/Ab12Cd34+", None),
        ("https://gifdist.io/s/Ab12Cd34/qr.svg", None),
        ("https://gifdist.io/s/Ab12Cd34/docs", None),
        ("https://gifdist.io/s/", None),
        ("https://gifdist.io/a/abc.exe", None),
        ("https://gifdist.io/a/abc?expires=1&kid=k1&signature=v1.x", None),
        ("https://gifdist.io/x/../s/Ab12Cd34", LinkPath("Ab12Cd34")),
        ("https://gifdist.io/", None),
        ("https://gifdist.io", None),
        ("javascript:alert(1)", None),
        ("//gifdist.io/s/Ab12Cd34", None),
        ("", None),
        ("https://gifdist.io/s/\ud800", None),
    ],
)
def test_only_a_url_of_ours_names_something(url, expected):
    assert read_address(url, BASE) == expected


def test_a_service_that_ignores_case_does_so_here():
    assert read_address(f"{BASE}/s/Ab12Cd34", BASE, ignores_case=True) == LinkPath("ab12cd34")


def test_a_port_is_part_of_an_address():
    local = "http://127.0.0.1:8787"
    assert read_address(f"{local}/s/Ab12Cd34", local) == LinkPath("Ab12Cd34")
    assert read_address("http://127.0.0.1/s/Ab12Cd34", local) is None


@given(st.text(max_size=60))
def test_no_text_is_too_odd_to_be_read(text):
    assert read_address(f"https://evil.example/{text}", BASE) is None
    read_address(text, BASE)
    read_address(f"{BASE}/s/{text}", BASE)


def test_what_a_page_names_is_read_back():
    page = f"{BASE}/s/Ab12Cd34"
    found = urlsplit(discovery_url(BASE, page))
    assert (found.netloc, found.path) == ("gifdist.io", "/oembed")
    assert parse_qs(found.query) == {"url": [page], "format": ["json"]}

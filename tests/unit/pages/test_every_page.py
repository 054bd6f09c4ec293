from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.document import page_headers, whole_seconds
from pages.markup import clean
from tests.unit.pages.reader import read
from tests.unit.pages.samples import every_page

SOURCE = Path(__file__).resolve().parents[3] / "src"
NAMES = list(every_page())
INDEXED = {"share", "share, picture", "unfurl", "unfurl, asset"}

HOSTILE = [
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "</style></title></bdi><h1>mine</h1>",
    "<!--",
    "]]><?php",
    "javascript:alert(1)",
    "https://good.example/\u202egpj.evil",
    "\u2066turned\u2069",
    "null\0byte\x1b[31m",
    "half \ud83d pair",
    "&lt;b&gt; &amp;amp; &#60;",
    "` onclick=alert(1) x=`",
    "line\r\nbreak: header",
    "a" * 5_000,
]
HOSTILE_TARGETS = [
    "javascript:alert(document.domain)",
    'https://example.com/"onmouseover="alert(1)',
    "https://example.com/</script><script>alert(1)</script>",
    "https://example.com/\u202egpj.exe",
    "https://example.com/\0",
    "data:text/html,<script>alert(1)</script>",
    "//evil.example/",
    "https://example.com/;url=javascript:alert(1)",
    "",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_a_whole_accessible_document(name):
    page = every_page()[name]
    root = read(page.text)
    assert page.text.startswith("<!DOCTYPE html>\n<html lang=")
    assert root.one("html").attributes == {"lang": "en"}
    head = root.one("head")
    assert head.children[0].attributes == {"charset": "utf-8"}
    metas = {
        node.attributes["name"]: node.attributes["content"]
        for node in head.all("meta")
        if "name" in node.attributes
    }
    assert metas["viewport"] == "width=device-width, initial-scale=1"
    assert (metas.get("robots") == "noindex") == (name not in INDEXED)
    assert root.one("title").text.endswith(" · GIF Distributor")
    assert root.one("main").one("h1").text
    ids = [node.attributes["id"] for node in root.every() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    for label in root.all("label"):
        assert root.by_id(label.attributes["for"]).name == "input"
    for image in root.all("img"):
        assert image.attributes["alt"]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_loads_nothing_from_elsewhere_but_media(name):
    root = read(every_page()[name].text)
    assert not {node.name for node in root.every()} & {"iframe", "object", "embed", "base"}
    assert {node.attributes["rel"] for node in root.all("link")} <= {"canonical", "alternate"}
    assert not [node for node in root.all("script") if node.attributes]
    assert "url(" not in root.one("style").text
    assert "@import" not in root.one("style").text
    for node in root.every():
        assert not [key for key in node.attributes if key.startswith("on") or key == "style"]


@pytest.mark.parametrize("name", NAMES)
def test_the_headers_allow_exactly_what_the_page_has(name):
    page = every_page()[name]
    root = read(page.text)
    policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
    assert policy.pop("style-src") == source(root.one("style").text)
    scripts = [source(node.text) for node in root.all("script")]
    assert policy.pop("script-src", None) == (scripts[0] if scripts else None)
    assert policy == {
        "default-src": "'none'",
        "img-src": "'self' https:",
        "media-src": "'self'",
        "form-action": "'self' https: http:" if "password" in name else "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cache-control"] == "no-store"
    for value in page.headers.values():
        assert value.isascii()
        assert value.isprintable()


def source(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_changes_no_structure_and_reads_as_text(text):
    harmless = {name: shape(page) for name, page in every_page("word").items()}
    for name, page in every_page(text).items():
        page.text.encode("utf-8")
        assert shape(page) == harmless[name], name
        assert clean(page.text) == page.text
    root = read(every_page(text)["blocked"].text)
    assert [node.text for node in root.all("bdi")] == [clean(text)] * 2


@pytest.mark.parametrize("target", HOSTILE_TARGETS)
def test_a_hostile_target_is_never_an_address_that_runs_or_breaks_out(target):
    for name, page in every_page(target=target).items():
        root = read(page.text)
        assert len(root.all("h1")) == len(root.all("style")) == 1, name
        assert len(root.all("script")) == (name.startswith("share")), name
        for node in root.every():
            for key in ("href", "src", "action", "poster"):
                address = node.attributes.get(key, "/")
                assert re.match(r"https?://|/(?!/)|mailto:", address), (name, address)
            refresh = (
                node.attributes.get("content", "") if "http-equiv" in node.attributes else "0; url=https://"
            )
            assert refresh.startswith("0; url=https://"), name


@settings(deadline=None, max_examples=30)
@given(st.text(st.characters(codec=None), max_size=40))
def test_any_text_leaves_every_page_in_the_same_shape(text):
    text = f"x{text}"
    assert {name: shape(page) for name, page in every_page(text).items()} == {
        name: shape(page) for name, page in every_page("word").items()
    }


def shape(page):
    """The elements and the names of their attributes, without any text; the form may lose a bad action."""
    return [(node.name, sorted(set(node.attributes) - {"action"})) for node in read(page.text).every()]


def test_a_wait_is_sent_in_whole_seconds_and_is_never_too_short():
    assert "retry-after" not in page_headers()
    for seconds, expected in ((0, 1), (-5, 1), (0.2, 1), (1, 1), (1.01, 2), (60, 60)):
        assert whole_seconds(seconds) == expected
        assert page_headers(retry_after=seconds)["retry-after"] == str(expected)


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * one for one in colour[1:])
    parts = [value / 255 for value in bytes.fromhex(digits)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_both_colour_schemes_reach_the_contrast_of_wcag_aa():
    style = read(every_page()["info"].text).one("style").text
    schemes = [
        dict(re.findall(r"--([a-z-]+):(#[0-9a-f]+)", block))
        for block in re.findall(r":root\{([^}]*)\}", style)
    ]
    assert len(schemes) == 2
    assert "@media(prefers-color-scheme:dark){:root" in style
    for scheme in schemes:
        for text in ("ink", "quiet", "link", "wrong"):
            assert contrast(scheme[text], scheme["paper"]) >= 4.5, text
        assert contrast(scheme["on-strong"], scheme["strong"]) >= 4.5
        assert contrast(scheme["line"], scheme["paper"]) >= 3
    assert ":focus-visible{outline:3px solid var(--link)" in style


PROBE = """
import sys
sys.path.insert(0, sys.argv[1])
import pages.problems, pages.password, pages.info, pages.interstitial, pages.share, pages.unfurl
print(" ".join(sorted(sys.modules)))
"""


def test_the_pages_import_nothing_heavy():
    done = subprocess.run(
        [sys.executable, "-I", "-c", PROBE, str(SOURCE)], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert not loaded & {
        "html",
        "pydantic",
        "httpx",
        "fastapi",
        "random",
        "secrets",
        "uuid",
        "segno",
    }

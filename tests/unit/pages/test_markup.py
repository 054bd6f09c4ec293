from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.markup import Markup, clean, element, escape, foreign_text, join, web_address
from tests.unit.pages.reader import read

ANY_TEXT = st.text(st.characters(codec=None), max_size=60)


def test_text_is_escaped_and_markup_is_not():
    assert escape("<b>&\"'") == "&lt;b&gt;&amp;&quot;&#39;"
    assert escape(Markup("<b>")) == "<b>"
    assert join("<", Markup("<br>")) == "&lt;<br>"
    assert element("p", None, "a<b", element("b", None, "&")) == "<p>a&lt;b<b>&amp;</b></p>"


def test_attributes_are_written_by_their_value():
    attributes = {"type": "text", "required": True, "hidden": False, "title": None, "value": ""}
    assert element("input", attributes) == '<input type="text" required value="">'


@given(ANY_TEXT, ANY_TEXT)
def test_any_text_reads_back_as_it_was_cleaned(value, text):
    node = read(element("p", {"title": value}, text)).one("p")
    assert node.attributes == {"title": clean(value)}
    assert node.text == clean(text)
    assert not [child for child in node.children if not isinstance(child, str)]
    escape(text).encode("utf-8")


@pytest.mark.parametrize(
    "character", [*"\0\x08\x0b\x0c\x1f\x7f\x85\x9f", *"\u202a\u202e\u2066\u2069", "\ud800"]
)
def test_what_must_not_be_in_a_page_is_replaced(character):
    assert clean(f"a{character}b") == "a\ufffdb"
    assert escape(f"a{character}b") == "a\ufffdb"
    assert foreign_text(character) == "<bdi>\ufffd</bdi>"


def test_other_scripts_and_line_breaks_stay_as_they_are():
    text = "kedi 🐈‍⬛ חתול \u200fقطة\n\t"
    assert clean(text) == text


@pytest.mark.parametrize(
    "address",
    ["https://example.com", "HTTP://example.com/a?b#c", "/s/Ab12Cd34", "/", "mailto:appeals@example.com"],
)
def test_a_web_address_is_kept(address):
    assert web_address(address) == address
    assert read(element("a", {"href": address})).one("a").attributes == {"href": address}


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "asset:abc",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https://",
        "https:///path",
        "https://example.com/a\nb",
        "mailto:",
        "example.com",
        "",
    ],
)
@pytest.mark.parametrize("name", ["action", "href", "poster", "src"])
def test_any_other_address_is_left_out(name, address):
    assert web_address(address) is None
    assert element("a", {name: address}, "x") == "<a>x</a>"

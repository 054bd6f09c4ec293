from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redirecting.conditions import MAX_READ_CHARACTERS, fits, preferred_languages
from sharelinks.routing import Rule
from tests.unit.redirecting.visits import DISCORD, IPHONE, NOW, WINDOWS, visit

TO = "https://example.com/rule"


def test_a_rule_without_conditions_fits_everybody():
    assert fits(Rule(TO), visit())
    assert fits(Rule(TO), visit("", country="XX", accept_language=""))


@pytest.mark.parametrize(
    ("country", "wanted", "expected"),
    [
        ("DE", ("DE",), True),
        ("DE", ("AT", "DE"), True),
        ("DE", ("AT", "CH"), False),
        ("XX", ("DE",), False),
        ("XX", ("XX",), False),
        ("T1", ("T1",), True),
    ],
)
def test_a_country_is_one_of_those_listed_and_known(country, wanted, expected):
    assert fits(Rule(TO, country=wanted), visit(country=country)) is expected


@pytest.mark.parametrize(
    ("agent", "device", "system", "expected"),
    [
        (IPHONE, ("mobile",), (), True),
        (IPHONE, ("tablet", "mobile"), (), True),
        (IPHONE, ("desktop",), (), False),
        (IPHONE, (), ("iOS",), True),
        (IPHONE, (), ("Android",), False),
        (IPHONE, ("mobile",), ("Android",), False),
        (WINDOWS, ("desktop",), ("Windows", "macOS"), True),
        (DISCORD, ("desktop", "mobile", "tablet"), (), False),
        (DISCORD, ("bot",), (), True),
        ("", ("desktop",), (), False),
    ],
)
def test_device_and_system_are_the_labels_of_the_user_agent(agent, device, system, expected):
    assert fits(Rule(TO, device=device, os=system), visit(agent)) is expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [(NOW - 0.001, False), (NOW, True), (NOW + 9.999, True), (NOW + 10, False)],
)
def test_a_date_window_includes_its_start_and_excludes_its_end(now, expected):
    assert fits(Rule(TO, starts_at=NOW, ends_at=NOW + 10), visit(now=now)) is expected


def test_a_date_window_may_be_open_at_either_side():
    assert fits(Rule(TO, starts_at=NOW), visit(now=NOW + 1e9))
    assert fits(Rule(TO, ends_at=NOW), visit(now=0))


def test_every_condition_must_hold():
    rule = Rule(TO, country=("DE",), device=("mobile",), os=("iOS",), language=("de",), ends_at=NOW + 1)
    assert fits(rule, visit(IPHONE))
    assert not fits(rule, visit(IPHONE, country="AT"))
    assert not fits(rule, visit(WINDOWS))
    assert not fits(rule, visit(IPHONE, accept_language="en"))
    assert not fits(rule, visit(IPHONE, now=NOW + 1))


@pytest.mark.parametrize(
    ("header", "language", "expected"),
    [
        ("de", "de", True),
        ("de-AT", "de", True),
        ("DE-at", "de", True),
        ("de-AT,de;q=0.9", "de-at", True),
        ("pt-BR", "pt-br", True),
        ("pt-BR-x-private", "pt-br", True),
        ("pt", "pt-br", False),
        ("pt-PT", "pt-br", False),
        ("den", "de", False),
        ("zh-Hant-TW", "zh-hant", True),
        # What browsers send to people who did not ask for English.
        ("es-ES,es;q=0.9,en-US;q=0.8,en;q=0.7,ja;q=0.6", "es", True),
        ("es-ES,es;q=0.9,en-US;q=0.8,en;q=0.7,ja;q=0.6", "en", False),
        ("de,en-US;q=0.7,en;q=0.3", "en", False),
        # Nobody is left without a language because all weights are low.
        ("fr;q=0.5,en;q=0.4", "fr", True),
        ("fr;q=0.5,en;q=0.45", "en", True),
        ("fr;q=0.5,en;q=0.4", "en", False),
        ("en,de;q=0", "de", False),
        ("de;q=0", "de", False),
        ("de;q=0.000", "de", False),
        ("", "de", False),
        ("*", "de", False),
        ("*;q=0.9,de;q=0.8", "de", True),
    ],
)
def test_a_language_fits_when_the_visitor_prefers_it(header, language, expected):
    assert fits(Rule(TO, language=("xx", language)), visit(accept_language=header)) is expected


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        ("de , en ; q = 0.95", {"de", "en"}),
        ("de;q=1.000,en;q=1.", {"de", "en"}),
        ("de;,en;q=0.9001", {"de", "en"}),
        ("de,de;q=0", ()),
        (",,de,", {"de"}),
        ("zh-Hant-TW,-,a--b", {"zh-hant-tw", "zh-hant", "zh", "-", "a--b", "a-", "a"}),
        ("de;q=1.5", ()),
        ("de;q=2", ()),
        ("de;q=-1", ()),
        ("de;q=nan", ()),
        ("de;q=", ()),
        ("de;q=0.\u0665", ()),
        ("de;q=0.9;level=1", ()),
        ("de;level=1", ()),
        (f"{',' * (MAX_READ_CHARACTERS - 2)}de", {"de"}),
        (f"fr,{'y' * MAX_READ_CHARACTERS}", {"fr"}),
        (f"fr{',' * (MAX_READ_CHARACTERS - 4)}de;q=0.1", {"fr"}),
        ("x" * (MAX_READ_CHARACTERS + 1), ()),
    ],
)
def test_an_odd_header_is_read_or_left_out(header, languages):
    assert preferred_languages(header) == set(languages)


@given(st.text() | st.text(alphabet="de-,;q=0.19 *"))
def test_no_header_is_an_error(header):
    assert all(tag and tag != "*" for tag in preferred_languages(header))

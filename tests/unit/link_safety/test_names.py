"""Names that are odd, and names that pass for other ones."""

# ruff: noqa: RUF001 - the look-alikes are the data

from __future__ import annotations

import unicodedata

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from link_safety import WIDELY_IMITATED, Finding, ProtectedNames, host_findings
from link_safety.lookalikes import skeleton
from link_safety.scripts import UNUSUAL, Restriction, mixes_numbers, restriction_of, scripts_of
from sharelinks.errors import InvalidUrlError

PROTECTED = ProtectedNames([*WIDELY_IMITATED, "gifdist.io", "x.com", "ai.org", "my-brand.co.uk"])


def codes(host: str) -> list[tuple[str, str]]:
    return [(found.code, found.resembles) for found in host_findings(host, PROTECTED)]


@pytest.mark.parametrize(
    "host",
    [
        *("paypal.com", "www.paypal.com", "PayPal.COM.", "gifdist.io", "cdn.gifdist.io", "x.com"),
        *(
            "example.com",
            "münchen.de",
            "пример.com",
            "한국어.kr",
            "日本語abc.jp",
            "ひらがなと漢字.jp",
            "ελλάδα.gr",
        ),
        *("עברית.com", "ไทย.com", "हिन्दी.com", "l·l.cat", "a-b--c.example", "203.0.113.9", "[2001:db8::1]"),
        # Words and other owners are not imitations.
        *(
            "paypal-help.com",
            "big-apple.com",
            "apple.fandom.com",
            "paypal.example",
            "pineapple.com",
            "xx.com",
        ),
        *(
            "a1.example",
            "a-l.example",
            "my-brand.co.uk",
            "brand.co.uk",
            "com.example",
            "paypal.com-example.example.paypal.com",
        ),
    ],
)
def test_ordinary_names_have_nothing_odd(host: str) -> None:
    assert codes(host) == []


@pytest.mark.parametrize(
    ("host", "resembles"),
    [
        ("аррӏе.com", "apple.com"),
        ("paypa1.com", "paypal.com"),
        ("paypai.com", "paypal.com"),
        ("pay-pal.com", "paypal.com"),
        ("login.paypa1-help.com", "paypal.com"),
        ("paypa1.example.com", "paypal.com"),
        ("rnicrosoft.com", "microsoft.com"),
        ("g00gle.co.uk", "google.com"),
        ("gifd1st.io", "gifdist.io"),
        ("gìfdist.io", "gifdist.io"),
        ("gifdıst.io", "gifdist.io"),
        ("mybrand.co.uk", "my-brand.co.uk"),
        ("rny-brand.co.uk", "my-brand.co.uk"),
        ("clropbox.com", "dropbox.com"),
        ("vvhatsapp.com", "whatsapp.com"),
        ("х.com", "x.com"),
        ("аi.example", "ai.org"),
    ],
)
def test_a_name_that_passes_for_another_is_a_look_alike(host: str, resembles: str) -> None:
    assert ("lookalike", resembles) in codes(host)
    assert codes(idna.encode(host, uts46=True).decode()) == codes(host)


@pytest.mark.parametrize(
    ("host", "resembles"),
    [
        ("paypal.com.evil.example", "paypal.com"),
        ("www-paypal-com.evil.example", "paypal.com"),
        ("www.gifdist.io.example", "gifdist.io"),
        ("x.com.evil.example", "x.com"),
        ("my-brand.co.uk.evil.example", "my-brand.co.uk"),
    ],
)
def test_a_whole_domain_in_front_of_another_is_told(host: str, resembles: str) -> None:
    assert codes(host) == [("embedded_domain", resembles)]


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("exаmple.com", "mixed_scripts"),
        ("かな한국어.com", "mixed_scripts"),
        ("ελλάдα.com", "mixed_scripts"),
        ("ᎠᎡᎢ.com", "unusual_script"),
        ("xn--i-7iq.ws", "invalid_idn"),
        ("xn--Mnchen-3ya.de", None),
        ("xn--80ak6aa92e.com", "lookalike"),
    ],
)
def test_odd_names_are_told_by_their_code(host: str, code: str | None) -> None:
    found = [found for found, _ in codes(host)]
    assert found == [] if code is None else code in found


def test_a_finding_shows_the_label_as_people_see_it() -> None:
    assert host_findings("xn--80ak6aa92e.com", PROTECTED) == [Finding("lookalike", "аррӏе", "apple.com")]


def test_what_is_no_host_is_an_error() -> None:
    with pytest.raises(InvalidUrlError):
        host_findings("two words", PROTECTED)


@pytest.mark.parametrize(
    ("label", "level"),
    [
        ("paypal-1", Restriction.ASCII),
        ("münchen", Restriction.SINGLE_SCRIPT),
        ("пример-1", Restriction.SINGLE_SCRIPT),
        ("漢字かなカナー々", Restriction.SINGLE_SCRIPT),
        ("漢字ㄅㄆ", Restriction.SINGLE_SCRIPT),
        ("漢字한글", Restriction.SINGLE_SCRIPT),
        ("abc漢字かな", Restriction.HIGHLY_RESTRICTIVE),
        ("abc한글", Restriction.HIGHLY_RESTRICTIVE),
        ("ㄅㄆかな", Restriction.MIXED),
        ("abcпример", Restriction.MIXED),
        ("abcελ", Restriction.MIXED),
        ("abcไทย", Restriction.MIXED),
        ("abcпр漢", Restriction.MIXED),
        ("ᚠᚢᚦ", Restriction.UNUSUAL_SCRIPT),
        ("i❤", Restriction.UNUSUAL_SCRIPT),
        ("a\u0378", Restriction.UNUSUAL_SCRIPT),
    ],
)
def test_the_levels_are_those_of_tr39(label: str, level: Restriction) -> None:
    assert restriction_of(label) is level


def test_scripts_agree_with_the_tables_that_idna_brings() -> None:
    # A second opinion on five scripts, for every letter that a domain may have.
    from idna import idnadata, intranges

    names = {
        "Greek": "GREEK",
        "Han": "HAN",
        "Hebrew": "HEBREW",
        "Hiragana": "HIRAGANA",
        "Katakana": "KATAKANA",
    }
    allowed = idnadata.codepoint_classes["PVALID"]
    checked = 0
    others = set()
    for script, ours in names.items():
        for interval in idnadata.scripts[script]:
            for point in range(interval >> 32, interval & 0xFFFFFFFF):
                found = scripts_of(chr(point))
                if intranges.intranges_contain(point, allowed) and found:
                    checked += 1
                    if found != {ours}:
                        assert found == {UNUSUAL}, hex(point)
                        others.add(unicodedata.name(chr(point), "UNKNOWN").partition(" ")[0])
    # Where they differ we are the stricter ones: historical letters, and those that this Python has not met.
    assert others <= {"HENTAIGANA", "OLD", "UNKNOWN"}
    assert checked > 80_000


@pytest.mark.parametrize(
    ("label", "mixed"), [("a1b2", False), ("१२", False), ("1१", True), ("٣४", True), ("abc", False)]
)
def test_digits_of_two_writings_are_told(label: str, mixed: bool) -> None:
    assert mixes_numbers(label) is mixed


@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_a_skeleton_is_its_own_skeleton(label: str) -> None:
    assert skeleton(skeleton(label)) == skeleton(label)


@given(st.sampled_from(WIDELY_IMITATED), st.data())
def test_replacing_letters_by_look_alikes_is_always_seen(domain: str, data: st.DataObject) -> None:
    label, _, rest = domain.partition(".")
    twins = {
        "a": "4а",
        "c": "с",
        "e": "3е",
        "i": "1lі",
        "l": "1i",
        "o": "0о",
        "p": "р",
        "s": "5ѕ",
        "x": "х",
        "y": "у",
    }
    places = [place for place, letter in enumerate(label) if letter in twins]
    place = data.draw(st.sampled_from(places))
    twin = data.draw(st.sampled_from(twins[label[place]]))
    forged = f"{label[:place]}{twin}{label[place + 1 :]}.{rest}"
    assert ("lookalike", domain) in codes(forged)

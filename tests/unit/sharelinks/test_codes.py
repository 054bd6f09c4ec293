from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharelinks import (
    RESERVED_WORDS,
    InvalidCodeError,
    check_slug,
    encode_base62,
    generate_short_code,
    parse_code,
)
from sharelinks.codes import ALPHABET


@pytest.mark.parametrize("code", ["Ab12Cd34", "abc", "A-b_C", "---", "x" * 64, "admins", "my-api"])
def test_a_code_is_three_to_sixty_four_url_safe_characters(code):
    assert parse_code(code) == code
    assert check_slug(code) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ab",
        "x" * 65,
        "a b",
        "a/b",
        "abc+",
        "abc\n",
        "\nabc",
        "abc\x00",
        "ab%20c",
        "a.b",
        "süß",
        "abc\u0661",
        "\uff41\uff42\uff43",
        "\ud800bc",
        None,
        123,
        b"abc",
    ],
)
def test_anything_else_is_no_code(text):
    assert parse_code(text) is None
    with pytest.raises(InvalidCodeError) as caught:
        check_slug(text)
    assert caught.value.code == "invalid_code"


@pytest.mark.parametrize("word", ["api", "admin", "health", "ADMIN", "HealthZ", "well-known"])
def test_reserved_words_are_no_codes_in_any_case(word):
    assert parse_code(word) is None
    with pytest.raises(InvalidCodeError) as caught:
        check_slug(word)
    assert caught.value.code == "reserved_code"
    assert isinstance(caught.value, ValueError)


def test_every_reserved_word_is_lower_case_and_would_otherwise_be_a_code():
    assert all(re.fullmatch(r"[a-z0-9_-]{3,64}", word) for word in RESERVED_WORDS)


@settings(deadline=None)
@given(st.text())
def test_every_text_is_the_code_itself_or_none(text):
    assert parse_code(text) in (text, None)


def test_a_random_code_has_the_documented_shape():
    code = generate_short_code(6)
    assert len(code) == 6
    assert code.isalnum()
    assert code.isascii()
    assert len(generate_short_code()) == 6
    assert len(generate_short_code(1)) == 1


@pytest.mark.parametrize("length", [0, -1, 1.5, True, "6", None])
def test_an_impossible_length_is_refused(length):
    with pytest.raises(InvalidCodeError):
        generate_short_code(length)


def test_a_code_is_spelled_by_the_numbers_drawn():
    asked = []
    numbers = iter([0, 10, 36, 61])

    def randbelow(limit):
        asked.append(limit)
        return next(numbers)

    assert generate_short_code(4, randbelow=randbelow) == "0Aaz"
    assert asked == [62] * 4


def test_no_character_is_likelier_than_another():
    counts = Counter(generate_short_code(62_000))
    assert set(counts) == set(ALPHABET)
    # Chi-square with 61 degrees of freedom: 150 is beyond one in a hundred million.
    assert sum((count - 1000) ** 2 / 1000 for count in counts.values()) < 150


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (9, "9"), (10, "A"), (35, "Z"), (36, "a"), (61, "z"), (62, "10"), (3843, "zz")],
)
def test_base62_counts_in_the_documented_alphabet(number, text):
    assert encode_base62(number) == text


@settings(deadline=None)
@given(st.integers(0, 2**200))
def test_base62_loses_nothing(number):
    value = 0
    for character in encode_base62(number):
        value = value * 62 + ALPHABET.index(character)
    assert value == number


@pytest.mark.parametrize("number", [-1, 1.0, True, "5", None])
def test_only_whole_numbers_have_a_base62_form(number):
    with pytest.raises(InvalidCodeError):
        encode_base62(number)

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import Click, InvalidClickError, Platform
from analytics.clicks import clean_country
from analytics.referrers import is_host_label
from analytics.user_agents import DEVICE_TYPES

WIRE = [1_772_000_000.25, "US", "google.com", "slack", "mobile", "Chrome", "iOS", "c2FsdGVk-_=+/"]


def changed(position: int, value: object) -> list[object]:
    return [value if index == position else old for index, old in enumerate(WIRE)]


def test_a_click_survives_the_wire() -> None:
    click = Click(WIRE[0], "US", "google.com", Platform.SLACK, "mobile", "Chrome", "iOS", "c2FsdGVk-_=+/")  # type: ignore[arg-type]
    assert click.to_wire() == WIRE
    assert Click.from_wire(json.loads(json.dumps(click.to_wire()))) == click
    assert all(type(value) in {str, float} for value in click.to_wire())


def test_a_click_needs_no_more_than_its_moment() -> None:
    click = Click(5.0)
    assert click.to_wire() == [5.0, "XX", "Direct", "web", "other", "other", "other", ""]
    assert Click.from_wire(click.to_wire()) == click


def test_values_that_a_newer_sender_appends_are_ignored() -> None:
    assert Click.from_wire((*WIRE, "city", {"x": 1})) == Click.from_wire(WIRE)


@pytest.mark.parametrize(
    ("position", "value", "field", "expected"),
    [
        (0, 7, "timestamp", 7.0),
        (1, "us", "country", "US"),
        (1, "T1", "country", "T1"),
        (1, "", "country", "XX"),
        (1, "USA", "country", "XX"),
        (1, "ß", "country", "XX"),
        (1, "<>", "country", "XX"),
        (2, "<script>", "referrer", "other"),
        (2, "", "referrer", "other"),
        (2, "Direct", "referrer", "Direct"),
        (3, "myspace", "platform", Platform.OTHER),
        (4, "watch", "device", "other"),
        (5, "Brand-New Browser 2.0", "browser", "Brand-New Browser 2.0"),
        (5, "", "browser", "other"),
        (5, "x" * 65, "browser", "other"),
        (5, "<img>", "browser", "other"),
        (6, "é", "os", "other"),
        (7, "", "visitor", ""),
    ],
)
def test_a_value_that_is_not_known_here_is_made_safe(
    position: int, value: object, field: str, expected: object
) -> None:
    assert getattr(Click.from_wire(changed(position, value)), field) == expected


@pytest.mark.parametrize(
    "values",
    [
        None,
        "click",
        {},
        [],
        WIRE[:7],
        changed(0, "now"),
        changed(0, None),
        changed(0, True),
        changed(0, -1),
        changed(0, float("nan")),
        changed(0, 1e18),
        changed(1, None),
        changed(3, 5),
        changed(7, "x" * 65),
        changed(7, "203.0.113.7"),
        changed(7, "\ud800"),
    ],
)
def test_a_malformed_click_is_refused(values: object) -> None:
    with pytest.raises(InvalidClickError):
        Click.from_wire(values)


@settings(deadline=None)
@given(
    st.lists(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=70)
        | st.sampled_from(WIRE),
        max_size=10,
    )
)
def test_whatever_comes_over_the_wire_is_a_safe_click_or_refused(values: list[object]) -> None:
    try:
        click = Click.from_wire(values)
    except InvalidClickError:
        return
    assert is_host_label(click.referrer)
    assert click.device in DEVICE_TYPES
    for text in click.to_wire()[1:]:
        assert isinstance(text, str)
        assert text.isascii()
        assert len(text) <= 253
        assert not set(text) & set("<>&\"'")
    assert Click.from_wire(click.to_wire()) == click


@settings(deadline=None)
@given(st.none() | st.text(max_size=4))
def test_a_country_is_always_two_capitals_or_digits(code: str | None) -> None:
    country = clean_country(code)
    assert len(country) == 2
    assert country.isascii()
    assert country == country.upper()
    assert country.isalnum()

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdn.http_dates import format_http_date, parse_http_date

NOW = 1_795_000_000
NOVEMBER_1994 = 784_111_777


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "  Sun, 06 Nov 1994 08:49:37 GMT\t",
    ],
)
def test_the_three_forms_name_the_same_moment(text):
    assert parse_http_date(text, NOW) == NOVEMBER_1994


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "sun, 06 nov 1994 08:49:37 gmt",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
        "1994-11-06T08:49:37Z",
        "Sun, ٠٦ Nov 1994 08:49:37 GMT",
    ],
)
def test_anything_else_is_no_date(text):
    assert parse_http_date(text, NOW) is None


def test_a_two_digit_year_more_than_fifty_years_ahead_lies_in_the_past():
    now = datetime(2026, 6, 1, tzinfo=UTC).timestamp()
    years = {
        digits: datetime.fromtimestamp(
            parse_http_date(f"Monday, 01-Jun-{digits} 00:00:00 GMT", now) or 0, UTC
        ).year
        for digits in ("00", "26", "76", "77", "99")
    }
    assert years == {"00": 2000, "26": 2026, "76": 2076, "77": 1977, "99": 1999}


def test_a_leap_second_is_the_second_after():
    assert parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT", NOW) == parse_http_date(
        "Sun, 01 Jan 2017 00:00:00 GMT", NOW
    )


def test_formatting_drops_fractions():
    assert format_http_date(NOVEMBER_1994 + 0.999) == "Sun, 06 Nov 1994 08:49:37 GMT"


@settings(deadline=None)
@given(st.integers(0, 253_402_300_799))
def test_what_was_formatted_is_read_back(moment):
    assert parse_http_date(format_http_date(moment), NOW) == moment


@settings(deadline=None)
@given(st.text())
def test_no_text_raises(text):
    assert isinstance(parse_http_date(text, NOW), (int, type(None)))

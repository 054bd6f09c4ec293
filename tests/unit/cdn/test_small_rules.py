"""Small rules that mutation testing found unguarded."""

from __future__ import annotations

import dataclasses
import math

import pytest

from cdn import (
    CdnError,
    CDNHelper,
    Conditions,
    Plan,
    RangeAnswer,
    RangeRequest,
    Refusal,
    Representation,
    SignedURL,
    SigningError,
    Verdict,
    decide_range,
    plan,
)
from cdn.canonical import parameter_name
from cdn.http_dates import format_http_date, parse_http_date
from cdn.issuing import Resource
from cdn.values import is_duration


@pytest.mark.parametrize("header", ["bytes=X1-2", "bytes=1-2X", "Xbytes=1-2"])
def test_only_spaces_and_tabs_surround_a_range(header):
    assert decide_range(header, 100) == RangeAnswer.WHOLE


@pytest.mark.parametrize(
    ("conditions", "status"),
    [
        (Conditions(if_match="X*"), 412),
        (Conditions(if_none_match="*X"), 200),
        (Conditions(if_range='X"v1"', range="bytes=0-1"), 200),
    ],
)
def test_only_spaces_and_tabs_surround_a_condition(conditions, status):
    assert plan("GET", conditions, Representation(10, '"v1"'), 0).status == status


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (Representation(1), "length"),
        (Conditions(), "range"),
        (Plan(200), "status"),
        (Verdict(Refusal.MALFORMED), "refusal"),
        (Resource("https://cdn.example", "/a.gif", ()), "path"),
    ],
)
def test_what_was_decided_cannot_be_changed(value, field):
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, field, None)


def test_the_range_functions_also_work_on_an_instance():
    ranges = RangeRequest()
    assert ranges.parse_range_header("bytes=0-1", 10) == (0, 1)
    assert ranges.get_range_response_headers(0, 1, 10, "image/gif")["Content-Length"] == "2"
    assert ranges.get_full_response_headers(10, "image/gif")["Content-Length"] == "10"


def test_a_refused_span_names_the_bytes_there_are():
    with pytest.raises(CdnError, match=r"^bytes 0-10 are not inside 0-9$"):
        RangeRequest.get_range_response_headers(0, 10, 10, "image/gif")


@pytest.mark.parametrize(("raw", "name"), [("a+b=1", "a b"), ("a%20b+c=1", "a b c"), ("a-b=+", "a-b")])
def test_a_plus_in_a_parameter_name_is_read_as_a_space(raw, name):
    assert parameter_name(raw) == name


def test_a_duration_is_finite():
    assert is_duration(0.5)
    assert not is_duration(math.inf)


def test_a_refusal_without_a_proven_signature_names_no_expiry():
    assert Verdict(Refusal.MALFORMED).expires is None


def test_every_day_and_month_has_its_name_in_a_date():
    week = [format_http_date(day * 86_400)[:5] for day in range(7)]
    assert week == ["Thu, ", "Fri, ", "Sat, ", "Sun, ", "Mon, ", "Tue, ", "Wed, "]
    year = [format_http_date(number * 2_678_400)[7:12] for number in range(12)]
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    assert year == [f" {name} " for name in names]


@pytest.mark.parametrize(
    ("day", "text"),
    list(enumerate(["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"])),
)
def test_every_day_is_known_in_all_three_forms(day, text):
    forms = (
        f"{text[:3]}, {day + 1:02} Jan 1970 00:00:00 GMT",
        f"{text}, {day + 1:02}-Jan-70 00:00:00 GMT",
        f"{text[:3]} Jan  {day + 1} 00:00:00 1970",
    )
    assert [parse_http_date(form, 0) for form in forms] == [day * 86_400] * 3


def test_only_spaces_and_tabs_surround_a_date():
    date = "Thu, 01 Jan 1970 00:00:01 GMT"
    assert parse_http_date(f" \t{date}\t ", 0) == 1
    assert parse_http_date(f"X{date}", 0) is None
    assert parse_http_date(f"{date}X", 0) is None


def test_two_ways_to_sign_are_refused_with_their_reason():
    with pytest.raises(SigningError) as caught:
        CDNHelper("secret", signer=SignedURL("secret"))
    assert caught.value.code == "invalid_key"


def test_a_signed_asset_url_lives_an_hour_unless_told():
    signer = SignedURL("secret", clock=lambda: 1_000)
    assert "expires=4600&" in signer.generate_signed_url("https://cdn.example/a.gif")
    assert "expires=4600&" in CDNHelper(signer=signer).create_signed_asset_url("https://cdn.example/a.gif")

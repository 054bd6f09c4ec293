"""Small rules that mutation testing found unguarded."""

from __future__ import annotations

import dataclasses
import math

import pytest

from cdn import (
    CdnError,
    Conditions,
    Plan,
    RangeAnswer,
    RangeRequest,
    Refusal,
    Representation,
    Verdict,
    decide_range,
    plan,
)
from cdn.canonical import parameter_name
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

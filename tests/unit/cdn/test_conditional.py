from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdn import Conditions, Plan, Representation, plan
from cdn.entity_tags import parse_tags
from cdn.http_dates import format_http_date

CHANGED = 1_700_000_000
NOW = CHANGED + 1000
SAME, BEFORE, AFTER = (format_http_date(CHANGED + shift) for shift in (0, -1, 1))
TAG, WEAK, OTHER = '"v1"', 'W/"v1"', '"v2"'
REPRESENTATION = Representation(100, TAG, CHANGED + 0.5)


def answer(method="GET", representation=REPRESENTATION, now=NOW, **conditions):
    planned = plan(method, Conditions(**conditions), representation, now)
    return planned.status if planned.span is None else (planned.status, planned.span)


def test_an_unconditional_request_gets_everything():
    assert plan("GET", Conditions(), REPRESENTATION, NOW) == Plan(200)
    assert answer("HEAD") == 200


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (TAG, 200),
        (f'"x", {TAG}', 200),
        (f',, {TAG} ,"y"', 200),
        ("*", 200),
        (" * ", 200),
        (OTHER, 412),
        (WEAK, 412),
        ("v1", 412),
        ('"v1', 412),
        (f"{TAG} {TAG}", 412),
        ("", 412),
        (",", 412),
        (f"{TAG},*", 412),
        ("\n", 412),
    ],
)
def test_if_match_needs_the_same_strong_tag(value, status):
    assert answer(if_match=value) == status


def test_if_match_on_a_representation_without_a_strong_tag():
    assert answer(if_match=TAG, representation=Representation(1)) == 412
    assert answer(if_match="*", representation=Representation(1)) == 200
    assert answer(if_match=WEAK, representation=Representation(1, WEAK)) == 412


@pytest.mark.parametrize(("value", "status"), [(BEFORE, 412), (SAME, 200), (AFTER, 200), ("yesterday", 200)])
def test_if_unmodified_since_compares_whole_seconds(value, status):
    assert answer(if_unmodified_since=value) == status
    assert answer(if_unmodified_since=value, representation=Representation(1, TAG)) == 200


def test_if_match_silences_if_unmodified_since():
    assert answer(if_match=TAG, if_unmodified_since=BEFORE) == 200
    assert answer(if_match=OTHER, if_unmodified_since=AFTER) == 412


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (TAG, 304),
        (WEAK, 304),
        (f"{OTHER},{WEAK}", 304),
        ('"a,b", "v1"', 304),
        ("*", 304),
        (OTHER, 200),
        ('w/"v1"', 200),
        ("v1", 200),
        ("", 200),
    ],
)
def test_if_none_match_compares_weakly(value, status):
    assert answer(if_none_match=value) == status
    assert answer("HEAD", if_none_match=value) == status
    assert answer("PUT", if_none_match=value) == (412 if status == 304 else 200)


def test_if_none_match_on_a_representation_without_a_tag():
    assert answer(if_none_match=TAG, representation=Representation(1)) == 200
    assert answer(if_none_match="*", representation=Representation(1)) == 304
    assert answer(if_none_match=TAG, representation=Representation(1, WEAK)) == 304


@pytest.mark.parametrize(("value", "status"), [(BEFORE, 200), (SAME, 304), (AFTER, 304), ("never", 200)])
def test_if_modified_since_compares_whole_seconds_on_reads_only(value, status):
    assert answer(if_modified_since=value) == status
    assert answer("HEAD", if_modified_since=value) == status
    assert answer("POST", if_modified_since=value) == 200
    assert answer(if_modified_since=value, representation=Representation(1, TAG)) == 200


def test_if_none_match_silences_if_modified_since():
    assert answer(if_none_match=OTHER, if_modified_since=AFTER) == 200
    assert answer(if_none_match="nonsense", if_modified_since=AFTER) == 200


def test_a_failed_precondition_beats_not_modified_which_beats_range():
    everything = {"if_none_match": TAG, "range": "bytes=0-1"}
    assert answer(if_match=OTHER, **everything) == 412
    assert answer(if_unmodified_since=BEFORE, **everything) == 412
    assert answer(if_match=TAG, **everything) == 304
    assert answer(**{**everything, "range": "bytes=500-"}) == 304


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("bytes=0-9", (206, (0, 9))),
        ("bytes=-1", (206, (99, 99))),
        ("bytes=100-", 416),
        ("bytes=0-1,3-4", 200),
        ("lines=0-1", 200),
    ],
)
def test_a_range_counts_on_get_alone(value, expected):
    assert answer(range=value) == expected
    assert answer("HEAD", range=value) == 200


@pytest.mark.parametrize(
    ("if_range", "holds"),
    [
        (TAG, True),
        (f" {TAG} ", True),
        (SAME, True),
        (OTHER, False),
        (WEAK, False),
        (BEFORE, False),
        (AFTER, False),
        (f"{TAG},{OTHER}", False),
        ("*", False),
        ("v1", False),
        ("", False),
    ],
)
def test_if_range_needs_a_strong_tag_or_the_exact_date(if_range, holds):
    assert answer(if_range=if_range, range="bytes=0-9") == ((206, (0, 9)) if holds else 200)
    assert answer(if_range=if_range, range="bytes=100-") == (416 if holds else 200)
    assert answer(if_range=if_range) == 200


def test_a_date_is_no_strong_validator_within_its_own_second():
    for now, expected in ((CHANGED + 0.9, 200), (CHANGED + 1, (206, (0, 9)))):
        assert answer(if_range=SAME, range="bytes=0-9", now=now) == expected


def test_if_range_fails_where_there_is_nothing_to_compare_with():
    bare = Representation(100)
    assert answer(if_range=TAG, range="bytes=0-9", representation=bare) == 200
    assert answer(if_range=SAME, range="bytes=0-9", representation=bare) == 200
    assert answer(if_range=WEAK, range="bytes=0-9", representation=Representation(100, WEAK)) == 200


def test_conditions_are_read_by_lower_case_name():
    headers = {
        "if-match": "1",
        "if-unmodified-since": "2",
        "if-none-match": "3",
        "if-modified-since": "4",
        "if-range": "5",
        "range": "6",
    }
    assert Conditions.read(headers.get) == Conditions("1", "2", "3", "4", "5", "6")
    assert Conditions.read({}.get) == Conditions()


def test_every_combination_of_failing_conditions_follows_the_precedence():
    """A second statement of the order: the first applicable condition that fails decides."""
    matches = {"if_match": (None, True, False), "if_none_match": (None, True, False)}
    dates = {"if_unmodified_since": (None, True, False), "if_modified_since": (None, True, False)}
    spell = {
        ("if_match", True): TAG,
        ("if_match", False): OTHER,
        ("if_none_match", True): OTHER,
        ("if_none_match", False): TAG,
        ("if_unmodified_since", True): SAME,
        ("if_unmodified_since", False): BEFORE,
        ("if_modified_since", True): BEFORE,
        ("if_modified_since", False): SAME,
    }
    names = (*matches, *dates)
    for outcome in itertools.product((None, True, False), repeat=4):
        holds = dict(zip(names, outcome, strict=True))
        sent = {name: spell[name, value] for name, value in holds.items() if value is not None}
        first = holds["if_match"] if holds["if_match"] is not None else holds["if_unmodified_since"]
        second = holds["if_none_match"] if holds["if_none_match"] is not None else holds["if_modified_since"]
        expected = 412 if first is False else 304 if second is False else (206, (0, 0))
        assert answer(range="bytes=0-0", **sent) == expected, holds


HEADER = (
    st.none() | st.text() | st.sampled_from([TAG, WEAK, "*", SAME, AFTER, "bytes=0-1", '"', ",", " \t" * 50])
)


@settings(deadline=None)
@given(st.lists(HEADER, min_size=6, max_size=6), st.sampled_from(["GET", "HEAD", "PUT"]))
def test_no_headers_raise(values, method):
    planned = plan(method, Conditions(*values), REPRESENTATION, NOW)
    assert planned.status in (200, 206, 304, 412, 416)
    assert (planned.span is not None) == (planned.status == 206)


def test_a_tag_list_keeps_commas_inside_quotes_and_drops_empty_elements():
    assert parse_tags('"a,b" , , W/"c",') == ['"a,b"', 'W/"c"']
    assert parse_tags(' \t"a"') == ['"a"']
    assert parse_tags('""') == ['""']
    assert parse_tags('"a b"') is None
    assert parse_tags('"a"x') is None


def test_long_white_space_is_read_in_linear_time():
    assert parse_tags(" " * 200_000 + "x") is None

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redirecting import Kind, decide, good_until, is_plain
from sharelinks.routing import Rule, Variant
from tests.unit.redirecting.visits import CRAWLER, IPHONE, NOW, TARGET, WINDOWS, record, visit


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"status": 301, "title": "Cat", "tags": ("a",)},
        {"utm": {"utm_source": "x"}},
        {"starts_at": NOW, "expires_at": NOW + 1},
        {"renamed_to": "new", "renamed_until": NOW + 1},
        {"alias_of": "home"},
    ],
)
def test_a_redirect_that_is_the_same_for_everybody_is_plain(changes):
    assert is_plain(record(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "disabled"},
        {"state": "of a newer version"},
        {"mode": "page"},
        {"rules": (Rule(TARGET),)},
        {"split": (Variant(TARGET, 1),)},
        {"password": "pbkdf2"},
        {"max_clicks": 0},
        {"forward_query": True},
        {"forward_path": True},
        {"target": "asset:abc"},
        {"target": "javascript:0"},
    ],
)
def test_a_link_that_looks_at_the_visit_or_asks_somebody_is_not_plain(changes):
    assert not is_plain(record(**changes))


@pytest.mark.parametrize(
    ("changes", "moment"),
    [
        ({}, None),
        ({"expires_at": NOW + 5}, NOW + 5),
        ({"expires_at": NOW}, None),
        ({"expires_at": NOW - 5}, None),
        ({"renamed_until": NOW + 3, "expires_at": NOW + 5}, NOW + 3),
        ({"renamed_until": NOW - 3, "expires_at": NOW + 5}, NOW + 5),
        ({"starts_at": NOW + 1, "expires_at": NOW + 5}, NOW + 1),
    ],
)
def test_a_plain_answer_is_good_until_the_next_date_of_its_link(changes, moment):
    assert good_until(record(**changes), NOW) == moment


MOMENTS = st.none() | st.floats(NOW - 10, NOW + 10)


@given(
    st.builds(
        record,
        status=st.sampled_from([301, 302]),
        starts_at=MOMENTS,
        expires_at=MOMENTS,
        renamed_to=st.none() | st.just("new"),
        renamed_until=MOMENTS,
        utm=st.dictionaries(st.just("utm_source"), st.text(max_size=5)),
    ),
    st.sampled_from(["abc", "new"]),
    st.floats(0, 1, exclude_max=True),
    st.builds(
        visit,
        st.sampled_from([WINDOWS, IPHONE, CRAWLER, ""]),
        country=st.sampled_from(["DE", "XX"]),
        accept_language=st.text(max_size=5),
        query=st.text(max_size=5),
        visitor=st.text(max_size=5),
    ),
)
def test_a_prepared_answer_is_what_would_have_been_decided(link, code, share, other):
    first = decide(link, visit(entered_by=code), draw=0.0, base_url="https://gifdist.io")
    end = good_until(link, NOW)
    assert is_plain(link)
    assert first.kind in (Kind.REDIRECT, Kind.NOT_YET, Kind.EXPIRED, Kind.GONE)
    later = min(NOW + share * ((end or NOW + 1e9) - NOW), (end or NOW + 1e9) - 1e-6)
    again = other._replace(now=later, entered_by=code)
    assert decide(link, again, draw=0.9, base_url="https://gifdist.io") == first
    if end is not None:
        assert good_until(link, later) == end

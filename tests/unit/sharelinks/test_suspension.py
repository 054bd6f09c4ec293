"""A link that goes along with its asset comes back exactly as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharelinks.changes import changed
from sharelinks.record import DELETED, STATES, LinkRecord
from sharelinks.suspension import is_suspended, resumption, suspension


def link(**fields):
    return LinkRecord("abc", "asset:Cat", 5.0, asset_id="Cat", **fields)


@given(st.sampled_from(sorted(STATES - {DELETED})), st.text(max_size=30))
def test_what_goes_along_comes_back_as_it_was(state, reason):
    before = link(state=state, reason=reason)
    away = changed(before, suspension(before, "Cat"), 6.0)
    assert is_suspended(away)
    back = changed(away, resumption(away), 7.0)
    assert (back.state, back.reason, back.version) == (state, reason, 3)


@pytest.mark.parametrize(
    "record",
    [link(state="deleted"), link(state="deleted", reason="disabled"), LinkRecord("abc", "asset:Dog", 5.0)],
)
def test_what_leads_elsewhere_or_was_deleted_before_stays(record):
    assert suspension(record, "Cat") == {}
    assert not is_suspended(record)
    assert resumption(record) == {}


def test_a_live_link_is_not_suspended_whatever_its_reason_says():
    assert resumption(link(reason="asset_deleted")) == {}

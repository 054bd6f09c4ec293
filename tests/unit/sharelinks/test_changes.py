from __future__ import annotations

import pytest

from sharelinks import LinkRecord, WireFormatError
from sharelinks.changes import changed
from sharelinks.projection import library_entry, link_key, shard_name

RECORD = LinkRecord("abc", "https://example.com/", 5.0, title="Cat", tags=("a",), max_clicks=3)


def test_a_change_replaces_fields_and_makes_a_version():
    after = changed(RECORD, {"title": "Dog", "tags": ["b"], "max_clicks": None}, now=9.0)
    assert after == LinkRecord(
        "abc", "https://example.com/", 5.0, title="Dog", tags=("b",), version=2, updated_at=9.0
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "def"},
        {"version": 7},
        {"created_at": 1},
        {"updated_at": 1},
        {"account_id": "other"},
        {"colour": "red"},
        {"target": None},
        {"title": 5},
    ],
)
def test_what_no_change_may_touch_is_refused(changes):
    with pytest.raises(WireFormatError):
        changed(RECORD, changes, now=9.0)


def test_what_readers_see_of_a_link():
    assert link_key("abc") == "link:abc"
    assert shard_name("abc", 3) == "abc~3"
    assert library_entry(RECORD) == {
        "code": "abc",
        "target": "https://example.com/",
        "title": "Cat",
        "tags": ["a"],
        "state": "active",
        "created_at": 5.0,
        "version": 1,
        "alias_of": None,
        "asset_id": None,
    }

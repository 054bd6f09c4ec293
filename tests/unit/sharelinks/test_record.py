from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharelinks import LinkRecord, WireFormatError
from sharelinks.record import asset_target
from sharelinks.routing import Rule, Variant

WIRE = {
    "code": "Ab12Cd34",
    "target": "asset:abc",
    "created_at": 1.5,
    "status": 307,
    "asset_id": "abc",
    "title": "Cat",
    "tags": ["a", "b"],
    "max_clicks": 5,
    "rules": [{"target": "https://example.com/de", "country": ["DE"], "starts_at": 5}],
    "split": [{"target": "https://example.com/b", "weight": 3}],
    "utm": {"utm_source": "x"},
}


def test_the_wire_form_is_json_without_the_defaults():
    record = LinkRecord(
        "Ab12Cd34",
        asset_target("abc"),
        1.5,
        status=307,
        asset_id="abc",
        title="Cat",
        tags=("a", "b"),
        max_clicks=5,
        rules=(Rule("https://example.com/de", country=("DE",), starts_at=5),),
        split=(Variant("https://example.com/b", 3),),
        utm={"utm_source": "x"},
    )
    assert record.to_wire() == WIRE
    assert LinkRecord.from_wire(json.loads(json.dumps(WIRE))) == record
    assert LinkRecord("abc", "https://example.com", 5).to_wire() == {
        "code": "abc",
        "target": "https://example.com",
        "created_at": 5,
    }


def test_times_that_are_none_stay_none():
    wire = WIRE | {"expires_at": None, "rules": [{"target": "https://example.com", "ends_at": None}]}
    record = LinkRecord.from_wire(wire)
    assert record.expires_at is None
    assert record.rules[0].ends_at is None


def test_defaults_fill_what_an_older_writer_left_out():
    record = LinkRecord.from_wire({"code": "abc", "target": "https://example.com", "created_at": 5})
    assert record == LinkRecord("abc", "https://example.com", 5, 302, "active", None, "", ())


def test_what_a_newer_writer_added_is_ignored():
    assert LinkRecord.from_wire(WIRE | {"colour": "x", "state": "paused"}).state == "paused"


def test_a_status_that_crossed_a_double_is_whole_again():
    status = LinkRecord.from_wire(WIRE | {"status": 308.0}).status
    assert status == 308
    assert isinstance(status, int)


def test_a_record_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        LinkRecord.from_wire(WIRE).code = "other"


@pytest.mark.parametrize(
    "wire",
    [
        None,
        [],
        "text",
        {},
        {name: value for name, value in WIRE.items() if name != "code"},
        {name: value for name, value in WIRE.items() if name != "target"},
        {name: value for name, value in WIRE.items() if name != "created_at"},
        WIRE | {"code": 5},
        WIRE | {"target": None},
        WIRE | {"created_at": "yesterday"},
        WIRE | {"created_at": True},
        WIRE | {"status": 200},
        WIRE | {"status": "302"},
        WIRE | {"status": [302]},
        WIRE | {"state": None},
        WIRE | {"asset_id": 7},
        WIRE | {"title": None},
        WIRE | {"tags": "cat"},
        WIRE | {"tags": ["cat", 5]},
        WIRE | {"max_clicks": 1.5},
        WIRE | {"max_clicks": float("inf")},
        WIRE | {"forward_query": 1},
        WIRE | {"mode": "frame"},
        WIRE | {"metadata": []},
        WIRE | {"metadata": {1: 2}},
        WIRE | {"utm": {"utm_source": 5}},
        WIRE | {"rules": {}},
        WIRE | {"rules": ["https://example.com"]},
        WIRE | {"rules": [{"country": ["DE"]}]},
        WIRE | {"rules": [{"target": "https://example.com", "country": "DE"}]},
        WIRE | {"rules": [{"target": "https://example.com", "browser": ["Firefox"]}]},
        WIRE | {"rules": [{"target": "https://example.com", "starts_at": "now"}]},
        WIRE | {"split": "https://example.com"},
        WIRE | {"split": [{"target": "https://example.com", "weight": 0}]},
        WIRE | {"split": [{"target": "https://example.com", "weight": 1.5}]},
        WIRE | {"split": ["https://example.com"]},
    ],
)
def test_another_shape_is_refused(wire):
    with pytest.raises(WireFormatError) as caught:
        LinkRecord.from_wire(wire)
    assert caught.value.code == "invalid_record"


TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(deadline=None)
@given(
    st.builds(
        LinkRecord,
        code=TEXT,
        target=TEXT,
        created_at=st.floats(allow_nan=False, allow_infinity=False),
        status=st.sampled_from([301, 302, 303, 307, 308]),
        state=TEXT,
        asset_id=st.none() | TEXT,
        title=TEXT,
        tags=st.lists(TEXT, max_size=3).map(tuple),
        metadata=st.dictionaries(TEXT, st.integers() | TEXT, max_size=3),
        expires_at=st.none() | st.floats(allow_nan=False, allow_infinity=False),
        max_clicks=st.none() | st.integers(0, 2**53),
        forward_path=st.booleans(),
        rules=st.lists(
            st.builds(Rule, target=TEXT, country=st.lists(TEXT, max_size=2).map(tuple)), max_size=2
        ).map(tuple),
        split=st.lists(st.builds(Variant, target=TEXT, weight=st.integers(1, 100)), max_size=2).map(tuple),
        alias_of=st.none() | TEXT,
    )
)
def test_a_record_survives_the_wire(record):
    assert LinkRecord.from_wire(json.loads(json.dumps(record.to_wire()))) == record

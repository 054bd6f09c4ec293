from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharelinks import LinkRecord, WireFormatError
from sharelinks.record import asset_target

WIRE = {
    "code": "Ab12Cd34",
    "target": "asset:abc",
    "created_at": 1.5,
    "status": 302,
    "state": "active",
    "asset_id": "abc",
    "title": "Cat",
    "tags": ["a", "b"],
}


def test_the_wire_form_names_every_field_as_json():
    record = LinkRecord("Ab12Cd34", asset_target("abc"), 1.5, asset_id="abc", title="Cat", tags=("a", "b"))
    assert record.to_wire() == WIRE
    assert LinkRecord.from_wire(json.loads(json.dumps(WIRE))) == record


def test_defaults_fill_what_an_older_writer_left_out():
    record = LinkRecord.from_wire({"code": "abc", "target": "https://example.com", "created_at": 5})
    assert record == LinkRecord("abc", "https://example.com", 5, 302, "active", None, "", ())


def test_what_a_newer_writer_added_is_ignored():
    assert LinkRecord.from_wire(WIRE | {"password": "x", "state": "paused"}).state == "paused"


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
    )
)
def test_a_record_survives_the_wire(record):
    assert LinkRecord.from_wire(json.loads(json.dumps(record.to_wire()))) == record

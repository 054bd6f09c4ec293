from __future__ import annotations

import json

import pytest

from analytics.click_replay import (
    COUNTED,
    Fate,
    LateBatch,
    aside_key,
    dead_key,
    fate_of,
    malformed_key,
    read_text,
)
from analytics.click_wire import collect, pack
from analytics.clicks import Click
from analytics.errors import InvalidClickError

NOW = 1_700_000_000.0
PAYLOAD = pack(collect([Click(timestamp=NOW), Click(timestamp=NOW + 1)]))
MESSAGE = {"kind": "clicks", "code": "cat", "batch_id": "b1", "payload": PAYLOAD}


def test_a_message_is_read_with_the_number_of_its_clicks():
    assert read_text(json.dumps(MESSAGE)) == LateBatch("cat", "b1", PAYLOAD, 2)


def test_what_is_kept_reads_as_the_same_batch():
    batch = read_text(json.dumps(MESSAGE))
    assert json.loads(batch.to_text()) == MESSAGE
    assert read_text(batch.to_text()) == batch


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 100_000,
        "null",
        "[]",
        '"clicks"',
        "{}",
        json.dumps({**MESSAGE, "kind": "link"}),
        json.dumps({**MESSAGE, "code": None}),
        json.dumps({**MESSAGE, "code": "../x"}),
        json.dumps({**MESSAGE, "code": "admin"}),
        json.dumps({**MESSAGE, "batch_id": ""}),
        json.dumps({**MESSAGE, "batch_id": 7}),
        json.dumps({**MESSAGE, "batch_id": "x" * 65}),
        json.dumps({**MESSAGE, "payload": [1]}),
        json.dumps({**MESSAGE, "payload": "[]"}),
        json.dumps({**MESSAGE, "payload": "[9,[],{}]"}),
        json.dumps({name: value for name, value in MESSAGE.items() if name != "payload"}),
    ],
)
def test_what_is_no_batch_is_refused(text):
    with pytest.raises(InvalidClickError):
        read_text(text)


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        ({"counted": True, "outcome": "recorded", "shards": 0}, Fate.RECORDED),
        ({"counted": True, "outcome": "repeated", "shards": 8}, Fate.REPEATED),
        ({"counted": True, "outcome": "stale", "shards": 0}, Fate.STALE),
        ({"counted": True, "outcome": "refused", "shards": 0}, Fate.MALFORMED),
        ({"counted": False, "outcome": "unclaimed", "shards": 0}, Fate.UNCLAIMED),
        ({"counted": False}, Fate.UNCLAIMED),
    ],
)
def test_an_owners_answer_decides_the_fate(answer, fate):
    assert fate_of(answer) is fate
    assert (fate in COUNTED) is (answer.get("outcome") in {"recorded", "repeated"})


@pytest.mark.parametrize("outcome", ["kept", "", None, 1, ["recorded"]])
def test_an_answer_nobody_understands_is_a_failure_and_not_a_count(outcome):
    with pytest.raises(ValueError, match="outcome"):
        fate_of({"counted": True, "outcome": outcome})


def test_an_answer_that_says_nothing_is_a_failure():
    with pytest.raises(KeyError):
        fate_of({})


def test_keys_name_the_utc_day_the_code_and_the_batch():
    batch = LateBatch("cat", "b1", PAYLOAD, 2)
    assert dead_key(batch, NOW) == "dead/clicks/2023-11-14/cat.b1.json"
    assert aside_key(Fate.STALE, batch, NOW) == "dead/stale/2023-11-14/cat.b1.json"
    assert aside_key(Fate.UNCLAIMED, batch, NOW + 3600) == "dead/unclaimed/2023-11-14/cat.b1.json"


def test_no_batch_id_leaves_its_folder_or_meets_another():
    ids = ["a/b", "a%2Fb", "../../x", "a.b", "a b", '"', "?", "#", "a"]
    keys = [dead_key(LateBatch("cat", one, "", 0), NOW) for one in ids]
    assert len(set(keys)) == len(ids)
    assert all(key.startswith("dead/clicks/2023-11-14/cat.") and key.count("/") == 3 for key in keys)


def test_a_malformed_message_is_kept_once_however_often_it_comes():
    assert malformed_key("x", NOW) == malformed_key("x", NOW)
    assert malformed_key("x", NOW) != malformed_key("y", NOW)
    assert malformed_key("\ud800", NOW).startswith("dead/malformed/2023-11-14/")

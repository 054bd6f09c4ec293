from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.click_buffer import QUICK_SECONDS, ClickBuffer
from analytics.click_store import ClickStore
from analytics.click_wire import (
    GROUPS_PER_MESSAGE,
    MAX_BATCH_CLICKS,
    ClickCollector,
    Kind,
    collect,
    pack,
    parts,
    unpack,
)
from analytics.clicks import Click
from analytics.errors import InvalidClickError
from analytics.kinds import Platform
from sql_port import in_process

NOW = 1_800_000_000.5
KIND = Kind("DE", "example.com", "web", "mobile", "Firefox", "Android")
CLICKS = st.lists(
    st.builds(
        Click,
        timestamp=st.floats(NOW - 200_000, NOW),
        country=st.sampled_from(["DE", "US", "XX"]),
        referrer=st.sampled_from(["Direct", "example.com"]),
        platform=st.sampled_from(list(Platform)),
        visitor=st.sampled_from(["", "alice", "bob"]),
    ),
    min_size=1,
    max_size=120,
)


@given(CLICKS)
def test_a_batch_that_travelled_counts_as_its_clicks_one_by_one(clicks):
    packed, single = ClickStore(in_process()), ClickStore(in_process())
    packed.record("b", unpack(pack(collect(clicks))), NOW)
    for number, click in enumerate(clicks):
        single.record_batch(f"b{number}", [click], NOW)
    assert packed.summary(NOW) == single.summary(NOW)
    assert packed.totals() == single.totals()
    assert packed.by_day() == single.by_day()
    assert packed.by_dimension("platform") == single.by_dimension("platform")
    assert [one["timestamp"] for one in packed.recent()] == [one["timestamp"] for one in single.recent()]


@given(CLICKS)
def test_parts_together_are_the_whole(clicks):
    whole = collect(clicks)
    cut = [unpack(pack(part)) for part in parts(whole)]
    assert sum(part.clicks for part in cut) == len(clicks)
    assert [group for part in cut for group in part.groups] == list(unpack(pack(whole)).groups)


def test_the_longest_batch_fits_into_a_message():
    collector = ClickCollector()
    for number in range(2 * GROUPS_PER_MESSAGE):
        kind = Kind("DE", f"{number:03}.{'x' * 60}.{'y' * 60}.{'z' * 60}.{'w' * 60}", *KIND[2:])
        collector.add(kind, NOW, f"visitor-{number:08}")
    sizes = [len(pack(part)) for part in parts(collector.batch())]
    assert len(sizes) == 2
    assert max(sizes) < 128_000


def test_a_group_keeps_its_latest_times_only_and_counts_all():
    collector = ClickCollector()
    for number in range(1_000):
        collector.add(KIND, NOW + number)
    (group,) = unpack(pack(collector.batch())).groups
    assert group.clicks == 1_000
    assert len(group.times) == 50
    assert group.times[-1] == NOW + 999


def test_names_of_a_newer_sender_become_other():
    text = json.dumps([1, [["de", "example.com", "holo", "lens", "Z" * 99, "x", 2, [NOW]]], {}])
    (group,) = unpack(text).groups
    assert group.kind == Kind("DE", "example.com", "other", "other", "other", "x")


GROUP = ["DE", "example.com", "web", "mobile", "Firefox", "Android", 1, [NOW]]


@pytest.mark.parametrize(
    "wire",
    [
        None,
        {},
        [],
        [2, [GROUP], {}],
        [1, [], {}],
        [1, [[]], {}],
        [1, [GROUP[:-1]], {}],
        [1, [[*GROUP[:-2], 0, []]], {}],
        [1, [[*GROUP[:-2], True, [NOW]]], {}],
        [1, [[*GROUP[:-2], 1, [NOW, NOW]]], {}],
        [1, [[*GROUP[:-2], 1, ["now"]]], {}],
        [1, [[*GROUP[:-2], MAX_BATCH_CLICKS + 1, [NOW]]], {}],
        [1, [GROUP], []],
        [1, [GROUP], {"today": ["alice"]}],
        [1, [GROUP], {"1": [5]}],
        [1, [GROUP], {"1": ["<script>"]}],
        [1, [GROUP], {"1": [f"v{number}" for number in range(10_001)]}],
        [1, [GROUP] * 5_001, {}],
    ],
)
def test_another_shape_is_refused(wire):
    with pytest.raises(InvalidClickError):
        unpack(json.dumps(wire))


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(InvalidClickError):
        unpack(text)


class TestTheBuffer:
    def test_the_first_click_asks_for_a_flush_and_the_next_do_not(self):
        buffer = ClickBuffer(flush_clicks=100, flush_seconds=1.0)
        assert buffer.add("abc", KIND, NOW, "") == QUICK_SECONDS
        assert buffer.add("abc", KIND, NOW, "") is None
        assert buffer.add("def", KIND, NOW + 0.9, "") is None
        taken = buffer.take()
        assert {code: batch.clicks for code, batch in taken.items()} == {"abc": 2, "def": 1}
        assert len(buffer) == 0

    def test_it_waits_longer_while_flushes_carry_several_clicks(self):
        buffer = ClickBuffer(flush_clicks=100, flush_seconds=0.5)
        waits = []
        for clicks in (1, 2, 2, 2, 2, 1, 1):
            told = [buffer.add("abc", KIND, NOW, "") for _ in range(clicks)]
            waits.append(told[0])
            buffer.take()
        assert waits == [0.1, 0.1, 0.2, 0.4, 0.5, 0.5, 0.1]

    def test_a_short_flush_time_is_never_exceeded(self):
        buffer = ClickBuffer(flush_clicks=100, flush_seconds=0.05)
        assert buffer.add("abc", KIND, NOW, "") == 0.05
        buffer.take()
        assert buffer.add("abc", KIND, NOW, "") == 0.05

    def test_a_full_buffer_is_flushed_at_once(self):
        buffer = ClickBuffer(flush_clicks=3, flush_seconds=1.0)
        assert [buffer.add("abc", KIND, NOW, "") for _ in range(3)] == [QUICK_SECONDS, None, 0.0]

    def test_a_flush_that_never_came_is_asked_for_again(self):
        buffer = ClickBuffer(flush_clicks=100, flush_seconds=1.0)
        buffer.add("abc", KIND, NOW, "")
        assert buffer.add("abc", KIND, NOW + 1.9, "") is None
        assert buffer.add("abc", KIND, NOW + 2.0, "") == QUICK_SECONDS
        assert buffer.add("abc", KIND, NOW + 2.1, "") is None
        assert buffer.take()["abc"].clicks == 4

    def test_nothing_is_taken_from_an_empty_buffer(self):
        assert ClickBuffer(5, 1.0).take() == {}

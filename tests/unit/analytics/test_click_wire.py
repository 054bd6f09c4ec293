from __future__ import annotations

import hashlib
import json
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.click_buffer import QUICK_SECONDS, ClickBuffer
from analytics.click_parcels import FEW_CODES, MAX_LETTERS, THIN_CLICKS, parcels
from analytics.click_store import ClickStore
from analytics.click_wire import (
    MAX_SINGLES,
    MAX_SINGLES_READ,
    MAX_TEXT_CHARACTERS,
    Kind,
    collect,
    gather,
    pack,
    texts,
    unpack,
    write,
)
from analytics.clicks import Click
from analytics.errors import InvalidClickError
from analytics.kinds import Platform
from sharelinks.projection import journal_name
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
    for text in (pack(collect(clicks)), write([as_noted(click) for click in clicks])):
        counts_as_single(unpack(text), clicks)


def as_noted(click):
    time, *names, visitor = click.to_wire()
    return time, Kind(*names), visitor


def counts_as_single(batch, clicks):
    packed, single = ClickStore(in_process()), ClickStore(in_process())
    packed.record("b", batch, NOW)
    for number, click in enumerate(clicks):
        single.record_batch(f"b{number}", [click], NOW)
    assert packed.summary(NOW) == single.summary(NOW)
    assert packed.totals() == single.totals()
    assert packed.by_day() == single.by_day()
    assert packed.by_dimension("platform") == single.by_dimension("platform")
    assert [one["timestamp"] for one in packed.recent()] == [one["timestamp"] for one in single.recent()]


def noted(number, referrer="example.com"):
    return NOW + number, KIND._replace(referrer=referrer), f"visitor-{number:08}"


def test_the_longest_batch_is_cut_into_texts_that_fit_into_a_message():
    long = "{:03}." + ".".join(letter * 60 for letter in "xyzw")
    clicks = [noted(number, long.format(number)) for number in range(700)]
    cut = list(texts(clicks))
    assert len(cut) > 1
    assert max(len(text) for _, text in cut) <= MAX_TEXT_CHARACTERS
    assert [number for number, _ in cut] == [unpack(text).clicks for _, text in cut]
    assert sum(number for number, _ in cut) == 700


def test_a_single_click_is_never_cut(monkeypatch):
    monkeypatch.setattr("analytics.click_wire.MAX_TEXT_CHARACTERS", 1)
    assert [number for number, _ in texts([noted(1), noted(2)])] == [1, 1]


def test_a_batch_keeps_its_latest_clicks_only_and_counts_all():
    batch = unpack(pack(gather([noted(number) for number in range(1_000)])))
    (day,) = batch.days
    assert (day.clicks, batch.clicks, len(day.visitors)) == (1_000, 1_000, 1_000)
    assert day.names["referrer"] == {"example.com": 1_000}
    assert len(batch.recent) == 50
    assert batch.newest == NOW + 999


def test_few_clicks_travel_one_by_one_and_more_added_up():
    few, many = [noted(n) for n in range(MAX_SINGLES)], [noted(n) for n in range(MAX_SINGLES + 1)]
    assert json.loads(write(few)) == [3, [[time, *KIND, visitor] for time, _, visitor in few]]
    assert json.loads(write(many))[0] == 2
    assert unpack(write(few)) == gather(few)


def test_single_clicks_of_a_newer_sender_lose_what_is_new():
    newer = [NOW, "de", "example.com", "holo", "lens", "Z" * 99, "x", "alice", "happy"]
    batch = unpack(json.dumps([3, [newer]]))
    assert batch.recent == ((NOW, Kind("DE", "example.com", "other", "other", "other", "x")),)
    assert batch.days[0].visitors == {"alice"}


SINGLE = [NOW, *KIND, "alice"]
NAMES = {field: {value: 2} for field, value in KIND._asdict().items()}
RECENT = [NOW, *KIND]
DAY = [20_833, 2, NAMES, ["alice"]]


def test_names_of_a_newer_sender_become_other():
    strange = {
        "country": {"de": 1, "DE": 1},
        "referrer": {"example.com": 2},
        "platform": {"holo": 2},
        "device": {"lens": 1, "watch": 1},
        "browser": {"Z" * 99: 2},
        "os": {"x": 2},
        "mood": {"good": 2},
    }
    text = json.dumps(
        [2, [[20_833, 2, strange, []]], [[NOW, "de", "example.com", "holo", "lens", "Z" * 99, "x"]]]
    )
    batch = unpack(text)
    expected = {
        "country": {"DE": 2},
        "referrer": {"example.com": 2},
        "platform": {"other": 2},
        "device": {"other": 2},
        "browser": {"other": 2},
        "os": {"x": 2},
    }
    assert batch.days[0].names == expected
    assert batch.recent == ((NOW, Kind("DE", "example.com", "other", "other", "other", "x")),)


@pytest.mark.parametrize(
    "wire",
    [
        None,
        {},
        [],
        [1, [DAY], [RECENT]],
        [2],
        [3],
        [3, []],
        [3, {}],
        [3, [SINGLE], []],
        [3, [SINGLE] * (MAX_SINGLES_READ + 1)],
        [3, [SINGLE[:-1]]],
        [3, [["now", *SINGLE[1:]]]],
        [3, [[*SINGLE[:-1], "<script>"]]],
        [3, [[*SINGLE[:-1], 5]]],
        [3, [[NOW, 5, *SINGLE[2:]]]],
        [4, [DAY], [RECENT]],
        [2, [], [RECENT]],
        [2, [DAY], []],
        [2, [DAY] * 1_001, [RECENT]],
        [2, [DAY], [RECENT] * 51],
        [2, [DAY], [RECENT] * 3],
        [2, [[]], [RECENT]],
        [2, [DAY[:-1]], [RECENT]],
        [2, [["today", *DAY[1:]]], [RECENT]],
        [2, [[DAY[0], 0, *DAY[2:]]], [RECENT]],
        [2, [[DAY[0], True, *DAY[2:]]], [RECENT]],
        [2, [[DAY[0], 1, *DAY[2:]]], [RECENT]],
        [2, [[*DAY[:2], {**NAMES, "os": {"Android": 3}}, []]], [RECENT]],
        [2, [[*DAY[:2], {**NAMES, "os": {"Android": 2, "iOS": 0}}, []]], [RECENT]],
        [2, [[*DAY[:2], {**NAMES, "os": {"Android": 3, "iOS": -1}}, []]], [RECENT]],
        [2, [[*DAY[:2], {**NAMES, "os": {"Android": "2"}}, []]], [RECENT]],
        [2, [[*DAY[:2], {**NAMES, "os": ["Android"]}, []]], [RECENT]],
        [2, [[*DAY[:2], {"os": {"Android": 2}}, []]], [RECENT]],
        [2, [[*DAY[:2], {**NAMES, "os": {f"n{number}": 1 for number in range(5_001)}}, []]], [RECENT]],
        [2, [[*DAY[:3], {}]], [RECENT]],
        [2, [[*DAY[:3], [5]]], [RECENT]],
        [2, [[*DAY[:3], ["<script>"]]], [RECENT]],
        [2, [[*DAY[:3], [f"v{number}" for number in range(10_001)]]], [RECENT]],
        [2, [DAY], [["now", *KIND]]],
        [2, [DAY], [RECENT[:-1]]],
        [2, [DAY], [[NOW, 5, *KIND[1:]]]],
        [2, [DAY] * 2, [[True, *KIND]]],
        [2, [[1, 100_001, {field: {"x": 100_001} for field in NAMES}, []]], [RECENT]],
    ],
)
def test_another_shape_is_refused(wire):
    with pytest.raises(InvalidClickError):
        unpack(json.dumps(wire))


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(InvalidClickError):
        unpack(text)


class Seen(NamedTuple):
    kind: Kind


SEEN = Seen(KIND)


def identify(address, seen, code, now):
    return hashlib.sha256(f"{address} {code}".encode()).hexdigest()[:18] if address else ""


class TestTheBuffer:
    def test_clicks_are_grouped_and_their_visitors_told_apart_when_they_are_taken(self):
        buffer = ClickBuffer(100, 1.0, identify)
        for address in ("198.18.0.1", "198.18.0.2", "198.18.0.1", ""):
            buffer.add("abc", SEEN, address, NOW)
        clicks = buffer.take()["abc"]
        assert [(time, kind) for time, kind, _ in clicks] == [(NOW, KIND)] * 4
        first, second, third, fourth = [visitor for _, _, visitor in clicks]
        assert first == third != second
        assert fourth == ""

    def test_the_first_click_asks_for_a_flush_and_the_next_do_not(self):
        buffer = ClickBuffer(100, 1.0, identify)
        assert buffer.add("abc", SEEN, "", NOW) == QUICK_SECONDS
        assert buffer.add("abc", SEEN, "", NOW) is None
        assert buffer.add("def", SEEN, "", NOW + 0.9) is None
        taken = buffer.take()
        assert {code: len(clicks) for code, clicks in taken.items()} == {"abc": 2, "def": 1}
        assert len(buffer) == 0

    def test_it_waits_longer_while_flushes_carry_several_clicks(self):
        buffer = ClickBuffer(100, 0.5, identify)
        waits = []
        for clicks in (1, 2, 2, 2, 2, 1, 1):
            told = [buffer.add("abc", SEEN, "", NOW) for _ in range(clicks)]
            waits.append(told[0])
            buffer.take()
        assert waits == [0.1, 0.1, 0.2, 0.4, 0.5, 0.5, 0.1]

    def test_a_short_flush_time_is_never_exceeded(self):
        buffer = ClickBuffer(100, 0.05, identify)
        assert buffer.add("abc", SEEN, "", NOW) == 0.05
        buffer.take()
        assert buffer.add("abc", SEEN, "", NOW) == 0.05

    def test_a_full_buffer_is_flushed_at_once(self):
        buffer = ClickBuffer(3, 1.0, identify)
        assert [buffer.add("abc", SEEN, "", NOW) for _ in range(3)] == [QUICK_SECONDS, None, 0.0]

    def test_a_flush_that_never_came_is_asked_for_again(self):
        buffer = ClickBuffer(100, 1.0, identify)
        buffer.add("abc", SEEN, "", NOW)
        assert buffer.add("abc", SEEN, "", NOW + 1.9) is None
        assert buffer.add("abc", SEEN, "", NOW + 2.0) == QUICK_SECONDS
        assert buffer.add("abc", SEEN, "", NOW + 2.1) is None
        assert len(buffer.take()["abc"]) == 4

    def test_nothing_is_taken_from_an_empty_buffer(self):
        assert ClickBuffer(5, 1.0, identify).take() == {}


class TestTheParcels:
    def flush(self, **clicks):
        ids = iter(range(10_000))
        taken = {code: [noted(number) for number in range(many)] for code, many in clicks.items()}
        return list(parcels(taken, lambda: f"b{next(ids)}"))

    def test_few_codes_go_to_their_owners(self):
        sent = self.flush(**{f"c{number}": 1 for number in range(FEW_CODES)})
        assert [(one.journal, len(one.letters), one.clicks) for one in sent] == [(None, 1, 1)] * FEW_CODES

    def test_in_a_crowd_quiet_codes_travel_together_and_busy_ones_alone(self):
        crowd = {f"c{number}": THIN_CLICKS for number in range(40)}
        sent = self.flush(busy=THIN_CLICKS + 1, **crowd)
        alone = [one for one in sent if one.journal is None]
        assert [(one.letters[0].code, one.clicks) for one in alone] == [("busy", THIN_CLICKS + 1)]
        together = [one for one in sent if one.journal is not None]
        assert {one.journal for one in together} == {"~0", "~1", "~2", "~3"}
        letters = [letter for one in together for letter in one.letters]
        assert {letter.code for letter in letters} == set(crowd)
        assert len({letter.batch_id for letter in letters}) == 40
        assert all(journal_name(letter.code) == one.journal for one in together for letter in one.letters)
        assert all(unpack(letter.payload).clicks == THIN_CLICKS for letter in letters)

    def test_a_parcel_is_bounded(self):
        sent = self.flush(**{f"c{number}": 1 for number in range(4 * MAX_LETTERS + 500)})
        assert sum(one.clicks for one in sent) == 4 * MAX_LETTERS + 500
        assert max(len(one.letters) for one in sent) <= MAX_LETTERS

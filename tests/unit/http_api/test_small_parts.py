"""JSON, moments and concurrency, each by itself."""

from __future__ import annotations

import asyncio
import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from http_api.concurrency import map_concurrently
from http_api.json_text import MAX_DEPTH, InvalidJsonError, depth_of, parse_json
from http_api.moments import LATEST, InvalidMomentError, read_moment, write_moment

PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
)
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
VALUES = st.recursive(
    PLAIN | TEXT, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=40
)


@given(VALUES, st.booleans())
def test_json_means_what_it_says(value, ascii_only):
    assert parse_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary())
def test_bytes_are_json_or_refused(data):
    with contextlib.suppress(InvalidJsonError):
        assert parse_json(data) == json.loads(data)


@given(st.lists(st.sampled_from(['"', "\\", "[", "]", "{", "}", ":", ",", "a"])))
def test_depth_is_found_whatever_the_strings_hold(pieces):
    text = "".join(pieces)
    value = [text] * 40
    assert parse_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize(("depth", "passes"), [(MAX_DEPTH, True), (MAX_DEPTH + 1, False)])
def test_the_depth_is_bounded_to_the_bracket(depth, passes):
    data = b"[" * depth + b"]" * depth
    if passes:
        assert depth_of(parse_json(data)) == depth
    else:
        with pytest.raises(InvalidJsonError):
            parse_json(data)


def test_many_values_beside_each_other_are_not_deep():
    value = [[[]] for _ in range(100)]
    assert parse_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2027-01-15T08:00:00Z", 1_800_000_000),
        ("2027-01-15T10:00:00.5004+02:00", 1_800_000_000.5),
        ("20270115T080000Z", 1_800_000_000),
        ("2027-01-15T08:00:00", 1_800_000_000),
        ("2027-01-15", 1_799_971_200),
        (1_800_000_000, 1_800_000_000),
        (1_800_000_000.1234, 1_800_000_000.123),
        (0, 0),
        (LATEST, LATEST),
    ],
)
def test_a_moment_is_read_to_the_millisecond(value, seconds):
    assert read_moment(value) == seconds


@pytest.mark.parametrize(
    "value",
    [
        *[
            "",
            "now",
            "2027-13-15",
            "15.01.2027",
            "1960-01-01T00:00:00Z",
            "0001-01-01T00:00:00+23:59",
        ],
        *[
            None,
            True,
            float("nan"),
            -0.001,
            LATEST + 1,
            10**400,
            {},
            "9999-12-31T23:59:59-23:59",
            "x" * 100_000,
        ],
    ],
)
def test_what_names_no_moment_is_refused(value):
    with pytest.raises(InvalidMomentError):
        read_moment(value)


@given(st.floats(0, LATEST - 1))
def test_a_moment_that_is_written_is_read_again(seconds):
    assert read_moment(write_moment(seconds)) == pytest.approx(seconds, abs=0.0006)


def test_work_is_done_in_order_and_not_all_at_once():
    running, most, begun = 0, 0, []

    async def work(item):
        nonlocal running, most
        begun.append(item)
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return item * 2

    assert asyncio.run(map_concurrently(work, range(50), 4)) == [item * 2 for item in range(50)]
    assert (most, begun) == (4, list(range(50)))
    assert asyncio.run(map_concurrently(work, [])) == []


def test_nothing_begins_after_a_failure_and_everything_begun_ends():
    ended = []

    async def work(item):
        await asyncio.sleep(0)
        if item == 1:
            raise KeyError(item)
        await asyncio.sleep(0)
        ended.append(item)

    with pytest.raises(KeyError):
        asyncio.run(map_concurrently(work, range(50), 3))
    assert ended == [0, 2]

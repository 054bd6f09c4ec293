"""Which frames are looked at."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gif import (
    GifError,
    choose_frames,
    choose_stills,
    decode_frames,
    difference,
    draw_frames,
    flatten,
    shrink,
)
from gif.frames import SIGNATURE_SIDE
from tests.unit.gif.gif_writer import Gif, Image
from tests.unit.gif.strategies import gifs, noise

PALETTE = [(grey, grey, grey) for grey in range(256)]


def animation(*greys: int, size: int = 40) -> bytes:
    frames = [Image(size, size, bytes([grey]) * size * size) for grey in greys]
    return bytes(Gif(size, size, frames, palette=PALETTE))


@pytest.mark.parametrize(
    ("changes", "limit", "chosen"),
    [
        ([0], 8, [0]),
        ([0, 0], 8, [0, 1]),
        ([0, 0, 0], 8, [0, 1, 2]),
        ([0] * 9, 8, [0, 4, 8]),
        ([0] * 9, 1, [0]),
        ([0] * 9, 2, [0, 4]),
        ([0] * 9, 3, [0, 4, 8]),
        ([0, 5, 0, 7, 0, 0, 6, 0, 0], 5, [0, 3, 4, 6, 8]),
        ([0, 5, 5, 5, 0, 5, 5, 5, 0], 5, [0, 1, 2, 4, 8]),
        ([9, 0, 0, 0, 9, 1, 0, 0, 9], 4, [0, 4, 5, 8]),
        ([0, 5, 0, 7, 0, 0, 6, 0, 0], 8, [0, 1, 3, 4, 6, 8]),
    ],
)
def test_the_ends_the_middle_and_the_largest_changes_are_chosen(
    changes: list[float], limit: int, chosen: list[int]
) -> None:
    assert choose_frames(changes, limit) == chosen


@pytest.mark.parametrize(("changes", "limit"), [([], 3), ([1], 0)])
def test_no_frames_or_no_room_is_an_error(changes: list[float], limit: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        choose_frames(changes, limit)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60), st.integers(1, 12))
def test_the_choice_is_what_sorting_all_frames_would_give(changes: list[int], limit: int) -> None:
    count = len(changes)
    anchors = list(dict.fromkeys([0, count // 2, count - 1]))[:limit]
    others = [index for index in range(count) if index not in anchors and changes[index] > 0]
    others.sort(key=lambda index: (-changes[index], index))
    assert choose_frames(changes, limit) == sorted(anchors + others[: limit - len(anchors)])


def test_difference_is_zero_for_the_same_and_symmetric() -> None:
    assert difference(b"abc", b"abc") == 0
    assert difference(b"\0\xff", b"\x0a\xfe") == difference(b"\x0a\xfe", b"\0\xff") == 11


def test_a_single_flashed_frame_is_found_among_many() -> None:
    greys = [20] * 60
    greys[37] = 200
    stills = choose_stills(animation(*greys), 8, 512)
    assert [still.index for still in stills] == [0, 30, 37, 38, 59]
    assert stills[2].picture.rgb == bytes([200]) * 3 * 40 * 40


def test_a_change_cannot_hide_between_sampling_points() -> None:
    # The flashed frame keeps a lattice of dots that every other frame has too.
    size = 64
    plain = bytearray(bytes([10]) * size * size)
    flash = bytearray(bytes([250]) * size * size)
    for row in range(0, size, 4):
        for column in range(0, size, 4):
            plain[row * size + column] = flash[row * size + column] = 90
    frames = [Image(size, size, bytes(plain)) for _ in range(12)]
    frames[9] = Image(size, size, bytes(flash))
    stills = choose_stills(bytes(Gif(size, size, frames, palette=PALETTE)), 5, 512)
    assert 9 in [still.index for still in stills]


@settings(deadline=None)
@given(st.lists(st.sampled_from([0, 60, 120, 255]), min_size=1, max_size=14), st.integers(1, 6))
def test_the_pictures_belong_to_their_indices(greys: list[int], limit: int) -> None:
    stills = choose_stills(animation(*greys, size=3), limit, 512)
    assert 1 <= len(stills) <= limit
    assert all(still.picture.rgb == bytes([greys[still.index]]) * 27 for still in stills)


@settings(deadline=None)
@given(gifs(), st.integers(1, 5), st.integers(1, 24))
def test_one_pass_finds_what_holding_every_frame_would(gif: Gif, limit: int, max_side: int) -> None:
    data = bytes(gif)
    try:
        frames = list(decode_frames(data))
    except GifError:
        return
    pictures = [shrink(flatten(frame.width, frame.height, frame.rgba), max_side) for frame in frames]
    signatures = [b"", *(shrink(picture, SIGNATURE_SIDE).rgb for picture in pictures)]
    changes = [difference(one, other) for one, other in pairwise(signatures)]
    stills = choose_stills(data, limit, max_side)
    assert [still.index for still in stills] == choose_frames(changes, limit)
    assert [still.picture for still in stills] == [pictures[still.index] for still in stills]
    assert choose_stills(data, limit, max_side) == stills


@settings(deadline=None)
@given(st.lists(st.sampled_from([0, 60, 120, 255]), min_size=1, max_size=10), st.data())
def test_blocks_that_draw_nothing_do_not_change_the_choice(greys: list[int], data: st.DataObject) -> None:
    frames = [Image(3, 3, bytes([grey]) * 9) for grey in greys]
    padded = [block for frame in frames for block in (data.draw(noise), frame)]
    plain, noisy = (bytes(Gif(3, 3, blocks, palette=PALETTE)) for blocks in (frames, padded))
    seen = [(still.index, still.picture.rgb) for still in choose_stills(plain, 4, 512)]
    assert [(still.index, still.picture.rgb) for still in choose_stills(noisy + b"trailing", 4, 512)] == seen


def test_stills_are_shrunk_to_the_side_asked_for() -> None:
    (still,) = choose_stills(animation(7, size=40), 8, 20)
    assert (still.picture.width, still.picture.height) == (20, 20)


def test_a_broken_file_is_the_own_error() -> None:
    with pytest.raises(GifError):
        choose_stills(b"GIF89a", 8, 512)


def test_some_frames_are_drawn_by_lot_and_the_file_decides_which() -> None:
    greys = [0, 255] * 100
    plain = animation(*greys, size=8)
    chosen = {still.index for still in choose_stills(plain, 8, 8)}
    with_lots = [still.index for still in choose_stills(plain, 8, 8, drawn=2)]
    assert with_lots == sorted(with_lots) == [one.index for one in choose_stills(plain + b"x", 8, 8, drawn=2)]
    assert chosen < set(with_lots)
    assert len(with_lots) == 10
    other = animation(*greys[:-1], 254, size=8)
    assert set(with_lots) - chosen != {one.index for one in choose_stills(other, 8, 8, drawn=2)} - chosen
    for still in choose_stills(plain, 8, 8, drawn=2):
        assert set(still.picture.rgb) == {greys[still.index]}


def test_no_frame_is_out_of_reach_of_the_lot() -> None:
    drawn = [draw_frames(bytes([seed]) * 32, 20, 2) for seed in range(256)]
    assert {len(one) for one in drawn} == {2}
    assert frozenset.union(*drawn) == frozenset(range(20))


@pytest.mark.parametrize(("count", "number", "found"), [(1, 2, 1), (2, 2, 2), (5, 0, 0)])
def test_no_more_are_drawn_than_there_are(count: int, number: int, found: int) -> None:
    assert len(draw_frames(b"seed", count, number)) <= found

"""The clean copy: shows the same, hides nothing."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gif import GifError, clean_chunks, clean_size, decode_frames, keep_spans, walk
from tests.unit.gif.gif_writer import Gif, Image, application, control, extension, loop
from tests.unit.gif.strategies import gifs

DOT = Image(1, 1, b"\1")


def cleaned(content: bytes, step: int = 1 << 20) -> bytes:
    chunks = (content[at : at + step] for at in range(0, len(content), step))
    return b"".join(clean_chunks(chunks, walk(content)))


def file(*blocks: Image | bytes) -> bytes:
    return bytes(Gif(1, 1, blocks))


@pytest.mark.parametrize("hidden", [b"<script>", b"PK\3\4" * 90])
@pytest.mark.parametrize("step", [1, 3, 1 << 20])
def test_what_hides_is_gone_and_what_shows_stays(hidden: bytes, step: int) -> None:
    content = file(
        extension(0xFE, hidden),
        loop(0, surplus=bytes([len(hidden[:200])]) + hidden[:200]),
        application(b"XMP DataXMP", hidden),
        control(5, surplus=bytes([len(hidden[:200])]) + hidden[:200]),
        Image(1, 1, b"\1", control=False),
        extension(0x01, hidden),
        extension(0x42, hidden),
    )
    expected = file(loop(0), control(5), Image(1, 1, b"\1", control=False))
    assert cleaned(content + hidden, step) == expected


def test_a_clean_file_is_copied_as_it_is() -> None:
    content = file(loop(0), DOT, DOT)
    assert list(keep_spans(walk(content))) == [(0, len(content))]
    assert cleaned(content) == content


def test_a_comment_right_before_the_trailer_leaves_the_trailer() -> None:
    assert cleaned(file(DOT, extension(0xFE, b"x"))) == file(DOT)


@pytest.mark.parametrize("missing", [1, 5, 10_000])
def test_chunks_that_end_early_are_an_error_and_no_short_copy(missing: int) -> None:
    content = file(DOT, extension(0xFE, b"x"), DOT)
    with pytest.raises(GifError) as caught:
        list(clean_chunks([content[:-missing]], walk(content)))
    assert caught.value.code == "truncated"


@settings(deadline=None)
@given(gifs(), st.integers(1, 50), st.binary(max_size=60))
def test_the_copy_has_the_same_pictures_timing_and_loops_and_needs_no_cleaning(
    written: Gif, step: int, tail: bytes
) -> None:
    content = bytes(written) + tail
    info = walk(content)
    copy = cleaned(content, step)
    assert len(copy) == clean_size(info)
    again = walk(copy)
    assert again.is_clean
    assert cleaned(copy) == copy
    assert (again.loop_count, again.duration_ms) == (info.loop_count, info.duration_ms)
    assert [frame.rgba for frame in decode_frames(copy)] == [frame.rgba for frame in decode_frames(content)]
    spans = list(keep_spans(info))
    assert all(start < end for start, end in spans)
    assert all(one[1] < other[0] for one, other in pairwise(spans))

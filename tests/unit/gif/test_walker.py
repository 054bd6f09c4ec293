"""Walking: what is found, what is refused, and that the cut into chunks never matters."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gif import GifError, GifInfo, GifWalker, Limits, Span, walk
from gif.errors import MESSAGES
from tests.unit.gif.gif_writer import Gif, Image, application, control, extension, loop, sub_blocks
from tests.unit.gif.strategies import gifs, mutated

DOT = Image(1, 1, b"\0")
EXACT = Limits(
    max_screen_pixels=12, max_total_pixels=36, max_frames=3, max_dropped_spans=2, max_sub_blocks=13
)


def gif(*blocks: Image | bytes, trailer: bytes = b";", width: int = 4, height: int = 3) -> bytes:
    return bytes(Gif(width, height, blocks, trailer=trailer))


def outcome(pieces: list[bytes], limits: Limits = Limits()) -> GifInfo | str:  # noqa: B008 - immutable
    walker = GifWalker(limits)
    try:
        for piece in pieces:
            walker.feed(piece)
        return walker.finish()
    except GifError as error:
        return error.code


def refused(data: bytes, limits: Limits = Limits()) -> str:  # noqa: B008 - immutable
    """Return the code, the same however the file is cut."""
    codes = {
        str(outcome([data], limits)),
        str(outcome([data[at : at + 1] for at in range(len(data))], limits)),
        str(outcome([data[at : at + 7] for at in range(0, len(data), 7)], limits)),
    }
    assert len(codes) == 1, codes
    return codes.pop()


def test_a_plain_animation_is_described() -> None:
    data = gif(
        loop(3), Image(4, 3, bytes(12), delay_cs=7), Image(2, 1, b"\1\1", left=2, top=2, transparent=1)
    )
    info = walk(data)
    assert (info.version, info.width, info.height, info.frames) == ("89a", 4, 3, 2)
    assert info.loop_count == 3
    assert info.has_transparency
    assert info.end == len(data)
    assert info.is_clean
    first, second = info.images
    assert (first.left, first.top, first.width, first.height, first.transparent_index) == (0, 0, 4, 3, None)
    assert (second.left, second.top, second.width, second.height, second.transparent_index) == (2, 2, 2, 1, 1)


def test_delays_are_summed_as_stated_and_as_browsers_play_them() -> None:
    info = walk(gif(*[Image(1, 1, b"\0", delay_cs=delay) for delay in (0, 1, 2, 50)]))
    assert info.raw_duration_ms == 530
    assert info.duration_ms == 100 + 100 + 20 + 500
    assert [image.effective_delay_ms for image in info.images] == [100, 100, 20, 500]


def test_an_image_without_a_control_block_has_no_delay_and_the_last_control_wins() -> None:
    bare = Image(1, 1, b"\0", control=False)
    info = walk(gif(control(50), control(20, disposal=2), extension(0xFE, b"x"), bare))
    assert info.images[0].delay_cs == 20
    assert info.images[0].disposal == 2
    info = walk(gif(Image(1, 1, b"\0", delay_cs=9), bare, control(77)))
    assert [image.delay_cs for image in info.images] == [9, 0]


@pytest.mark.parametrize(
    ("blocks", "loops"),
    [
        ([DOT], None),
        ([loop(0), DOT], 0),
        ([DOT, loop(65535)], 65535),
        ([loop(2, b"ANIMEXTS1.0"), DOT], 2),
        ([loop(2), loop(5), DOT], 5),
        ([loop(2, b"NETSCAPE3.0"), DOT], None),
        ([application(b"NETSCAPE2.0", b"\x02\0\0\0\0"), DOT], None),
        ([application(b"NETSCAPE2.0"), DOT], None),
    ],
)
def test_the_loop_count_comes_from_the_last_loop_block(
    blocks: list[Image | bytes], loops: int | None
) -> None:
    assert walk(gif(*blocks)).loop_count == loops


def test_blocks_that_show_nothing_are_listed_with_their_kind_and_place() -> None:
    blocks = [
        extension(0xFE, b"hello"),
        application(b"XMP DataXMP", b"<x/>"),
        application(b"", b""),
        application(b"NETSCAPE2.0", b"\x07"),
        application(b"NETSCAPE2.0"),
        extension(0x01, bytes(12)),
        extension(0x77),
        loop(1, surplus=b"\x02hi"),
        control(surplus=b"\x02hi"),
    ]
    data = gif(*blocks, DOT)
    expected = []
    at = data.index(blocks[0])
    for block, kind in zip(
        blocks,
        ["comment", *["application"] * 4, "plain_text", "extension", "surplus", "surplus"],
        strict=True,
    ):
        if kind == "surplus":
            expected.append(Span(at + len(block) - 4, at + len(block) - 1, kind))
        else:
            expected.append(Span(at, at + len(block), kind))
        at += len(block)
    assert list(walk(data).dropped) == expected
    assert not walk(data).is_clean


def test_trailing_bytes_are_counted_up_to_a_limit() -> None:
    info = walk(gif(DOT) + b"PK\3\4")
    assert info.trailing_bytes == 4
    assert not info.is_clean
    assert refused(gif(DOT) + bytes(11), Limits(max_trailing_bytes=10)) == "trailing_data"
    assert walk(gif(DOT) + bytes(10), Limits(max_trailing_bytes=10)).trailing_bytes == 10


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_a_gif"),
        (b"GIF88a" + bytes(20), "not_a_gif"),
        (b"\x89PNG\r\n\x1a\n", "not_a_gif"),
        (b"hello", "not_a_gif"),
        (b"GIF8", "truncated"),
        (b"GIF89a\1\0", "truncated"),
        (gif(DOT)[:-1], "truncated"),
        (gif(DOT)[:-4], "truncated"),
        (gif(DOT, trailer=b"\0;"), "bad_block"),
        (gif(b"\x99", DOT), "bad_block"),
        (gif(b"!\xf9\x03abc\0", DOT), "bad_block"),
        (gif(), "no_frames"),
        (gif(extension(0xFE, b"only words")), "no_frames"),
        (gif(DOT, width=0), "zero_dimension"),
        (gif(DOT, height=0), "zero_dimension"),
        (gif(Image(0, 1, b"")), "zero_dimension"),
        (gif(Image(1, 0, b"")), "zero_dimension"),
        (gif(Image(4, 1, bytes(4), left=1)), "frame_outside_screen"),
        (gif(Image(1, 1, bytes(1), top=3)), "frame_outside_screen"),
        (gif(Image(1, 1, b"\0", min_code_bits=8, data=b"")).replace(b"\x08\0;", b"\x09\0;"), "bad_lzw_size"),
        (gif(Image(1, 1, b"\0", min_code_bits=8, data=b"")).replace(b"\x08\0;", b"\x00\0;"), "bad_lzw_size"),
        (bytes(Gif(1, 1, [DOT], palette=None)), "no_palette"),
    ],
)
def test_a_broken_file_is_refused_with_its_code(data: bytes, code: str) -> None:
    assert refused(data) == code
    assert code in MESSAGES


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (replace(EXACT, max_screen_pixels=11), "too_many_pixels"),
        (replace(EXACT, max_total_pixels=35), "too_many_pixels"),
        (replace(EXACT, max_frames=2), "too_many_frames"),
        (replace(EXACT, max_dropped_spans=1), "too_many_blocks"),
        (replace(EXACT, max_sub_blocks=12), "too_many_blocks"),
    ],
)
def test_each_limit_refuses_one_more_and_accepts_exactly_that_many(limits: Limits, code: str) -> None:
    # Runs of sub-blocks, terminators counted: 3 controls of 1, 3 images of 2, 2 comments of 2.
    blocks: list[Image | bytes] = [DOT, extension(0xFE, b"x"), DOT, extension(0xFE, b"x"), DOT]
    assert refused(gif(*blocks), limits) == code
    assert walk(gif(*blocks), EXACT).frames == 3


def test_a_walker_that_failed_keeps_failing_with_the_same_code() -> None:
    walker = GifWalker()
    with pytest.raises(GifError):
        walker.feed(b"nonsense")
    for again in (lambda: walker.feed(gif(DOT)), walker.finish):
        with pytest.raises(GifError) as caught:
            again()
        assert caught.value.code == "not_a_gif"


def test_a_bomb_is_refused_at_its_header_before_its_body_arrives() -> None:
    walker = GifWalker()
    with pytest.raises(GifError) as caught:
        walker.feed(gif(DOT, width=65535, height=65535)[:13])
    assert caught.value.code == "too_many_pixels"


def test_any_buffer_can_be_fed() -> None:
    data = gif(DOT)
    for kind in (bytes, bytearray, memoryview):
        assert walk(kind(data)) == walk(data)


def test_data_between_length_bytes_is_never_read_as_blocks() -> None:
    # Trailer, terminator and image bytes inside the data would end a walk that looks for them.
    data = b";\0,!\xf9" * 300
    info = walk(gif(Image(1, 1, b"\0", data=data, sub_block=17), extension(0xFE, data), Image(1, 1, b"\0")))
    assert info.frames == 2
    assert sub_blocks(data, 17) in gif(Image(1, 1, b"\0", data=data, sub_block=17))


@settings(deadline=None)
@given(st.data())
def test_how_a_file_is_cut_makes_no_difference(data: st.DataObject) -> None:
    content = data.draw(
        st.one_of(gifs().map(bytes), mutated(), gifs().map(lambda written: bytes(written) + b"after it"))
    )
    whole = outcome([content])
    assert outcome([content[at : at + 1] for at in range(len(content))]) == whole
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=8)))
    pieces = [content[start:end] for start, end in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    assert outcome(pieces) == whole


@settings(deadline=None)
@given(gifs())
def test_every_well_formed_file_is_accepted_and_ends_at_its_trailer(written: Gif) -> None:
    content = bytes(written)
    info = walk(content)
    assert info.frames == sum(isinstance(block, Image) for block in written.blocks)
    assert info.end == len(content)


@settings(deadline=None)
@given(st.one_of(st.binary(), st.binary().map(lambda tail: b"GIF89a" + tail), mutated()))
def test_nothing_but_the_own_error_comes_out(content: bytes) -> None:
    result = outcome([content])
    assert isinstance(result, GifInfo) or result in MESSAGES

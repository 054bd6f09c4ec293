from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdn import CdnError, RangeAnswer, RangeRequest, decide_range

WHOLE, UNSATISFIABLE = RangeAnswer.WHOLE, RangeAnswer.UNSATISFIABLE
HUGE = "9" * 5000


@pytest.mark.parametrize(
    ("header", "length", "expected"),
    [
        (None, 100, WHOLE),
        ("", 100, WHOLE),
        ("bytes=0-0", 100, (0, 0)),
        ("bytes=0-99", 100, (0, 99)),
        ("bytes=0-100", 100, (0, 99)),
        ("bytes=99-99", 100, (99, 99)),
        ("bytes=99-", 100, (99, 99)),
        ("bytes=100-", 100, UNSATISFIABLE),
        ("bytes=100-200", 100, UNSATISFIABLE),
        ("bytes=50-", 100, (50, 99)),
        ("bytes=-1", 100, (99, 99)),
        ("bytes=-100", 100, (0, 99)),
        ("bytes=-101", 100, (0, 99)),
        ("bytes=-0", 100, UNSATISFIABLE),
        ("bytes=-000", 100, UNSATISFIABLE),
        ("bytes=5-4", 100, WHOLE),
        ("bytes=200-100", 100, WHOLE),
        ("bytes=007-0010", 100, (7, 10)),
        ("bytes=10-09", 100, WHOLE),
        ("bytes=9-10", 100, (9, 10)),
        ("bytes=0-9", 10**18 - 1, (0, 9)),
        ("BYTES=1-2", 100, (1, 2)),
        ("  bytes=1-2\t", 100, (1, 2)),
        ("bytes=1-2 , ,", 100, (1, 2)),
        ("bytes=,1-2", 100, (1, 2)),
        ("bytes=, 1-2", 100, (1, 2)),
        ("bytes= 1-2", 100, WHOLE),
        ("bytes =1-2", 100, WHOLE),
        ("bytes=1 -2", 100, WHOLE),
        ("bytes=1- 2", 100, WHOLE),
        ("bytes=1\n-2", 100, WHOLE),
        ("bytes=1-2\n", 100, WHOLE),
        ("bytes=", 100, WHOLE),
        ("bytes=,", 100, WHOLE),
        ("bytes=-", 100, WHOLE),
        ("bytes=--1", 100, WHOLE),
        ("bytes=-1-2", 100, WHOLE),
        ("bytes=+1-2", 100, WHOLE),
        ("bytes=1_0-20", 100, WHOLE),
        ("bytes=a-b", 100, WHOLE),
        ("bytes=0x1-0x2", 100, WHOLE),
        ("bytes=1.0-2", 100, WHOLE),
        ("bytes=\u0661-\u0662", 100, WHOLE),
        ("bytes 1-2", 100, WHOLE),
        ("items=1-2", 100, WHOLE),
        ("xbytes=1-2", 100, WHOLE),
        ("bytes=0-1,2-3", 100, WHOLE),
        ("bytes=500-,600-", 100, WHOLE),
        ("bytes=0-1,x", 100, WHOLE),
        (f"bytes=0-{HUGE}", 100, (0, 99)),
        (f"bytes={HUGE}-", 100, UNSATISFIABLE),
        (f"bytes=-{HUGE}", 100, (0, 99)),
        (f"bytes={HUGE}-{HUGE[1:]}", 100, WHOLE),
        (f"bytes={'0' * 5000}1-2", 100, (1, 2)),
        ("bytes=0-", 0, UNSATISFIABLE),
        ("bytes=0-0", 0, UNSATISFIABLE),
        ("bytes=-5", 0, WHOLE),
        ("bytes=-0", 0, UNSATISFIABLE),
        (7, 100, WHOLE),
        (b"bytes=0-1", 100, WHOLE),
    ],
)
def test_a_range_header_is_read_as_the_specification_says(header, length, expected):
    assert decide_range(header, length) == expected
    documented = expected if isinstance(expected, tuple) else None
    assert RangeRequest.parse_range_header(header, length) == documented


def test_the_largest_exact_number_is_told_from_its_neighbours():
    assert decide_range("bytes=999999999999999999-", 10**18) == (10**18 - 1, 10**18 - 1)
    assert decide_range("bytes=1000000000000000000-", 10**18) == UNSATISFIABLE


@settings(deadline=None)
@given(length=st.integers(0, 40), first=st.integers(0, 60), last=st.integers(0, 60))
def test_closed_and_open_ranges_select_what_a_plain_model_selects(length, first, last):
    closed = [place for place in range(length) if first <= place <= last]
    opened = [place for place in range(length) if first <= place]
    expected = WHOLE if last < first else (closed[0], closed[-1]) if closed else UNSATISFIABLE
    assert decide_range(f"bytes={first}-{last}", length) == expected
    assert decide_range(f"bytes={first}-", length) == ((opened[0], opened[-1]) if opened else UNSATISFIABLE)


@settings(deadline=None)
@given(length=st.integers(1, 40), count=st.integers(1, 60))
def test_a_suffix_selects_the_last_bytes(length, count):
    places = list(range(length))[-count:]
    assert decide_range(f"bytes=-{count}", length) == (places[0], places[-1])


@settings(deadline=None)
@given(
    header=st.one_of(
        st.text(),
        st.from_regex(r"bytes=[0-9 ,\t-]*", fullmatch=True),
        st.text().map(lambda text: f"bytes={text}"),
    ),
    length=st.integers(0, 2**53),
)
def test_no_header_raises_and_every_span_lies_inside(header, length):
    decision = decide_range(header, length)
    if not isinstance(decision, RangeAnswer):
        start, end = decision
        assert 0 <= start <= end < length


def test_the_headers_of_a_part_name_its_place_in_the_whole():
    assert RangeRequest.get_range_response_headers(10, 19, 100, "image/gif") == {
        "Content-Type": "image/gif",
        "Content-Length": "10",
        "Accept-Ranges": "bytes",
        "Content-Range": "bytes 10-19/100",
    }


def test_the_headers_of_the_whole_invite_ranges():
    assert RangeRequest.get_full_response_headers(0, "video/mp4") == {
        "Content-Type": "video/mp4",
        "Content-Length": "0",
        "Accept-Ranges": "bytes",
    }


@pytest.mark.parametrize(("start", "end", "total"), [(-1, 5, 10), (6, 5, 10), (0, 10, 10), (0, 0, 0)])
def test_a_span_outside_the_whole_is_refused(start, end, total):
    with pytest.raises(CdnError) as caught:
        RangeRequest.get_range_response_headers(start, end, total, "image/gif")
    assert caught.value.code == "invalid_span"


def test_the_edges_of_the_whole_are_a_span():
    assert RangeRequest.get_range_response_headers(0, 9, 10, "image/gif")["Content-Range"] == "bytes 0-9/10"
    assert RangeRequest.get_range_response_headers(9, 9, 10, "image/gif")["Content-Length"] == "1"


@pytest.mark.parametrize("length", [-1, 1.0, True, "10", None])
def test_an_impossible_length_is_refused(length):
    for call in (
        lambda: decide_range("bytes=0-1", length),
        lambda: RangeRequest.parse_range_header(None, length),
        lambda: RangeRequest.get_full_response_headers(length, "image/gif"),
        lambda: RangeRequest.get_range_response_headers(0, 0, length, "image/gif"),
    ):
        with pytest.raises(CdnError) as caught:
            call()
        assert caught.value.code == "invalid_length"


@pytest.mark.parametrize("content_type", ["", " ", "image/gif\r\nX: y", "bild/grün", None, 5])
def test_a_media_type_that_would_break_its_header_is_refused(content_type):
    with pytest.raises(CdnError) as caught:
        RangeRequest.get_full_response_headers(1, content_type)
    assert caught.value.code == "invalid_content_type"

"""The traceparent header, by the letter of W3C Trace Context."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observability import TraceParent, format_traceparent, parse_traceparent

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.mark.parametrize(
    ("header", "flags"),
    [
        (f"00-{TRACE}-{SPAN}-00", 0),
        (f"00-{TRACE}-{SPAN}-01", 1),
        (f"00-{TRACE}-{SPAN}-03", 3),
        (f"00-{TRACE}-{SPAN}-ff", 3),
        (f"00-{TRACE}-{SPAN}-08", 0),
        (f"01-{TRACE}-{SPAN}-01", 1),
        (f"cc-{TRACE}-{SPAN}-01-what-the-future-will-be-like", 1),
        (f"fe-{TRACE}-{SPAN}-01-", 1),
    ],
)
def test_a_valid_header_is_read(header: str, flags: int) -> None:
    assert parse_traceparent(header) == TraceParent(TRACE, SPAN, flags)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "00",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}-001",
        f"00-{TRACE}-{SPAN}-0g",
        f"00-{TRACE}-{SPAN}-01-",
        f"00-{TRACE}-{SPAN}-01-extra",
        f"00-{TRACE}-{SPAN}-01.extra",
        f"cc-{TRACE}-{SPAN}-01.extra",
        f"ff-{TRACE}-{SPAN}-01",
        f"0-{TRACE}-{SPAN}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN.upper()}-01",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00-{TRACE}0-{SPAN}-01",
        f"00-{TRACE}-{SPAN[:-1]}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f" 00-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01\n",
        f"00_{TRACE}_{SPAN}_01",
        f"00-{TRACE[:-1]}\u0663-{SPAN}-01",
    ],
)
def test_an_invalid_header_is_none(header: str | None) -> None:
    assert parse_traceparent(header) is None


@given(st.integers(1, 2**128 - 1), st.integers(1, 2**64 - 1), st.integers(0, 3))
@settings(deadline=None)
def test_what_is_written_is_read_back(trace: int, span: int, flags: int) -> None:
    parent = TraceParent(f"{trace:032x}", f"{span:016x}", flags)
    assert parse_traceparent(format_traceparent(parent)) == parent
    assert len(format_traceparent(parent)) == 55


@given(st.text() | st.text(alphabet="0123456789abcdef-", min_size=50, max_size=60))
@settings(deadline=None)
def test_no_header_makes_the_parser_raise(header: str) -> None:
    parsed = parse_traceparent(header)
    assert parsed is None or parse_traceparent(format_traceparent(parsed)) == parsed


@pytest.mark.parametrize(
    ("trace", "span"),
    [("0" * 32, SPAN), (TRACE, "0" * 16), (TRACE[1:], SPAN), (TRACE, SPAN + "0"), (TRACE.upper(), SPAN)],
)
def test_impossible_ids_are_not_written(trace: str, span: str) -> None:
    with pytest.raises(ValueError, match="not all zero"):
        format_traceparent(TraceParent(trace, span))


def test_flags_nobody_knows_are_not_passed_on() -> None:
    assert format_traceparent(TraceParent(TRACE, SPAN, 0xFF)) == f"00-{TRACE}-{SPAN}-03"

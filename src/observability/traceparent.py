"""The `traceparent` header of W3C Trace Context, level 2."""

from __future__ import annotations

import re
from typing import NamedTuple

SAMPLED = 0x01
RANDOM_TRACE_ID = 0x02
_KNOWN_FLAGS = SAMPLED | RANDOM_TRACE_ID

_FIELDS = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.DOTALL)
_NO_TRACE = "0" * 32
_NO_SPAN = "0" * 16


class TraceParent(NamedTuple):
    """Who called: the trace, the caller's span and the flags this version knows."""

    trace_id: str
    parent_id: str
    flags: int = SAMPLED


def is_trace_id(text: str) -> bool:
    """Return whether the text is 32 lower-case hex digits, not all zero."""
    return bool(re.fullmatch("[0-9a-f]{32}", text)) and text != _NO_TRACE


def is_span_id(text: str) -> bool:
    """Return whether the text is 16 lower-case hex digits, not all zero."""
    return bool(re.fullmatch("[0-9a-f]{16}", text)) and text != _NO_SPAN


def parse_traceparent(header: str | None) -> TraceParent | None:
    """Return what the header says, or None for one that is absent or invalid: then a new trace begins.

    A version above 00 may append fields, which are ignored, as are flags this version does not know.
    """
    fields = _FIELDS.fullmatch(header) if header else None
    if fields is None:
        return None
    version, trace_id, parent_id, flags, more = fields.groups()
    if version == "ff" or (version == "00" and more is not None):
        return None
    if trace_id == _NO_TRACE or parent_id == _NO_SPAN:
        return None
    return TraceParent(trace_id, parent_id, int(flags, 16) & _KNOWN_FLAGS)


def format_traceparent(parent: TraceParent) -> str:
    """Return the header for a call made from the span `parent.parent_id`; ValueError for impossible ids."""
    if not is_trace_id(parent.trace_id) or not is_span_id(parent.parent_id):
        raise ValueError("a traceparent needs 32 and 16 lower-case hex digits that are not all zero")
    return f"00-{parent.trace_id}-{parent.parent_id}-{parent.flags & _KNOWN_FLAGS:02x}"

"""Byte ranges, RFC 9110 section 14: what a `Range` header asks of a representation of known length."""

from __future__ import annotations

import enum
import re
from typing import Literal, TypeAlias

from cdn.errors import CdnError
from cdn.values import as_text, is_count

_RANGE = re.compile(r"bytes=(?![ \t])(.*)", re.IGNORECASE | re.DOTALL)
_SPEC = re.compile(r"([0-9]*)-([0-9]*)")
_OWS = " \t"
# Longer numbers lie behind every possible length; int() would refuse very long ones with an exception.
_DIGITS_THAT_FIT = 18
_BEHIND_EVERYTHING = 10**_DIGITS_THAT_FIT


class RangeAnswer(enum.Enum):
    """What to do when there is no single span to send."""

    WHOLE = "whole"
    """Ignore the header and send everything (200)."""
    UNSATISFIABLE = "unsatisfiable"
    """Refuse with 416 and `Content-Range: bytes */N`."""


Span: TypeAlias = "tuple[int, int]"
"""First and last byte, both included."""
RangeDecision: TypeAlias = "Span | Literal[RangeAnswer.WHOLE, RangeAnswer.UNSATISFIABLE]"


def decide_range(range_header: str | None, content_length: int) -> RangeDecision:
    """Return the span to send, or whether to send everything or refuse.

    Everything is sent when there is no header, the unit is not `bytes`, the syntax is wrong, or several
    ranges are asked for. A suffix of an empty representation is also answered whole: it is satisfiable, but
    no `Content-Range` can express it.
    """
    check_length(content_length)
    match = _RANGE.fullmatch(as_text(range_header).strip(_OWS))
    specs = [spec for part in match[1].split(",") if (spec := part.strip(_OWS))] if match else []
    parsed = _SPEC.fullmatch(specs[0]) if len(specs) == 1 else None
    if parsed is None or parsed[0] == "-":
        return RangeAnswer.WHOLE
    first, last = parsed[1].lstrip("0"), parsed[2].lstrip("0")
    if not parsed[1]:
        return _suffix(_position(last), content_length)
    if parsed[2] and (len(last), last) < (len(first), first):
        return RangeAnswer.WHOLE
    start = _position(first)
    if start >= content_length:
        return RangeAnswer.UNSATISFIABLE
    return start, min(_position(last), content_length - 1) if parsed[2] else content_length - 1


def _suffix(count: int, content_length: int) -> RangeDecision:
    if count == 0:
        return RangeAnswer.UNSATISFIABLE
    if content_length == 0:
        return RangeAnswer.WHOLE
    return max(0, content_length - count), content_length - 1


def _position(digits: str) -> int:
    return int(digits or "0") if len(digits) <= _DIGITS_THAT_FIT else _BEHIND_EVERYTHING


def check_length(length: int) -> None:
    """Raise CdnError unless `length` is a number of bytes."""
    if not is_count(length):
        raise CdnError("invalid_length", "a length must be a whole number of bytes, 0 or more")


def check_content_type(content_type: str) -> None:
    """Raise CdnError for a media type that would break the header it is put in."""
    text = as_text(content_type)
    if not text.strip() or not text.isascii() or not text.isprintable():
        raise CdnError("invalid_content_type", "content_type must be printable ASCII such as image/gif")


class RangeRequest:
    """The documented view of byte ranges."""

    @staticmethod
    def parse_range_header(range_header: str | None, content_length: int) -> Span | None:
        """Return the first and last byte to send, both included, or None for "no single span".

        None covers both a header to be ignored (200) and an unsatisfiable one (416): `decide_range` tells
        them apart, and `CDNHelper.get_asset_headers` answers with the right status. A malformed header
        never raises; a negative `content_length` raises CdnError.
        """
        decision = decide_range(range_header, content_length)
        return None if isinstance(decision, RangeAnswer) else decision

    @staticmethod
    def get_range_response_headers(
        start: int, end: int, total_length: int, content_type: str
    ) -> dict[str, str]:
        """Return the headers of a 206; raise CdnError unless 0 <= start <= end < total_length."""
        check_length(total_length)
        if not 0 <= start <= end < total_length:
            raise CdnError("invalid_span", f"bytes {start}-{end} are not inside 0-{total_length - 1}")
        headers = RangeRequest.get_full_response_headers(end - start + 1, content_type)
        headers["Content-Range"] = f"bytes {start}-{end}/{total_length}"
        return headers

    @staticmethod
    def get_full_response_headers(total_length: int, content_type: str) -> dict[str, str]:
        """Return the headers of a 200 that invites range requests; raise CdnError for impossible values."""
        check_length(total_length)
        check_content_type(content_type)
        return {
            "Content-Type": content_type,
            "Content-Length": str(total_length),
            "Accept-Ranges": "bytes",
        }

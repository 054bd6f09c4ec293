"""Conditional and range requests: the status and the bytes, decided before any byte is fetched.

The order is RFC 9110 section 13.2.2: If-Match, else If-Unmodified-Since; If-None-Match, else
If-Modified-Since; then If-Range and Range. A resource that does not exist is the caller's 404 before this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdn.entity_tags import is_entity_tag, matches_strongly, matches_weakly, parse_tags
from cdn.http_dates import parse_http_date
from cdn.ranges import RangeAnswer, decide_range

if TYPE_CHECKING:
    from collections.abc import Callable

    from cdn.ranges import Span

_READS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Representation:
    """What would be sent: its length, its quoted entity tag, and when it last changed (epoch seconds)."""

    length: int
    etag: str | None = None
    last_modified: float | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """The request headers that decide, as received; None where absent."""

    if_match: str | None = None
    if_unmodified_since: str | None = None
    if_none_match: str | None = None
    if_modified_since: str | None = None
    if_range: str | None = None
    range: str | None = None

    @classmethod
    def read(cls, get: Callable[[str], str | None]) -> Conditions:
        """Collect the headers through `get`, which takes a lower-case name."""
        return cls(
            if_match=get("if-match"),
            if_unmodified_since=get("if-unmodified-since"),
            if_none_match=get("if-none-match"),
            if_modified_since=get("if-modified-since"),
            if_range=get("if-range"),
            range=get("range"),
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """The status to answer with (200, 206, 304, 412 or 416) and, for 206, the span to send."""

    status: int
    span: Span | None = None


def plan(method: str, conditions: Conditions, representation: Representation, now: float) -> Plan:
    """Decide how to answer `method` on an existing representation. Malformed headers never raise.

    A malformed If-Match holds no matching tag and fails; a malformed If-None-Match, date or Range is
    ignored; a malformed If-Range asks for everything.
    """
    if not _unchanged(conditions, representation, now):
        return Plan(412)
    if not _changed(method, conditions, representation, now):
        return Plan(304 if method in _READS else 412)
    if method != "GET" or conditions.range is None:
        return Plan(200)
    if conditions.if_range is not None and not _same(conditions.if_range, representation, now):
        return Plan(200)
    decision = decide_range(conditions.range, representation.length)
    if isinstance(decision, RangeAnswer):
        return Plan(200 if decision is RangeAnswer.WHOLE else 416)
    return Plan(206, decision)


def _unchanged(conditions: Conditions, representation: Representation, now: float) -> bool:
    """Evaluate If-Match, or If-Unmodified-Since in its absence."""
    if conditions.if_match is not None:
        if conditions.if_match.strip(" \t") == "*":
            return True
        etag = representation.etag
        tags = parse_tags(conditions.if_match) or []
        return etag is not None and any(matches_strongly(tag, etag) for tag in tags)
    if conditions.if_unmodified_since is None or representation.last_modified is None:
        return True
    limit = parse_http_date(conditions.if_unmodified_since, now)
    return limit is None or int(representation.last_modified) <= limit


def _changed(method: str, conditions: Conditions, representation: Representation, now: float) -> bool:
    """Evaluate If-None-Match, or If-Modified-Since in its absence."""
    if conditions.if_none_match is not None:
        if conditions.if_none_match.strip(" \t") == "*":
            return False
        etag = representation.etag
        tags = parse_tags(conditions.if_none_match) or []
        return etag is None or not any(matches_weakly(tag, etag) for tag in tags)
    if conditions.if_modified_since is None or representation.last_modified is None or method not in _READS:
        return True
    limit = parse_http_date(conditions.if_modified_since, now)
    return limit is None or int(representation.last_modified) > limit


def _same(if_range: str, representation: Representation, now: float) -> bool:
    """Evaluate If-Range: a strong tag, or exactly the date, once its second has passed."""
    validator = if_range.strip(" \t")
    if is_entity_tag(validator):
        return representation.etag is not None and matches_strongly(validator, representation.etag)
    if representation.last_modified is None:
        return False
    changed = int(representation.last_modified)
    # Within the same second it could change again, so the date is no strong validator yet.
    return parse_http_date(validator, now) == changed and now >= changed + 1

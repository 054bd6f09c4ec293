"""Entity tags (RFC 9110 section 8.8.3) and their two comparisons."""

from __future__ import annotations

import re

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\uffff]*"'
_ONE = re.compile(_TAG)
_NEXT = re.compile(rf"[ \t]*+({_TAG})?[ \t]*+(?:,|\Z)")


def is_entity_tag(text: str) -> bool:
    """Tell whether `text` is one well-formed entity tag."""
    return _ONE.fullmatch(text) is not None


def parse_tags(text: str) -> list[str] | None:
    """Return the tags of a list, empty elements dropped, or None when the list is malformed or empty."""
    tags: list[str] = []
    position = 0
    while position < len(text):
        match = _NEXT.match(text, position)
        if match is None:
            return None
        if match[1]:
            tags.append(match[1])
        position = match.end()
    return tags or None


def matches_strongly(one: str, other: str) -> bool:
    """Compare byte for byte; a weak tag matches nothing."""
    return one == other and not one.startswith("W/")


def matches_weakly(one: str, other: str) -> bool:
    """Compare the opaque parts, weakness aside."""
    return one.removeprefix("W/") == other.removeprefix("W/")

"""What callers may hand in. Everything is bounded, because the trail keeps what it is given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from casework.errors import CaseworkInputError
from moderation.audit_chain import canonical_json
from moderation.model import is_confidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from enum import StrEnum

    Word = TypeVar("Word", bound=StrEnum)

MAX_ID_CHARACTERS = 200
MAX_REASON_CHARACTERS = 1_000
MAX_NOTES_CHARACTERS = 10_000
MAX_CATEGORIES = 32
MAX_DETAIL_CHARACTERS = 16_384
OWN_EVENTS = "#"
"""Ids of events that the ledger names itself begin with this; callers' must not."""

_SUBJECT = re.compile(r"(asset|link):[!-~]{1,180}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def subject(value: object) -> str:
    """Return what a case is about: `asset:<id>` or `link:<code>`."""
    if not isinstance(value, str) or not _SUBJECT.fullmatch(value):
        raise CaseworkInputError("a subject is asset:<id> or link:<code>")
    return value


def event_id(value: object) -> str:
    """Return a caller's event id."""
    checked = identifier("event_id", value)
    if checked.startswith(OWN_EVENTS):
        raise CaseworkInputError(f"an event_id must not begin with {OWN_EVENTS}")
    return checked


def identifier(name: str, value: object) -> str:
    """Return a text that names somebody or something."""
    checked = text(name, value, MAX_ID_CHARACTERS)
    if not checked.strip():
        raise CaseworkInputError(f"{name} is missing")
    return checked


def sha256(value: object) -> str:
    """Return the SHA-256 of content."""
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise CaseworkInputError("a sha256 has 64 lower-case hexadecimal digits")
    return value


def text(name: str, value: object, longest: int) -> str:
    """Return a text, which may be empty."""
    if not isinstance(value, str) or len(value) > longest:
        raise CaseworkInputError(f"{name} must be a text of at most {longest} characters")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise CaseworkInputError(f"{name} holds half a surrogate pair, which is no text") from error
    return value


def word(name: str, value: object, words: Iterable[Word]) -> Word:
    """Return the one of some words that a value is."""
    known = {one.value: one for one in words}
    if not isinstance(value, str) or value not in known:
        raise CaseworkInputError(f"{name} is one of {', '.join(known)}")
    return known[value]


def whole(name: str, value: object, least: int, most: int) -> int:
    """Return a whole number within bounds; numbers that came over RPC may be floats."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
        raise CaseworkInputError(f"{name} is a number from {least} to {most}")
    return int(value)


def categories(value: object) -> list[str]:
    """Return the categories of a verdict."""
    if not isinstance(value, list) or len(value) > MAX_CATEGORIES:
        raise CaseworkInputError(f"categories is a list of at most {MAX_CATEGORIES} texts")
    return [identifier("category", one) for one in value]


def scores(value: object) -> dict[str, float]:
    """Return scores by category, each from 0 to 1."""
    found = detail("scores", value)
    if not all(is_confidence(score) for score in found.values()):
        raise CaseworkInputError("a score is a number from 0 to 1")
    return found


def detail(name: str, value: object) -> dict[str, Any]:
    """Return a dict of JSON values of bounded size."""
    if not isinstance(value, dict):
        raise CaseworkInputError(f"{name} must be a dict")
    try:
        size = len(canonical_json(value))
    except (TypeError, ValueError, RecursionError) as error:
        raise CaseworkInputError(f"{name} must hold JSON values: {error}") from error
    if size > MAX_DETAIL_CHARACTERS:
        raise CaseworkInputError(f"{name} has more than {MAX_DETAIL_CHARACTERS} characters as JSON")
    return value


def optional(wanted: Mapping[str, Any], name: str, otherwise: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a field that may be missing or null."""
    value = wanted.get(name)
    return otherwise if value is None else value

"""JSON as strangers send it: one meaning, bounded depth, text that everybody can store."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from typing import Any

MAX_DEPTH = 32

# An unterminated string runs to the end of the text: so each character is looked at once.
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")
_OPENING = b"[{"


class InvalidJsonError(ValueError):
    """Bytes that are not JSON with one meaning."""


def parse_json(data: bytes) -> Any:  # noqa: ANN401 - JSON values
    """Return the value of a JSON text in UTF-8, or raise InvalidJsonError.

    Refused beyond the grammar: a name twice in an object, NaN and infinities, numbers beyond a double,
    nesting deeper than 32, and texts with NUL or half a surrogate pair.
    """
    if _depth(data) > MAX_DEPTH:
        raise InvalidJsonError(f"the JSON is nested deeper than {MAX_DEPTH}")
    try:
        value = json.loads(
            data.decode(), object_pairs_hook=_object, parse_constant=_constant, parse_float=_float
        )
    except InvalidJsonError:
        raise
    except UnicodeDecodeError as error:
        raise InvalidJsonError("the text is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise InvalidJsonError(f"{error.msg} at line {error.lineno} column {error.colno}") from error
    except ValueError as error:
        raise InvalidJsonError("a number has too many digits") from error
    if b"\\u" in data:
        _check_texts(value)
    return value


def depth_of(value: object) -> int:
    """Return how deeply lists and objects of a parsed value are nested; a plain value is 0."""
    if not isinstance(value, (dict, list)):
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(depth_of, inner), default=0)


def _depth(data: bytes) -> int:
    """Return the nesting of a text that is not parsed yet: the parser recurses, and a stack is short."""
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return 0
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", data)):
        if bracket in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        ((name, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise InvalidJsonError(f"the name {name[:80]!a} occurs twice in an object")
    return members


def _constant(name: str) -> float:
    raise InvalidJsonError(f"{name} is not JSON")


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise InvalidJsonError("a number is too large")
    return value


def _check_texts(value: object) -> None:
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            left += [*one, *one.values()]
        elif isinstance(one, list):
            left += one
        elif isinstance(one, str) and not _is_storable(one):
            raise InvalidJsonError("a text has NUL or half a surrogate pair")


def _is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text

"""JSON taken apart without decoding all of it: one element of a list is a Python value at a time.

A file of 10 MiB can hold millions of empty lists, and decoding them at once would take all of an isolate's
memory. Nothing here recurses into what it has not measured.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from link_transfer.bounds import MAX_COLUMNS, MAX_CONTAINERS, MAX_DEPTH, check_size, check_values
from link_transfer.errors import (
    DUPLICATE_FIELD,
    INVALID_JSON,
    NOT_AN_OBJECT,
    TOO_COMPLEX,
    TOO_DEEP,
    TOO_MANY_COLUMNS,
    TransferError,
    named,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_SPACE = re.compile(r"[ \t\r\n]*+")
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_SCALAR = re.compile(r'[^\s,:"\[\]{}]++')
# All up to the next bracket that is not inside a string, or up to a string that does not end.
_STRETCH = re.compile(r'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)


class Member(NamedTuple):
    """A value inside a list or an object: its name there, and where in the text it is."""

    name: str
    start: int
    end: int


def document(text: str) -> Member:
    """Return where the one value of a text is; its brackets are then known to be balanced."""
    start = _skip(text, 0)
    end = _value_end(text, start)
    if _skip(text, end) != len(text):
        raise _invalid("there is something after the JSON value")
    return Member("", start, end)


def members(text: str, container: Member) -> Iterator[Member]:
    """Yield what a list or an object holds, undecoded; the names in a list are empty."""
    closing = "]" if text[container.start] == "[" else "}"
    position = _skip(text, container.start + 1)
    if text.startswith(closing, position):
        return
    while True:
        name = ""
        if closing == "}":
            name, position = _name(text, position)
        end = _value_end(text, position)
        yield Member(name, position, end)
        position = _skip(text, end)
        if text.startswith(closing, position):
            return
        position = _after(",", text, position)


def decode_object(text: str) -> dict[str, Any]:
    """Return the object a text holds, within the bounds for one link; every text in it is checked."""
    whole = document(text)
    if not text.startswith("{", whole.start):
        raise TransferError(NOT_AN_OBJECT, "a link is a JSON object")
    for count, member in enumerate(members(text, whole), 1):
        if count > MAX_COLUMNS:
            raise TransferError(TOO_MANY_COLUMNS, f"there are more than {MAX_COLUMNS} fields")
        check_size(text[member.start : member.end])
    value: dict[str, Any] = decode_value(text)
    return value


def decode_value(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value a text holds when it is not too deep; twice the same name in an object is refused."""
    _check_depth(text)
    try:
        value = _DECODER.decode(text)
    except TransferError:
        raise
    except ValueError as error:
        raise _invalid("the JSON is not well formed") from error
    check_values(value)
    return value


def _check_depth(text: str) -> None:
    depth, position = 0, 0
    while True:
        position = _stretch_end(text, position)
        if position == len(text):
            return
        depth += 1 if text[position] in "[{" else -1
        if depth > MAX_DEPTH:
            raise TransferError(TOO_DEEP, f"the JSON is more than {MAX_DEPTH} levels deep")
        position += 1


def _value_end(text: str, start: int) -> int:
    if text.startswith(("[", "{"), start):
        return _container_end(text, start)
    scalar = (_STRING if text.startswith('"', start) else _SCALAR).match(text, start)
    if scalar is None:
        raise _invalid("a JSON value is missing")
    return scalar.end()


def _container_end(text: str, start: int) -> int:
    depth, position, containers = 1, start + 1, 1
    while depth:
        position = _stretch_end(text, position)
        if position == len(text):
            raise _invalid("the JSON ends too early")
        if text[position] in "[{":
            depth, containers = depth + 1, containers + 1
            if containers > MAX_CONTAINERS:
                raise TransferError(TOO_COMPLEX, f"there are more than {MAX_CONTAINERS} lists and objects")
        else:
            depth -= 1
        position += 1
    return position


def _stretch_end(text: str, position: int) -> int:
    stretch = _STRETCH.match(text, position)
    assert stretch is not None  # noqa: S101 - it matches nothing at least
    if text.startswith('"', stretch.end()):
        raise _invalid("a JSON string does not end")
    return stretch.end()


def _name(text: str, position: int) -> tuple[str, int]:
    quoted = _STRING.match(text, position)
    if quoted is None:
        raise _invalid("a name is missing in a JSON object")
    return str(decode_value(quoted[0])), _after(":", text, _skip(text, quoted.end()))


def _after(mark: str, text: str, position: int) -> int:
    if not text.startswith(mark, position):
        raise _invalid(f"a {mark!r} is missing in the JSON")
    return _skip(text, position + 1)


def _skip(text: str, position: int) -> int:
    space = _SPACE.match(text, position)
    assert space is not None  # noqa: S101 - it matches nothing at least
    return space.end()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise TransferError(DUPLICATE_FIELD, f"the field {named(double)} is there twice")
    return value


def _refuse_constant(name: str) -> None:
    raise _invalid(f"{name} is not JSON")


def _invalid(message: str) -> TransferError:
    return TransferError(INVALID_JSON, message)


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant)

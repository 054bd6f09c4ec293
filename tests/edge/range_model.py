"""What RFC 9110 asks of a GET, written a second time and without the code it judges.

One byte at a time and one header at a time: slow, and simple enough to be read against the RFC.
"""

from __future__ import annotations

import email.utils
import re
from typing import NamedTuple


class File(NamedTuple):
    """What is served: its bytes, its quoted strong tag, and when it last changed."""

    content: bytes
    etag: str
    modified: int


class Expected(NamedTuple):
    """What has to come back. `content_range` is None where there must be none."""

    status: int
    body: bytes
    content_range: str | None = None


def expected(file: File, headers: dict[str, str]) -> Expected:
    """Answer a GET; the names of headers are lower case."""
    if not _may_proceed(file, headers):
        return Expected(412, b"")
    if _is_known_already(file, headers):
        return Expected(304, b"")
    whole = Expected(200, file.content)
    if "range" not in headers or not _is_still_the_same(file, headers):
        return whole
    positions = _positions(headers["range"], len(file.content))
    if positions is None:
        return whole
    if not positions:
        return Expected(416, b"", f"bytes */{len(file.content)}")
    body = bytes(file.content[position] for position in positions)
    return Expected(206, body, f"bytes {positions[0]}-{positions[-1]}/{len(file.content)}")


def _positions(value: str, length: int) -> range | None:
    """Return the places that one range asks for, none if nothing is there, or None to be ignored."""
    unit, equals, wanted = value.strip(" \t").partition("=")
    if unit.lower() != "bytes" or not equals or wanted[:1] in (" ", "\t"):
        return None
    elements = [element.strip(" \t") for element in wanted.split(",")]
    (only, *more) = [element for element in elements if element] or [""]
    parts = only.split("-")
    if (
        more
        or len(parts) != 2
        or not all(re.fullmatch("[0-9]*", part) for part in parts)
        or parts == ["", ""]
    ):
        return None
    first, last = ("".join(parts[0:1]), "".join(parts[1:2]))
    if not first:
        return range(max(0, length - int(last)), length)
    if last and int(last) < int(first):
        return None
    end = length if not last else min(length, int(last) + 1)
    return range(int(first), end)


def _may_proceed(file: File, headers: dict[str, str]) -> bool:
    if "if-match" in headers:
        wanted = headers["if-match"]
        return wanted.strip() == "*" or file.etag in _tags(wanted)
    limit = _moment(headers.get("if-unmodified-since"))
    return limit is None or file.modified <= limit


def _is_known_already(file: File, headers: dict[str, str]) -> bool:
    if "if-none-match" in headers:
        known = headers["if-none-match"]
        return known.strip() == "*" or file.etag in [tag.removeprefix("W/") for tag in _tags(known)]
    since = _moment(headers.get("if-modified-since"))
    return since is not None and file.modified <= since


def _is_still_the_same(file: File, headers: dict[str, str]) -> bool:
    validator = headers.get("if-range")
    return validator is None or validator == file.etag or _moment(validator) == file.modified


def _tags(value: str) -> list[str]:
    """Return the tags of a list that the tests write: no tag of theirs has a comma."""
    return [tag.strip() for tag in value.split(",")]


def _moment(value: str | None) -> int | None:
    try:
        return None if value is None else int(email.utils.parsedate_to_datetime(value).timestamp())
    except ValueError:
        return None

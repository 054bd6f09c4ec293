"""What every reader of another product's links needs: codes out of short URLs, tags, and what is left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from link_transfer import shapes
from link_transfer.draft import LinkDraft
from link_transfer.errors import TransferError

IMPORTED_ALIASES = "imported_aliases"

_BEFORE_PATH = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?(?://)?[^/?#]*", re.IGNORECASE)
_INFORMING: dict[str, Callable[[object], Any]] = {
    "created_at": shapes.moment,
    "clicks": shapes.whole,
    "archived": shapes.switch,
}


class Carried(NamedTuple):
    """A link as it arrives here, and the names of what the source says and a draft does not hold."""

    draft: LinkDraft
    left_out: tuple[str, ...] = ()


def carry(
    row: Mapping[str, Any],
    link: Mapping[str, Any],
    informing: Mapping[str, str],
    unheld: Iterable[str] = (),
) -> Carried:
    """Return the draft of `link`, completed by the columns of `row` that only inform.

    `informing` says which column has the creation time, the clicks and so on: unreadable ones never cost a
    row, they are left out. `unheld` are the columns that would change what the link does.
    """
    values = {name: value for name, value in link.items() if value not in (None, "", [], {})}
    left_out = [name for name in unheld if _says_something(row.get(name))]
    for name, column in informing.items():
        value = row.get(column)
        if value is None or value == "":
            continue
        try:
            values[name] = _INFORMING[name](value)
        except TransferError:
            left_out.append(column)
    return Carried(LinkDraft.from_fields(values), tuple(left_out))


def first(row: Mapping[str, Any], names: Iterable[str]) -> Any:  # noqa: ANN401 - any value of a row
    """Return the first of these columns that has something, or None."""
    return next((row[name] for name in names if row.get(name)), None)


def present(row: Mapping[str, Any], names: Iterable[str]) -> str:
    """Return the name of the first of these columns that has something, or an empty name."""
    return next((name for name in names if row.get(name)), "")


def code_of(short_url: object) -> str:
    """Return the last segment of a short URL's path, decoded; the scheme may be missing."""
    if not isinstance(short_url, str):
        return ""
    path = _BEFORE_PATH.sub("", short_url.strip(), count=1)
    return unquote(re.split("[?#]", path, maxsplit=1)[0].strip("/").rpartition("/")[2])


def codes_of(short_urls: Iterable[object]) -> list[str]:
    """Return the codes of these short URLs, each once, in their order."""
    return list(dict.fromkeys(filter(None, map(code_of, short_urls))))


def coded(codes: list[str]) -> dict[str, Any]:
    """Return the fields of a link that has several codes: the first is its own, the others stay known."""
    fields: dict[str, Any] = {"code": codes[0] if codes else ""}
    if codes[1:]:
        fields["metadata"] = {IMPORTED_ALIASES: codes[1:]}
    return fields


def split_tags(cell: str, separators: str) -> list[str]:
    """Return the tags of a cell; empty ones are left out."""
    return list(filter(None, map(str.strip, re.split(f"[{re.escape(separators)}]", cell))))


def _says_something(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(map(_says_something, value.values()))
    return bool(value)

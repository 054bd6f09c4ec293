"""One way to write tags, for every network."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class TagRules:
    """How many tags a network gets, and how long one may be."""

    max_tags: int = 20
    max_chars: int = 50


def clean_tags(tags: Iterable[str], rules: TagRules) -> list[str]:
    """Return the tags in lower case, with single spaces, without `#` in front, each once, in their order.

    A comma separates tags on the wire, so one inside a tag makes two. Underscores are spaces. Characters that
    cannot be seen are dropped. A tag that is too long is left out, because half of one means something else;
    of too many, the first are kept. Cleaning what is clean changes nothing.
    """
    cleaned = [piece for tag in tags for piece in _pieces(tag) if 0 < len(piece) <= rules.max_chars]
    return list(dict.fromkeys(cleaned))[: rules.max_tags]


def _pieces(tag: str) -> list[str]:
    # The second normalisation composes what lower-casing took apart.
    visible = "".join(map(_visible, tag))
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).lower())
    return [" ".join(piece.replace("_", " ").split()).lstrip("# ") for piece in plain.split(",")]


def _visible(char: str) -> str:
    if char.isspace():
        return " "
    return "" if unicodedata.category(char).startswith("C") else char

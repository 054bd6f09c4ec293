"""Texts and numbers of a query, in the form that the tables can be asked about."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def folded(text: str) -> str:
    """Return a text as it is compared: without regard to case or to how accents were typed."""
    return unicodedata.normalize("NFC", text.casefold())


def lines(texts: Iterable[str]) -> str:
    """Return texts folded, each between line breaks, which none that is looked up whole holds."""
    return "\n" + "".join(f"{folded(text)}\n" for text in texts)


def bounded(limit: Any, most: int) -> int:  # noqa: ANN401 - it may have come over RPC
    """Return a limit between 1 and `most`, which None stands for."""
    return most if limit is None else max(1, min(int(limit), most))

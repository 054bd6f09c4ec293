"""What of an upload's words is scanned, and in which pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ai_safety_scanner.results import ScanError

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_TEXT_CHARACTERS: Final = 50_000
PIECE_CHARACTERS: Final = 2_000
"""Longer inputs are judged less exactly."""
OVERLAP_CHARACTERS: Final = 200
"""Neighbours share so much, so that no sentence is seen only in halves."""


def upload_text(title: str = "", tags: Iterable[str] | str | None = None, description: str = "") -> str:
    """Return the words of an upload, one field a line; "" when there are none."""
    words = [tags] if isinstance(tags, str) else list(tags or ())
    lines = (title, ", ".join(str(word) for word in words if str(word).strip()), description)
    return "\n".join(str(line).strip() for line in lines if line and str(line).strip())


def text_pieces(text: str) -> list[str]:
    """Return the text in overlapping pieces of bounded length; raise ScanError when empty or too long."""
    if not text.strip():
        raise ScanError("nothing_to_scan")
    if len(text) > MAX_TEXT_CHARACTERS:
        raise ScanError("text_too_long")
    if len(text) <= PIECE_CHARACTERS:
        return [text]
    step = PIECE_CHARACTERS - OVERLAP_CHARACTERS
    # A last piece that is nothing but overlap would be judged twice.
    starts = range(0, len(text) - OVERLAP_CHARACTERS, step)
    return [text[at : at + PIECE_CHARACTERS] for at in starts]

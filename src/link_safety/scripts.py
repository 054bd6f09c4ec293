"""How freely a label mixes scripts: the upper restriction levels of Unicode TR39, without its tables.

A letter's script is the first word of its Unicode name, which agrees with the script property for the letters
that IDNA 2008 allows in the scripts recommended for identifiers (UAX 31). Every other script counts as
unusual; marks, digits of all scripts and the sound marks that kana share count with any script.
"""

from __future__ import annotations

import unicodedata
from enum import Enum
from typing import Final

_RECOMMENDED: Final = frozenset(
    {
        *("ARABIC", "ARMENIAN", "BENGALI", "BOPOMOFO", "CYRILLIC", "DEVANAGARI", "ETHIOPIC", "GEORGIAN"),
        *("GREEK", "GUJARATI", "GURMUKHI", "HANGUL", "HEBREW", "HIRAGANA", "KANNADA", "KATAKANA", "KHMER"),
        *("LAO", "LATIN", "MALAYALAM", "MYANMAR", "ORIYA", "SINHALA", "TAMIL", "TELUGU", "THAANA", "THAI"),
        "TIBETAN",
    }
)
_HAN = "HAN"
_HAN_WORDS = ("CJK", "IDEOGRAPHIC")
_WRITTEN_TOGETHER: Final = (
    frozenset({_HAN, "HIRAGANA", "KATAKANA"}),
    frozenset({_HAN, "BOPOMOFO"}),
    frozenset({_HAN, "HANGUL"}),
)
UNUSUAL: Final = "UNUSUAL"


class Restriction(Enum):
    """The levels of TR39 that are told apart; everything looser is MIXED."""

    ASCII = "ascii"
    SINGLE_SCRIPT = "single_script"
    HIGHLY_RESTRICTIVE = "highly_restrictive"
    """Latin beside Japanese, Chinese or Korean."""
    UNUSUAL_SCRIPT = "unusual_script"
    MIXED = "mixed"


def scripts_of(label: str) -> frozenset[str]:
    """Return the scripts of the letters of a label, UNUSUAL for those that no identifier should have."""
    return frozenset(script for character in label if (script := _script_of(character)))


def restriction_of(label: str) -> Restriction:
    """Return the strictest level that a label in its Unicode form keeps."""
    if label.isascii():
        return Restriction.ASCII
    scripts = scripts_of(label)
    if UNUSUAL in scripts:
        return Restriction.UNUSUAL_SCRIPT
    if len(scripts) <= 1 or _go_together(scripts):
        return Restriction.SINGLE_SCRIPT
    if _go_together(scripts - {"LATIN"}):
        return Restriction.HIGHLY_RESTRICTIVE
    return Restriction.MIXED


def mixes_numbers(label: str) -> bool:
    """Tell whether a label has digits of more than one writing."""
    zeros = {ord(one) - unicodedata.decimal(one) for one in label if unicodedata.category(one) == "Nd"}
    return len(zeros) > 1


def _go_together(scripts: frozenset[str]) -> bool:
    return any(scripts <= together for together in _WRITTEN_TOGETHER)


def _script_of(character: str) -> str | None:
    """Return the script, or None for what goes with any."""
    category = unicodedata.category(character)
    if category == "Cn":
        # A letter of a newer Unicode than this Python's: nothing is known of it.
        return UNUSUAL
    if category[0] not in "LS":
        return None
    first, _, rest = unicodedata.name(character, "").partition(" ")
    if first in _HAN_WORDS:
        return _HAN
    if first == "KATAKANA-HIRAGANA" or (first == "MODIFIER" and rest.startswith("LETTER ")):
        return None
    return first if first in _RECOMMENDED else UNUSUAL

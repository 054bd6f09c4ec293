"""What a typed word may be meant to say: figures for letters, stretched letters, a few sound spellings."""

from __future__ import annotations

from itertools import groupby

_FIGURES = "0345678921@$+€£¥¢(<"
_LETTERS = "oeasgtbgzi" + "astelycc" + "c"
_AS_I = str.maketrans(_FIGURES + "!|", _LETTERS + "ii")
_AS_L = str.maketrans(_FIGURES + "!|", _LETTERS.replace("i", "l", 1) + "il")
FIGURE_CHARACTERS = frozenset(_FIGURES + "!|")
_DIGITS = "0123456789"


def shorten_runs(word: str, longest: int) -> str:
    """Return `word` with no letter repeated more than `longest` times in a row."""
    return "".join(letter * min(longest, len(list(same))) for letter, same in groupby(word))


def runs(word: str) -> tuple[tuple[str, int], ...]:
    """Return the letters of `word` with how often each is repeated."""
    return tuple((letter, len(list(same))) for letter, same in groupby(word))


def is_stretch(typed: str, listed: str) -> bool:
    """Tell whether `typed` is `listed` with some letters held longer ("fuuck", never "bobs" for "boobs")."""
    ours, theirs = runs(typed), runs(listed)
    return len(ours) == len(theirs) and all(
        letter == other and count >= least
        for (letter, count), (other, least) in zip(ours, theirs, strict=True)
    )


def readings(word: str) -> tuple[str, ...]:
    """Return the ways to read one word, the plain one first; never empty, never more than twenty-four."""
    plain = word.casefold()
    found = [plain]
    if any(character in FIGURE_CHARACTERS for character in plain):
        if any(character.isalpha() for character in plain):
            found += [plain.translate(_AS_I), plain.translate(_AS_L), plain.strip(_DIGITS + "!$+@")]
        elif plain.isdecimal():
            return (plain,)
    found += [shorten_runs(reading, longest) for reading in found for longest in (2, 1) if _is_long(reading)]
    found += [reading[:-1] + "s" for reading in found if reading.endswith("z") and len(reading) > 3]
    found += [
        reading.replace("ph", "f").replace("vv", "w")
        for reading in found
        if "ph" in reading or "vv" in reading
    ]
    return tuple(dict.fromkeys(reading for reading in found if reading))


def _is_long(word: str) -> bool:
    return any(count > 2 for _, count in runs(word))

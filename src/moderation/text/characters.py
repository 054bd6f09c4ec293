"""One spelling for letters that look alike: full width, accents, invisible characters, homoglyphs."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_LOOKALIKES = (
    # Cyrillic, small and capital
    ("авгезийкмнопрстухшьэяіјѕԁһԛԝӏѵ", "abre3nnkmhonpctyxwberijsdhqwlv"),
    ("АВГЕЗИКМНОПРСТУХШЬЭЯІЈЅԀҺԚԜӀѴ", "ABRE3NKMHONPCTYXWBERIJSDHQWIV"),
    # Greek, small and capital
    ("αβγδεζηθικμνοπρσςτυχω", "abydeznoikuvonposutxw"),
    ("ΑΒΕΖΗΘΙΚΜΝΟΡΤΥΧΩ", "ABEZHOIKMNOPTYXO"),
    # Armenian and Cherokee letters that pass for Latin ones
    ("օոսհցզԁյ", "onuhgqdj"),
    ("ᎪᏴᏟᎠᎬᎻᏦᏞᎷᏢᎡᏚᎢᏙᏔᏃ", "ABCDEHKLMPRSTVWZ"),  # noqa: RUF001 - the look-alikes are the data
    # Latin letters without a decomposition, and small capitals
    ("øØđĐłŁħŧıȷɑɡɩʋƒ", "oOdDlLhtijagiuf"),
    ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz"),
    # Typographic quotes and dashes
    ("’‘‛ʼ`´‐‑‒–—―−•·∙", "''''''-------***"),  # noqa: RUF001 - the look-alikes are the data
)
# Ranges of letters in boxes and circles that NFKD leaves alone: first code point of the letter A.
_BOXED_ALPHABETS = (0x1F150, 0x1F170, 0x1F1E6)
# Blank but neither a space nor a format character.
_INVISIBLE_LETTERS = "\u115f\u1160\u3164\uffa0"
_BLANK = "\u2800"


@lru_cache(maxsize=1)
def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = {}
    for originals, plain in _LOOKALIKES:
        table.update({ord(original): letter for original, letter in zip(originals, plain, strict=True)})
    for first in _BOXED_ALPHABETS:
        table.update({first + offset: chr(ord("A") + offset) for offset in range(26)})
    table.update({ord(character): None for character in _INVISIBLE_LETTERS})
    table[ord(_BLANK)] = " "
    return table


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf", "Cs"):
        return ""
    return " " if category == "Cc" else character


def fold(text: str) -> str:
    """Return `text` with every look-alike as its plain letter; case stays, words keep their places.

    NFKD (full width, mathematical, circled letters), then no accents, no zero-width or format characters,
    then Cyrillic, Greek and other homoglyphs as Latin letters. Folding twice changes nothing more.
    """
    if text.isascii():
        return text if text.isprintable() else "".join(map(_visible, text))
    plain = unicodedata.normalize("NFKD", text).translate(_table())
    return "".join(map(_visible, unicodedata.normalize("NFKD", plain)))

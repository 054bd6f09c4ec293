"""Cut a folded text into chunks: what stands between spaces, and the ways it can be put together."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from moderation.text.readings import FIGURE_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Every pattern below is linear: one class a repetition, nothing nested over the same characters.
_PHONE = re.compile(r"\+?\d[\d\s().-]{7,22}\d")
_URL = re.compile(
    r"(?:https?://|www\.)\S+|\S+\.(?:com|net|org|io|me|ly|gl|co|ru|xyz|top|shop|biz|info)(?:/\S*)?"
)
_SHORT_HOSTS = re.compile(
    r"(?:bit\.ly|t\.me|wa\.me|tinyurl\.com|goo\.gl|cutt\.ly|is\.gd|rb\.gy|discord\.gg)(?:/|$)"
)
_MONEY = re.compile(r"\$+|[$€£¥]\d[\d,.]*[km]?|\d[\d,.]*[km]?[$€£¥]")
_NUMBER = re.compile(r"\d[\d,.]*[km]?\+?")
_PERCENT = re.compile(r"\d{1,4}%")
_SEPARATORS = re.compile(r"[^\w@$!|+€£¥¢(<]+|_+")
_HUMP = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_MASKS = "*#"
_WEAK_MASKS = "-._%?&=~^:"
_PHONE_MARK = "\ue000"
_PHONE_DIGITS = 9
_FIGURE_KINDS = frozenset({"<number>", "<money>"})


@dataclass(frozen=True)
class Chunk:
    """What stood between two spaces.

    `parts` are its words; `joined` the same without what separated them; `spelled` says that it was spelled
    letter by letter; `masked` is the chunk with `*` for each hidden letter; `kinds` are `<url>` and the like.
    """

    parts: tuple[str, ...]
    joined: str = ""
    spelled: bool = False
    masked: str = ""
    kinds: frozenset[str] = frozenset()


def chunks(folded: str) -> Iterator[Chunk]:
    """Yield the chunks of one folded text; letters standing alone in a row come as one spelled chunk."""
    text = _PHONE.sub(_phone, folded.replace("'", ""))
    read = (chunk for raw in text.split() for chunk in _read(raw))
    for single, run in groupby(read, key=_is_single):
        letters = list(run)
        parts = tuple(chunk.parts[0] for chunk in letters)
        if single and len(letters) > 2 and any(part.isalpha() for part in parts):
            yield Chunk(parts, joined="".join(parts), spelled=True)
        else:
            yield from letters


def _phone(match: re.Match[str]) -> str:
    digits = sum(character.isdigit() for character in match[0])
    return f" {_PHONE_MARK} " if digits >= _PHONE_DIGITS else match[0]


def _is_single(chunk: Chunk) -> bool:
    (part, *more) = chunk.parts
    return not more and len(part) == 1 and part.isascii() and chunk.kinds <= _FIGURE_KINDS


def _is_symbol(character: str) -> bool:
    return not character.isascii() and unicodedata.category(character) in ("So", "Sk", "Sm")


def _read(raw: str) -> Iterator[Chunk]:
    """Yield the chunk, and the pictures at its edges as chunks of their own."""
    if raw == _PHONE_MARK:
        yield Chunk(("",), kinds=frozenset({"<phone>", "<number>"}))
        return
    if raw.isascii():
        yield from _read_core(raw)
        return
    pieces: list[str] = []
    for index, character in enumerate(raw):
        if not _is_symbol(character):
            pieces.append(character)
        elif 0 < index < len(raw) - 1 and raw[index - 1].isalnum() and raw[index + 1].isalnum():
            pieces.append("*")
        else:
            pieces.append(f" {character} ")
    for piece in "".join(pieces).split():
        if len(piece) == 1 and _is_symbol(piece):
            yield Chunk((piece,))
        else:
            yield from _read_core(piece)


def _read_core(raw: str) -> Iterator[Chunk]:
    lowered = raw.lower()
    kinds = _kinds(lowered)
    core = _strip(raw)
    if not core:
        return
    if core.isalnum():
        yield Chunk((core,), kinds=kinds)
        return
    parts = tuple(part for part in _SEPARATORS.split(core) if part)
    joined = "".join(parts) if len(parts) > 1 else ""
    spelled = len(parts) > 2 and all(len(part) == 1 for part in parts)
    yield Chunk(parts, joined, spelled, _masked(core), kinds)


def _strip(raw: str) -> str:
    start, end = 0, len(raw)
    while start < end and not (raw[start].isalnum() or raw[start] in "@$"):
        start += 1
    while end > start and not (raw[end - 1].isalnum() or raw[end - 1] in "@$€¥+"):
        end -= 1
    return raw[start:end]


def _kinds(lowered: str) -> frozenset[str]:
    bare = lowered.strip("()[]<>\"',;!?")
    found: set[str] = set()
    if _URL.fullmatch(bare) and "@" not in bare:
        found.add("<url>")
        host = bare.removeprefix("https://").removeprefix("http://").removeprefix("www.")
        if _SHORT_HOSTS.match(host):
            found.add("<shortlink>")
    if bare.startswith("@") and len(bare) > 2:
        found.add("<handle>")
    bare = bare.rstrip(".")
    if _MONEY.fullmatch(bare):
        found.add("<money>")
    if _PERCENT.fullmatch(bare):
        found.add("<percent>")
    if _NUMBER.fullmatch(bare):
        found.add("<number>")
    return frozenset(found)


def _masked(core: str) -> str:
    """Return the chunk with `*` for letters that something covers, or nothing if it does not look covered."""
    hidden = sum(character in _MASKS for character in core)
    weak = sum(character in _WEAK_MASKS or character == "_" for character in core)
    shown = sum(character.isalnum() or character in FIGURE_CHARACTERS for character in core)
    if hidden + weak + shown != len(core) or shown < 2 or (hidden and weak):
        return ""
    if not hidden and (weak != 1 or shown < 3):
        return ""
    return "".join("*" if character in _MASKS + _WEAK_MASKS + "_" else character for character in core)


def humps(word: str) -> Iterable[str]:
    """Return the words of a CamelCase one, when there are several worth reading."""
    found = _HUMP.findall(word) if not (word.islower() or word.isupper()) or not word.isalpha() else []
    long = [piece for piece in found if len(piece) > 2 and piece.isalpha()]
    return long if len(found) > 1 else []

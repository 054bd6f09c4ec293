"""Hold a text against a lexicon: linear in the text, since rows are short and gaps are bounded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from moderation.text.characters import fold
from moderation.text.chunks import Chunk, chunks, humps
from moderation.text.readings import readings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.text.lexicon import Lexicon, Pattern, Rule
    from moderation.text.notation import Row

GAP_WORDS = 3
_MIN_SEGMENTED = 6


@dataclass(frozen=True)
class Token:
    """One word of the text: what it may say, and the whole it was cut from when that must be searched."""

    says: frozenset[str]
    text: str
    whole: tuple[str, ...] = ()


def tokens(text: str, lexicon: Lexicon) -> list[Token]:
    """Return the words of a text as the lexicon reads them."""
    return [token for chunk in chunks(fold(text)) for token in _resolve(chunk, lexicon)]


def matching_rules(text: str, lexicon: Lexicon) -> dict[Rule, str]:
    """Return every rule the text breaks with the words that break it, in the order of the text."""
    found = tokens(text, lexicon)
    excused = _excused(found, lexicon)
    rules: dict[Rule, str] = {}
    rows: dict[Pattern, set[int]] = {}
    for index, token in enumerate(found):
        if index in excused:
            continue
        for rule in _word_rules(token, lexicon):
            rules.setdefault(rule, token.text)
        for word in token.says:
            for pattern, number in lexicon.patterns.get(word, ()):
                end = _match(found, index, pattern.rows[number], 0)
                if end and excused.isdisjoint(range(index, end)):
                    met = rows.setdefault(pattern, set())
                    met.add(number)
                    if len(met) == len(pattern.rows):
                        rules.setdefault(pattern.rule, " ".join(one.text for one in found[index:end]))
    return rules


def _word_rules(token: Token, lexicon: Lexicon) -> Iterator[Rule]:
    for word in sorted(token.says):
        if word in lexicon.words:
            yield lexicon.words[word]
    for reading in token.whole:
        yield from lexicon.stem_rules(reading)


def _resolve(chunk: Chunk, lexicon: Lexicon) -> Iterator[Token]:
    """Yield the words of a chunk: the reading the lexicon knows, else its parts."""
    hidden = lexicon.unmask(chunk.masked) if chunk.masked else None
    if hidden:
        yield Token(frozenset({hidden}) | chunk.kinds, hidden)
        return
    if chunk.joined:
        joined = lexicon.read(chunk.joined)
        if lexicon.knows(joined):
            yield Token(joined | chunk.kinds, chunk.joined)
            return
        if chunk.spelled:
            whole = _word(chunk.joined, chunk.kinds, lexicon)
            if (
                len(whole) > 1
                or not joined.isdisjoint(lexicon.vocabulary)
                or any(lexicon.stem_rules(reading) for reading in joined)
            ):
                yield from whole
                return
    for part in chunk.parts:
        yield from _word(part, chunk.kinds, lexicon)


def _word(part: str, kinds: frozenset[str], lexicon: Lexicon) -> list[Token]:
    if not part:
        return [Token(kinds, min(kinds, default=""))]
    says = lexicon.read(part)
    plain = part.casefold()
    if plain in lexicon.allowed:
        return [Token(says | kinds, plain)]
    whole = readings(part)
    if len(plain) >= _MIN_SEGMENTED and not lexicon.knows(says) and plain not in lexicon.vocabulary:
        pieces = next((found for reading in whole if (found := lexicon.segment(reading))), None) or humps(
            part
        )
        if pieces:
            first, *rest = [Token(lexicon.read(piece), piece) for piece in pieces]
            return [Token(first.says | kinds | says, plain, whole), *rest]
    return [Token(says | kinds, plain, whole)]


def _excused(found: list[Token], lexicon: Lexicon) -> set[int]:
    """Return the places that an allowed phrase covers ("Al Gore", "white power supply")."""
    places: set[int] = set()
    for index, token in enumerate(found):
        for word in token.says:
            for row in lexicon.excused.get(word, ()):
                places.update(range(index, _match(found, index, row, 0)))
    return places


def _match(found: list[Token], index: int, row: Row, place: int) -> int:
    """Return where the row ends when it starts at `index`, or 0."""
    if place == len(row):
        return index
    element = row[place]
    if element.gap:
        ends = (_match(found, index + skipped, row, place + 1) for skipped in range(GAP_WORDS + 1))
        return next((end for end in ends if end), 0)
    if index < len(found) and not element.words.isdisjoint(found[index].says):
        end = _match(found, index + 1, row, place + 1)
        if end:
            return end
    return _match(found, index, row, place + 1) if element.optional else 0

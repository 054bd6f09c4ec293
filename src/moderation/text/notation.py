"""The notation of text rules, and the files operators write in it. Parsing is pure.

A word entry is a base with endings: `blog/s/ging` stands for blog, blogs, blogging. A pattern is a row of
words: `buy|get cheap? ... {things} & sale`. `a|b` are alternatives, `x?` may be missing, `...` skips up to
three words, `{name}` is a list of words, `<url>` a kind of token, and ` & ` joins rows that only have to
appear in the same text, in any order.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moderation.model import ContentCategory, TextRulesError
from moderation.text.characters import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

CERTAIN, STRONG, SUSPECT = 0.99, 0.90, 0.60
STRENGTHS = {"certain": CERTAIN, "strong": STRONG, "suspect": SUSPECT}
"""How sure a rule is. Against the default thresholds: certain and strong reject, suspect asks a person."""
TOKEN_KINDS = frozenset({"<url>", "<shortlink>", "<handle>", "<phone>", "<money>", "<percent>", "<number>"})
GAP = "..."
MAX_PATTERN_ELEMENTS = 12
MAX_GAPS = 2
MAX_ENTRY_CHARACTERS = 4_000


@dataclass(frozen=True)
class Element:
    """One place in a pattern: the words that fit, whether it may be missing, or a gap."""

    words: frozenset[str]
    optional: bool = False
    gap: bool = False


Row = tuple[Element, ...]


@dataclass(frozen=True)
class RuleSet:
    """Rules as written: entries by category and strength, excused words and patterns, word lists."""

    words: Mapping[ContentCategory, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    stems: Mapping[ContentCategory, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    patterns: Mapping[ContentCategory, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    allowed: tuple[str, ...] = ()
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    companions: tuple[str, ...] = ()


def plain_word(text: str) -> str:
    """Return a rule's word as the scanner will meet it."""
    return fold(text).casefold().replace("'", "")


def expand_word(entry: str) -> tuple[str, ...]:
    """Return every form of a word entry; raise TextRulesError when it is not one word."""
    base, *endings = plain_word(entry).split("/")
    forms = (base, *(base + ending for ending in endings))
    if not base or any(not form.isalnum() for form in forms):
        raise TextRulesError(f"{entry!r} is not a word with endings, like 'blog/s/ging'")
    return forms


def expand_list(lists: Mapping[str, tuple[str, ...]], name: str) -> frozenset[str]:
    """Return the words of `{name}`."""
    if name not in lists:
        raise TextRulesError(f"there is no word list named {name!r}")
    return frozenset(form for entry in lists[name] for form in expand_word(entry))


def parse_pattern(pattern: str, lists: Mapping[str, tuple[str, ...]]) -> tuple[Row, ...]:
    """Return the rows of a pattern; raise TextRulesError with what is wrong."""
    if len(pattern) > MAX_ENTRY_CHARACTERS:
        raise TextRulesError(f"a pattern has at most {MAX_ENTRY_CHARACTERS} characters")
    return tuple(_parse_row(row, pattern, lists) for row in f" {pattern} ".split(" & "))


def _parse_row(row: str, pattern: str, lists: Mapping[str, tuple[str, ...]]) -> Row:
    elements = tuple(_parse_element(part, lists) for part in row.split())
    if not 0 < len(elements) <= MAX_PATTERN_ELEMENTS:
        raise TextRulesError(f"{pattern!r}: a row has 1 to {MAX_PATTERN_ELEMENTS} elements")
    if elements[0].optional or elements[0].gap or elements[-1].gap:
        raise TextRulesError(f"{pattern!r}: a row starts with a word that must be there and ends with no gap")
    if sum(element.gap for element in elements) > MAX_GAPS:
        raise TextRulesError(f"{pattern!r}: a row has at most {MAX_GAPS} gaps")
    return elements


def _parse_element(part: str, lists: Mapping[str, tuple[str, ...]]) -> Element:
    if part == GAP:
        return Element(frozenset(), gap=True)
    optional = part.endswith("?")
    words: set[str] = set()
    for choice in part.removesuffix("?").split("|"):
        if choice.startswith("{") and choice.endswith("}"):
            words |= expand_list(lists, choice[1:-1])
        elif choice.startswith("<"):
            if choice not in TOKEN_KINDS:
                raise TextRulesError(f"{choice!r} is not one of {', '.join(sorted(TOKEN_KINDS))}")
            words.add(choice)
        elif len(choice) == 1 and not choice.isascii():
            words.add(choice)
        else:
            words.update(expand_word(choice))
    return Element(frozenset(words), optional=optional)


def rule_set(data: Mapping[str, Any]) -> RuleSet:
    """Return the rules of a parsed JSON or TOML document; raise TextRulesError with the offending key."""
    known = {"words", "stems", "patterns", "allowed", "lists", "companions"}
    for key in data:
        if key not in known:
            raise TextRulesError(f"{key!r} is not one of {', '.join(sorted(known))}")
    lists = _table(data.get("lists", {}), "lists")
    return RuleSet(
        words=_by_category(data.get("words", {}), "words"),
        stems=_by_category(data.get("stems", {}), "stems"),
        patterns=_by_category(data.get("patterns", {}), "patterns"),
        allowed=_strings(data.get("allowed", []), "allowed"),
        lists={name: _strings(entries, f"lists.{name}") for name, entries in lists.items()},
        companions=_strings(data.get("companions", []), "companions"),
    )


def rule_set_from_json(text: str) -> RuleSet:
    """Return the rules of a JSON document; raise TextRulesError."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TextRulesError(f"the rules are not JSON: {error}") from error
    return rule_set(_table(data, "the document"))


def rule_set_from_toml(text: str) -> RuleSet:
    """Return the rules of a TOML document; raise TextRulesError."""
    import tomllib  # noqa: PLC0415 - only operators who write TOML pay for the parser

    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise TextRulesError(f"the rules are not TOML: {error}") from error
    return rule_set(data)


def category_entries(
    entries: Mapping[ContentCategory, Mapping[str, tuple[str, ...]]],
) -> Iterator[tuple[ContentCategory, float, str]]:
    """Yield every entry with its category and confidence."""
    for category, by_strength in entries.items():
        for strength, texts in by_strength.items():
            for text in texts:
                yield category, STRENGTHS[strength], text


def unsafe_category(name: object) -> ContentCategory:
    """Return the category a rule may belong to; raise TextRulesError for safe, unknown and the rest."""
    try:
        category = ContentCategory(str(name))
    except ValueError:
        category = ContentCategory.UNKNOWN
    if category in (ContentCategory.SAFE, ContentCategory.UNKNOWN):
        raise TextRulesError(f"{name!r} is not a category that rules can have")
    return category


def _by_category(value: object, where: str) -> dict[ContentCategory, dict[str, tuple[str, ...]]]:
    found: dict[ContentCategory, dict[str, tuple[str, ...]]] = {}
    for name, entries in _table(value, where).items():
        by_strength = entries if isinstance(entries, dict) else {"strong": entries}
        for strength in by_strength:
            if strength not in STRENGTHS:
                raise TextRulesError(f"{where}.{name}: {strength!r} is not certain, strong or suspect")
        found[unsafe_category(name)] = {
            strength: _strings(texts, f"{where}.{name}") for strength, texts in by_strength.items()
        }
    return found


def _table(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TextRulesError(f"{where} must be a table")
    return value


def _strings(value: object, where: str) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, (list, tuple)):
        raise TextRulesError(f"{where} must be a list of texts")
    return strings(value, where)


def strings(values: Iterable[object], where: str) -> tuple[str, ...]:
    """Return `values` if every one is a text; raise TextRulesError."""
    found = tuple(values)
    if not all(isinstance(value, str) for value in found):
        raise TextRulesError(f"{where} must hold texts only")
    return tuple(str(value) for value in found)

"""Rules compiled for looking up: a dictionary for words, one expression for stems, rows by first word."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moderation.model import TextRulesError
from moderation.text.notation import (
    Row,
    RuleSet,
    category_entries,
    expand_word,
    parse_pattern,
    plain_word,
)
from moderation.text.readings import is_stretch, readings, shorten_runs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from moderation.model import ContentCategory

MAX_SEGMENTED_CHARACTERS = 40
_MAX_PIECE = 16
_MIN_PIECE = 3
_MIN_STEM = 4
_MIN_WITH_SHORT = 9


@dataclass(frozen=True)
class Rule:
    """One rule as a finding will name it."""

    category: ContentCategory
    confidence: float
    name: str


@dataclass(frozen=True)
class Pattern:
    """Rows that must all appear; one row for most patterns."""

    rule: Rule
    rows: tuple[Row, ...]


class Lexicon:
    """The compiled form of some rule sets. Built once, at the first scan; never changes."""

    def __init__(self, rule_sets: Iterable[RuleSet]) -> None:
        sets = tuple(rule_sets)
        self._lists = {name: words for rules in sets for name, words in rules.lists.items()}
        self.words: dict[str, Rule] = {}
        self.allowed: set[str] = set()
        self.excused: dict[str, list[Row]] = defaultdict(list)
        self.patterns: dict[str, list[tuple[Pattern, int]]] = defaultdict(list)
        self.vocabulary: set[str] = {
            form for rules in sets for word in rules.companions for form in expand_word(word)
        }
        self._short = {word for word in self.vocabulary if len(word) < _MIN_PIECE}
        for rules in sets:
            self._add_words(rules)
            self._add_patterns(rules)
            self._add_allowed(rules)
        self._stem_rules, self._stems = _compile_stems(sets)
        self.vocabulary |= self.words.keys()
        self.vocabulary.difference_update([word for word in self.vocabulary if not word.isalpha()])
        self._stretched: dict[str, list[str]] = defaultdict(list)
        self._by_mask: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in self.words:
            self._stretched[shorten_runs(word, 1)].append(word)
            if len(word) >= _MIN_PIECE:
                self._by_mask[word[0], len(word)].append(word)

    def _add_words(self, rules: RuleSet) -> None:
        for category, confidence, entry in category_entries(rules.words):
            forms = expand_word(entry)
            rule = Rule(category, confidence, forms[0])
            for form in forms:
                known = self.words.get(form)
                if known is None or known.confidence < confidence:
                    self.words[form] = rule

    def _add_patterns(self, rules: RuleSet) -> None:
        for category, confidence, text in category_entries(rules.patterns):
            rows = parse_pattern(text, self._lists)
            pattern = Pattern(Rule(category, confidence, text), rows)
            for number, row in enumerate(rows):
                for word in row[0].words:
                    self.patterns[word].append((pattern, number))
                for element in row:
                    self.vocabulary |= {word for word in element.words if len(word) >= _MIN_PIECE}

    def _add_allowed(self, rules: RuleSet) -> None:
        for entry in rules.allowed:
            if " " not in entry.strip():
                self.allowed.update(expand_word(entry))
                continue
            for row in parse_pattern(entry, self._lists):
                for word in row[0].words:
                    self.excused[word].append(row)

    def stem_rules(self, text: str) -> list[Rule]:
        """Return the rules of the stems inside `text`, each once."""
        return list({stem: self._stem_rules[stem] for stem in self._stems.findall(text)}.values())

    def read(self, word: str) -> frozenset[str]:
        """Return what `word` may say: its readings, and the listed words it is a stretched form of."""
        found = readings(word)
        if found[0] in self.allowed:
            return frozenset(found[:1])
        stretched = {
            listed
            for reading in found
            if reading not in self.vocabulary
            for listed in self._stretched.get(shorten_runs(reading, 1), ())
            if is_stretch(reading, listed)
        }
        return frozenset(found) | stretched

    def knows(self, found: Iterable[str]) -> bool:
        """Tell whether one of these readings is in the rules."""
        return any(reading in self.words or reading in self.allowed for reading in found)

    def unmask(self, masked: str) -> str | None:
        """Return the listed word that `masked` hides, if there is one and it shows more than it hides."""
        for shown in readings(masked):
            if len(shown) != len(masked):
                continue
            for word in self._by_mask.get((shown[0], len(shown)), ()):
                if all(ours in ("*", theirs) for ours, theirs in zip(shown, word, strict=True)):
                    return word
        return None

    def segment(self, word: str) -> list[str]:
        """Return the fewest known words that `word` is made of, or nothing: "linkinbio" is link, in, bio."""
        if not 2 * _MIN_PIECE <= len(word) <= MAX_SEGMENTED_CHARACTERS or word in self.allowed:
            return []
        best: list[list[str] | None] = [[]] + [None] * len(word)
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - _MAX_PIECE), end):
                before, piece = best[start], word[start:end]
                if before is None or piece not in (
                    self._short if len(piece) < _MIN_PIECE else self.vocabulary
                ):
                    continue
                here = best[end]
                if here is None or len(before) + 1 < len(here):
                    best[end] = [*before, piece]
        found = best[-1] or []
        short = sum(len(piece) < _MIN_PIECE for piece in found)
        return found if short == 0 or (short == 1 and len(word) >= _MIN_WITH_SHORT) else []


def _compile_stems(sets: tuple[RuleSet, ...]) -> tuple[dict[str, Rule], re.Pattern[str]]:
    rules: dict[str, Rule] = {}
    for rule_set in sets:
        for category, confidence, entry in category_entries(rule_set.stems):
            stem = plain_word(entry)
            if len(stem) < _MIN_STEM or not stem.isalnum():
                raise TextRulesError(f"{entry!r} is not a stem: one word of at least {_MIN_STEM} letters")
            rules[stem] = Rule(category, confidence, stem)
    longest_first = sorted(rules, key=len, reverse=True)
    return rules, re.compile("|".join(longest_first) or r"(?!)")

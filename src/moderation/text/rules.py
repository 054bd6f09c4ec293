"""The text rules as the rest of the package sees them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from moderation.model import UNSAFE_CATEGORIES, ContentCategory, TextRulesError
from moderation.text.lexicon import Lexicon
from moderation.text.matching import matching_rules
from moderation.text.notation import (
    STRENGTHS,
    RuleSet,
    rule_set_from_json,
    rule_set_from_toml,
    strings,
    unsafe_category,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_SCANNED_CHARACTERS = 10_000


@dataclass(frozen=True)
class Finding:
    """One rule that a text breaks, as it is written, and the words that break it."""

    category: ContentCategory
    confidence: float
    rule: str
    matched: str


@dataclass(frozen=True)
class TextRules:
    """Word and pattern rules. Immutable; compiled at the first `find`, so making one costs nothing."""

    rule_sets: tuple[RuleSet, ...]

    @classmethod
    def default(cls) -> TextRules:
        """Return the rules that ship; the same object every time, so they are compiled once."""
        return _default()

    def extended(
        self,
        words: Mapping[ContentCategory | str, Iterable[str]] | None = None,
        patterns: Mapping[ContentCategory | str, Iterable[str]] | None = None,
        *,
        stems: Mapping[ContentCategory | str, Iterable[str]] | None = None,
        allowed: Iterable[str] = (),
        strength: str = "strong",
    ) -> TextRules:
        """Return these rules and more, in the notation of docs/text-rules.md; raise TextRulesError."""
        if strength not in STRENGTHS:
            raise TextRulesError(f"{strength!r} is not one of {', '.join(STRENGTHS)}")
        return self.with_rule_set(
            RuleSet(
                words=_with_strength(words, strength),
                stems=_with_strength(stems, strength),
                patterns=_with_strength(patterns, strength),
                allowed=strings(allowed, "allowed"),
            )
        )

    def with_json(self, text: str) -> TextRules:
        """Return these rules and those of an operator's JSON document; raise TextRulesError."""
        return self.with_rule_set(rule_set_from_json(text))

    def with_toml(self, text: str) -> TextRules:
        """Return these rules and those of an operator's TOML document; raise TextRulesError."""
        return self.with_rule_set(rule_set_from_toml(text))

    def with_rule_set(self, rule_set: RuleSet) -> TextRules:
        """Return these rules and `rule_set`, compiled, so that a mistake shows here and not at a scan."""
        extended = TextRules((*self.rule_sets, rule_set))
        _ = extended.lexicon
        return extended

    @cached_property
    def lexicon(self) -> Lexicon:
        """The compiled rules; built when first asked for."""
        return Lexicon(self.rule_sets)

    def find(self, text: str) -> list[Finding]:
        """Return every rule the text breaks, surest and gravest first. Never raises.

        Only the first MAX_SCANNED_CHARACTERS are read: a caller that must not miss more checks the length.
        """
        rules = matching_rules(text[:MAX_SCANNED_CHARACTERS], self.lexicon)
        findings = [
            Finding(rule.category, rule.confidence, rule.name, words) for rule, words in rules.items()
        ]
        return sorted(findings, key=lambda one: (-one.confidence, UNSAFE_CATEGORIES.index(one.category)))


@lru_cache(maxsize=1)
def _default() -> TextRules:
    from moderation.text.lists import DEFAULT_RULE_SETS  # noqa: PLC0415 - the lists cost nothing until used

    return TextRules(DEFAULT_RULE_SETS)


def _with_strength(
    entries: Mapping[ContentCategory | str, Iterable[str]] | None, strength: str
) -> dict[ContentCategory, dict[str, tuple[str, ...]]]:
    return {
        unsafe_category(category): {strength: strings(texts, str(category))}
        for category, texts in (entries or {}).items()
    }

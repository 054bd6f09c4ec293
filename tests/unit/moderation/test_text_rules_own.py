"""Rules that operators add, in code and from files."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation import ContentCategory, TextRules, TextRulesError

RULES = TextRules.default()


def _category(text: str, rules: TextRules = RULES) -> str:
    found = rules.find(text)
    return found[0].category.value if found else "safe"


def test_rules_can_be_extended_without_touching_the_default() -> None:
    more = RULES.extended(
        words={ContentCategory.SPAM: ["zorb/s"]},
        patterns={"spam": ["grab your? {app}|zap"], "nsfw": ["🌶 🔥"]},
        stems={"nsfw": ["zonk"]},
        allowed=["zonker", "zorb league"],
        strength="suspect",
    )
    assert _category("zorbs") == "safe"
    assert _category("z0rbs", more) == "spam"
    assert _category("grab your zap", more) == "spam"
    assert _category("grab telegram", more) == "spam"
    assert _category("superzonky", more) == "nsfw"
    assert _category("zonker", more) == "safe"
    assert _category("zorb league", more) == "safe"
    assert _category("🌶🔥", more) == "nsfw"
    assert _category("porn", more) == "nsfw"
    assert more.find("zorb")[0].confidence == 0.60


DOCUMENT = {
    "words": {"spam": ["zorb/s"], "illegal": {"certain": ["grault"]}},
    "patterns": {"spam": ["{things} for sale & cheap"]},
    "lists": {"things": ["widget/s"]},
    "allowed": ["hyperzorb", "blue zorb"],
    "companions": ["mega"],
}
TOML = """
allowed = ["hyperzorb", "blue zorb"]
companions = ["mega"]
[words]
spam = ["zorb/s"]
[words.illegal]
certain = ["grault"]
[patterns]
spam = ["{things} for sale & cheap"]
[lists]
things = ["widget/s"]
"""


@pytest.mark.parametrize(
    "rules", [RULES.with_json(json.dumps(DOCUMENT)), RULES.with_toml(TOML)], ids=["json", "toml"]
)
def test_operators_can_load_rules_from_files(rules: TextRules) -> None:
    assert _category("zorbs", rules) == "spam"
    assert _category("megazorbs", rules) == "spam"
    assert _category("blue zorb", rules) == "safe"
    assert rules.find("gr4ult")[0].confidence == 0.99
    assert _category("cheap stuff: widgets for sale", rules) == "spam"
    assert _category("widgets for sale", rules) == "safe"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "[" * 100_000,
        '{"word": {}}',
        '{"words": []}',
        '{"words": {"safe": ["x"]}}',
        '{"words": {"unknown": ["x"]}}',
        '{"words": {"rude": ["x"]}}',
        '{"words": {"spam": "x"}}',
        '{"words": {"spam": [7]}}',
        '{"words": {"spam": ["two words"]}}',
        '{"words": {"spam": ["/s"]}}',
        '{"words": {"spam": {"firm": ["x"]}}}',
        '{"stems": {"spam": ["abc"]}}',
        '{"stems": {"spam": ["a.*b"]}}',
        '{"patterns": {"spam": [""]}}',
        '{"patterns": {"spam": ["x? y"]}}',
        '{"patterns": {"spam": ["... y"]}}',
        '{"patterns": {"spam": ["x ..."]}}',
        '{"patterns": {"spam": ["x ... y ... z ... w"]}}',
        '{"patterns": {"spam": ["a b c d e f g h i j k l m"]}}',
        '{"patterns": {"spam": ["{nothing}"]}}',
        '{"patterns": {"spam": ["<thing>"]}}',
        '{"patterns": {"spam": ["a & "]}}',
        '{"patterns": {"spam": ["a.*b"]}}',
        json.dumps({"patterns": {"spam": ["x" * 4_001]}}),
        '{"allowed": "x"}',
        '{"lists": {"x": "y"}}',
    ],
)
def test_a_mistake_in_a_file_is_named(text: str) -> None:
    with pytest.raises(TextRulesError) as caught:
        RULES.with_json(text)
    assert caught.value.code == "invalid_text_rules"
    assert str(caught.value)


def test_mistakes_elsewhere_are_named_too() -> None:
    with pytest.raises(TextRulesError, match="TOML"):
        RULES.with_toml("= 1")
    with pytest.raises(TextRulesError, match="firm"):
        RULES.extended(words={"spam": ["x"]}, strength="firm")
    with pytest.raises(TextRulesError, match="texts only"):
        RULES.extended(words={"spam": [1]})  # type: ignore[list-item]


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60))
def test_any_pattern_is_taken_or_refused_by_name(text: str) -> None:
    try:
        rules = RULES.extended(patterns={"spam": [text]}) if len(text) % 2 else None
        TextRules(()).extended(patterns={"spam": [text]}, words={"spam": [text]})
    except TextRulesError:
        return
    if rules:
        rules.find(text)

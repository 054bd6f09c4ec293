"""Tags as Tenor likes them, and a guess at how often they are searched for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from publishing.tags import TagRules, clean_tags

if TYPE_CHECKING:
    from collections.abc import Iterable

TAG_RULES = TagRules(max_tags=20, max_chars=50)

WORD_SEARCHES = {
    **dict.fromkeys(("happy", "love", "yes", "no", "hello", "thanks", "lol", "dance"), 500_000),
    **dict.fromkeys(("funny", "cat", "dog", "sad", "wow", "hug", "reaction", "celebration"), 200_000),
    **dict.fromkeys(("excited", "cute", "angry", "party", "animals", "birthday", "crying", "laugh"), 100_000),
    **dict.fromkeys(("clap", "wave", "shrug", "facepalm", "eyeroll", "coffee", "monday", "friday"), 50_000),
}
"""Searches a month by word: round figures of ours for common themes, not measurements."""
OTHER_WORD_SEARCHES = 1_000
NARROWING = 4
"""Each further word of a tag divides its searches by this."""


def format_tags(tags: Iterable[str]) -> list[str]:
    """Return the tags by the shared rules: lower case, each once, 20 of 50 characters at most."""
    return clean_tags(tags, TAG_RULES)


def estimate_reach(tags: Iterable[str]) -> dict[str, Any]:
    """Return estimated_monthly_searches, per_tag and tag_count for the tags as they would be sent.

    A tag counts as its most searched word, divided by four for each further word; the sum is over the tags.
    The same tags always give the same figure, which is for comparing sets of tags and no promise.
    """
    per_tag = {tag: _searches(tag.split(" ")) for tag in format_tags(tags)}
    return {
        "estimated_monthly_searches": sum(per_tag.values()),
        "per_tag": per_tag,
        "tag_count": len(per_tag),
    }


def _searches(words: list[str]) -> int:
    best = max(WORD_SEARCHES.get(word, OTHER_WORD_SEARCHES) for word in words)
    return best // int(NARROWING ** (len(words) - 1))

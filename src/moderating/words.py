"""Looking at words: title, tags and description, and what a link's targets say in theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from ai_safety_scanner.text import MAX_TEXT_CHARACTERS, upload_text
from link_safety.host_checks import displayed
from moderating.opinions import Opinion, by_rules, flagged
from moderation import ContentCategory, ContentScanner, ModerationDecision, TextRules, verdict_of
from moderation.text.rules import MAX_SCANNED_CHARACTERS
from sharelinks.errors import InvalidUrlError
from sharelinks.urls import parse_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderating.content import Content
    from moderation import Thresholds
    from sharelinks.urls import UrlParts

RULES: Final = ContentScanner()
MAX_SHOWN: Final = 80
"""How much of what matched stands in a reason."""


def judge_by_rules(content: Content, thresholds: Thresholds) -> list[Opinion]:
    """Return what the text rules say of the words, and of each target that has something against it."""
    own = verdict_of("text", lambda: RULES.scan_metadata(content.title, content.tags, content.description))
    opinions = [by_rules("text", own, thresholds)]
    for url in content.urls:
        # Host and path apart: a domain beside a word would read as a sentence.
        parts = readable(url)
        names = ("host", "path") if len(parts) > 1 else ("address",)
        for name, part in zip(names, parts, strict=True):
            opinions += _against_address(name, part)
    return opinions


def _against_address(name: str, part: str) -> Iterator[Opinion]:
    """Yield what a person should look at in a part of an address.

    An address is no text: what its words mean depends on the site, so they refuse nothing. What reads as
    advertising in a text (buy now, a shortener, a messenger) is what addresses of shops and groups are made
    of.
    """
    found = [one for one in TextRules.default().find(part) if one.category is not ContentCategory.SPAM]
    if found:
        told = dict.fromkeys(f"{name}: {one.category.value} ({one.matched[:MAX_SHOWN]!r})" for one in found)
        categories = tuple(dict.fromkeys(one.category.value for one in found))
        scores = {f"rules/{one.category.value}": one.confidence for one in reversed(found)}
        yield Opinion(ModerationDecision.FLAGGED, f"target_rules: {', '.join(told)}", categories, scores)
    elif len(part) > MAX_SCANNED_CHARACTERS:
        yield flagged(f"target_rules: {name}: too long to be scanned whole")


def texts_of(content: Content) -> list[str]:
    """Return all words in as few texts as the service's calls can carry; an overlong line stays whole."""
    lines = [upload_text(content.title, content.tags, content.description)]
    lines += ["".join(readable(url)) for url in content.urls]
    texts: list[str] = []
    for line in filter(None, lines):
        if texts and len(texts[-1]) + 1 + len(line) <= MAX_TEXT_CHARACTERS:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return texts


def readable(url: str) -> tuple[str, ...]:
    """Return a URL's host and the rest of it as people read them; what is no URL as it stands."""
    try:
        parts = parse_url(url)
    except InvalidUrlError:
        return (url,)
    host = ".".join(displayed(label)[0] for label in parts.host.split("."))
    return (host, _after_host(parts))


def _after_host(parts: UrlParts) -> str:
    query = "" if parts.query is None else f"?{parts.query}"
    fragment = "" if parts.fragment is None else f"#{parts.fragment}"
    return unquote(f"{parts.path}{query}{fragment}", errors="replace")

"""Looking at words: title, tags and description, and what a link's targets say in theirs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from ai_safety_scanner.text import MAX_TEXT_CHARACTERS, upload_text
from link_safety.host_checks import displayed
from moderating.opinions import Opinion, by_rules
from moderation import ContentScanner, verdict_of
from sharelinks.errors import InvalidUrlError
from sharelinks.urls import parse_url

if TYPE_CHECKING:
    from moderating.content import Content
    from moderation import Thresholds
    from sharelinks.urls import UrlParts

RULES: Final = ContentScanner()


def judge_by_rules(content: Content, thresholds: Thresholds) -> list[Opinion]:
    """Return what the text rules say of the words, and of each target that has something against it."""
    own = verdict_of("text", lambda: RULES.scan_metadata(content.title, content.tags, content.description))
    opinions = [by_rules("text", own, thresholds)]
    for url in content.urls:
        # One by one, host and path apart: a domain beside a word like "free" would read as an advertisement.
        for part in readable(url):
            verdict = verdict_of("target", partial(RULES.scan_metadata, description=part))
            opinions.append(by_rules("target", verdict, thresholds))
    return opinions


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

"""Whether a rule fits a visit."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from analytics.clicks import UNKNOWN_COUNTRY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redirecting.visit import Visit
    from sharelinks.routing import Rule

MAX_READ_CHARACTERS = 256
_FULL = 1_000
_DIGITS = frozenset("0123456789")


def fits(rule: Rule, visit: Visit) -> bool:
    """Tell whether a visit meets every condition of a rule; a rule without conditions fits everybody.

    The date window includes `starts_at` and excludes `ends_at`. An unknown country meets no condition.
    """
    if rule.starts_at is not None and visit.now < rule.starts_at:
        return False
    if rule.ends_at is not None and visit.now >= rule.ends_at:
        return False
    if rule.country and (visit.country == UNKNOWN_COUNTRY or visit.country not in rule.country):
        return False
    if rule.device and visit.user_agent.device_type not in rule.device:
        return False
    if rule.os and visit.user_agent.os not in rule.os:
        return False
    return not rule.language or not preferred_languages(visit.accept_language).isdisjoint(rule.language)


def preferred_languages(header: str) -> frozenset[str]:
    """Return the lower-case ranges that cover what comes first for the visitor in an Accept-Language header.

    That is every language whose quality is at least nine tenths of the best. Browsers list English behind
    nearly every language: without a threshold an early rule for English would take visitors who never asked
    for it. Ranges cover as in RFC 4647's basic filtering, `de-AT` being covered by `de-at` and `de`. `*`,
    `q=0` and what cannot be read are left out; never raises.
    """
    if len(header) > MAX_READ_CHARACTERS:
        header = header[:MAX_READ_CHARACTERS].rpartition(",")[0]
    return _preferred(header)


@lru_cache(maxsize=256)
def _preferred(header: str) -> frozenset[str]:
    qualities: dict[str, int] = {}
    for item in header.lower().split(","):
        tag, _, parameter = item.partition(";")
        tag = tag.strip()
        if tag and not tag.startswith("*"):
            qualities[tag] = _quality(parameter)
    best = max(qualities.values(), default=0)
    preferred = [tag for tag, quality in qualities.items() if quality and quality * 10 >= best * 9]
    return frozenset(covering for tag in preferred for covering in _ranges(tag))


def _ranges(tag: str) -> Iterator[str]:
    while tag:
        yield tag
        tag = tag.rpartition("-")[0]


def _quality(parameter: str) -> int:
    """Return a weight in thousandths; without one it is full, and one that is no weight is none."""
    name, _, value = parameter.partition("=")
    if not name.strip():
        return _FULL
    whole, _, decimals = value.strip().partition(".")
    if name.strip() != "q" or whole not in ("0", "1") or not _DIGITS.issuperset(decimals):
        return 0
    thousandths = int(f"{whole}{decimals[:3]:0<3}")
    return thousandths if thousandths <= _FULL else 0

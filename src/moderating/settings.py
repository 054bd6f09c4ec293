"""What an operator may choose about looking at content, read from texts: a wrong one is named."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar

from ai_safety_scanner import Endpoint
from ai_safety_scanner.contract import DEFAULT_BASE_URL as OPENAI_URL
from casework.budget import MAX_CALLS
from link_safety import WIDELY_IMITATED, ProtectedNames, SafeBrowsingEndpoint
from link_safety.block_list import is_address
from link_safety.safe_browsing import DEFAULT_BASE_URL as SAFE_BROWSING_URL
from moderation import Thresholds
from moderation.model import is_confidence
from sharelinks.errors import InvalidUrlError
from sharelinks.urls import parse_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    AnyEndpoint = TypeVar("AnyEndpoint", Endpoint, SafeBrowsingEndpoint)


class Unseen(StrEnum):
    """What becomes of pictures that nothing can look at because no service is configured."""

    FLAG = "flag"
    APPROVE = "approve"


DEFAULTS: Final[dict[str, str]] = {
    "OPENAI_API_KEY": "",
    "OPENAI_BASE_URL": OPENAI_URL,
    "OPENAI_CALLS_PER_DAY": "5000",
    "UNSEEN_PICTURES": Unseen.FLAG.value,
    "MODERATION_APPROVE": "0.95",
    "MODERATION_REJECT": "0.80",
    "SAFE_BROWSING_KEY": "",
    "SAFE_BROWSING_BASE_URL": SAFE_BROWSING_URL,
    "PROTECTED_DOMAINS": "",
    "PUBLIC_BASE_URL": "",
    "SCAN_TIMEOUT_SECONDS": "60",
}
"""Every variable that is read, and what it is when it is missing."""
MAX_SCAN_TIMEOUT_SECONDS: Final = 600
"""A consumer has 15 minutes for its whole batch."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What is looked with, and how sure a verdict must be. Without an endpoint nobody is asked."""

    openai: Endpoint | None = None
    openai_calls_per_day: int = 5_000
    unseen_pictures: Unseen = Unseen.FLAG
    thresholds: Thresholds = field(default_factory=Thresholds)
    safe_browsing: SafeBrowsingEndpoint | None = None
    protected: ProtectedNames = field(default_factory=lambda: ProtectedNames(WIDELY_IMITATED))
    scan_timeout_seconds: float = 60.0


def read_settings(variables: Mapping[str, str]) -> Settings:
    """Return the settings that a Worker's variables say; raise ValueError naming the one that is wrong.

    What is missing has its default; of the other variables nothing is read.
    """
    texts = {name: variables.get(name, default).strip() for name, default in DEFAULTS.items()}
    return Settings(
        openai=_endpoint(Endpoint, "OPENAI_API_KEY", "OPENAI_BASE_URL", texts),
        openai_calls_per_day=_calls("OPENAI_CALLS_PER_DAY", texts),
        unseen_pictures=_unseen("UNSEEN_PICTURES", texts),
        thresholds=Thresholds(_share("MODERATION_APPROVE", texts), _share("MODERATION_REJECT", texts)),
        safe_browsing=_endpoint(SafeBrowsingEndpoint, "SAFE_BROWSING_KEY", "SAFE_BROWSING_BASE_URL", texts),
        protected=_protected("PROTECTED_DOMAINS", texts),
        scan_timeout_seconds=_seconds("SCAN_TIMEOUT_SECONDS", texts),
    )


def _endpoint(
    make: Callable[[str, str], AnyEndpoint], key_name: str, url_name: str, texts: Mapping[str, str]
) -> AnyEndpoint | None:
    """Return an endpoint, or None without a key. What is wrong with a key is told without telling it."""
    key = texts[key_name]
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise ValueError(f"{key_name} holds characters that no key has")
    try:
        endpoint = make(key, texts[url_name])
    except ValueError as error:
        raise ValueError(f"{url_name}: {error}") from error
    return endpoint if key else None


def _calls(name: str, texts: Mapping[str, str]) -> int:
    text = texts[name]
    if not (text.isascii() and text.isdecimal() and len(text) <= 8 and int(text) <= MAX_CALLS):
        raise ValueError(f"{name} must be a whole number from 0 to {MAX_CALLS}, not {text!r}")
    return int(text)


def _unseen(name: str, texts: Mapping[str, str]) -> Unseen:
    try:
        return Unseen(texts[name])
    except ValueError as error:
        raise ValueError(f'{name} must be "flag" or "approve", not {texts[name]!r}') from error


def _share(name: str, texts: Mapping[str, str]) -> float:
    value = _number(texts[name])
    if not is_confidence(value):
        raise ValueError(f"{name} must be a number from 0 to 1, not {texts[name]!r}")
    return value


def _seconds(name: str, texts: Mapping[str, str]) -> float:
    value = _number(texts[name])
    if not 1 <= value <= MAX_SCAN_TIMEOUT_SECONDS:
        raise ValueError(f"{name} must be a number from 1 to {MAX_SCAN_TIMEOUT_SECONDS}, not {texts[name]!r}")
    return value


def _number(text: str) -> float:
    """Return a number, or one that is in no range."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _protected(name: str, texts: Mapping[str, str]) -> ProtectedNames:
    """Return the operator's domains, or the widely imitated ones, and our own host."""
    domains = texts[name].replace(",", " ").split() or WIDELY_IMITATED
    own = _own_names("PUBLIC_BASE_URL", texts)
    try:
        return ProtectedNames([*domains, *own])
    except InvalidUrlError as error:
        raise ValueError(f"{name} must be domains with commas or spaces between: {error}") from error


def _own_names(name: str, texts: Mapping[str, str]) -> list[str]:
    """Return our own host if it has a name: nobody imitates an address."""
    if not texts[name]:
        return []
    try:
        host = parse_url(texts[name]).host
    except InvalidUrlError as error:
        raise ValueError(f"{name}: {error}") from error
    return [] if is_address(host) else [host]

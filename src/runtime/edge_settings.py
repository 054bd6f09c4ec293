"""The edge Worker's variables, read once: a wrong value stops the first request with a sentence naming it."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

MAX_CACHED_LINKS = 10_000
MAX_REMEMBER_SECONDS = 20
"""What is documented of takedowns and changes rests on it, so an operator may choose less and no more."""
KEPT_TIMES = 6
"""So many times as long a link is kept that no news say to have changed: its owner may be unable to."""
BRIDGE_SECONDS = 3_600.0
MAX_FLUSH_CLICKS = 10_000
MAX_FLUSH_MS = 10_000

_MAIL_ADDRESS = re.compile(r"[^\s@:/?&]+@[^\s@:/?&]+")
_CONTACT = re.compile(r"https?://[^\s/?#]+\S*|mailto:[^\s@:/]+@\S+")


class EdgeSettings(NamedTuple):
    """What an operator may choose."""

    base_url: str
    ignores_case: bool
    pepper: str
    flush_clicks: int
    flush_seconds: float
    rate_limits: str
    fresh_seconds: float
    """How long a record counts as new."""
    ageing_seconds: float
    """How much longer it is used while a newer one is fetched."""
    kept_seconds: float
    """How long the record of a link is used while the news speak for it."""
    appeal_contact: str | None
    """An http(s) or mailto address that takes appeals of whoever is told that content is withheld."""


def read_settings(env: Any) -> EdgeSettings:  # noqa: ANN401 - the bindings
    """Return the settings of an environment; raise ValueError."""
    case = env.CODE_CASE
    if case not in {"sensitive", "insensitive"}:
        raise ValueError(f'CODE_CASE must be "sensitive" or "insensitive", not {case!r}')
    fresh_seconds = float(_whole("REMEMBER_SECONDS", env.REMEMBER_SECONDS, MAX_REMEMBER_SECONDS))
    return EdgeSettings(
        base_url=env.PUBLIC_BASE_URL.rstrip("/"),
        ignores_case=case == "insensitive",
        pepper=env.LINK_PEPPER,
        flush_clicks=_whole("FLUSH_CLICKS", env.FLUSH_CLICKS, MAX_FLUSH_CLICKS),
        flush_seconds=_whole("FLUSH_MS", env.FLUSH_MS, MAX_FLUSH_MS) / 1_000,
        rate_limits=env.RATE_LIMITS,
        fresh_seconds=fresh_seconds,
        ageing_seconds=fresh_seconds / 2,
        kept_seconds=fresh_seconds * KEPT_TIMES,
        appeal_contact=_contact("APPEAL_CONTACT", env.APPEAL_CONTACT),
    )


def _contact(name: str, text: str) -> str | None:
    """Return an address that a page can lead to; None where none is given."""
    given = text.strip()
    if not given:
        return None
    contact = f"mailto:{given}" if _MAIL_ADDRESS.fullmatch(given) else given
    if not _CONTACT.fullmatch(contact):
        raise ValueError(f"{name} must be an http(s) URL or a mail address, not {text!r}")
    return contact


def _whole(name: str, text: str, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= most):
        raise ValueError(f"{name} must be a whole number from 1 to {most}, not {text!r}")
    return int(text)

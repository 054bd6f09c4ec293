"""`Click`: what the redirect records about one visit, and its form between Workers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analytics.errors import InvalidClickError
from analytics.kinds import Platform
from analytics.referrers import DIRECT, UNREADABLE, is_host_label
from analytics.user_agent_tables import DEVICE_TYPES, UNKNOWN

MAX_NAME_LENGTH = 64
MAX_VISITOR_LENGTH = 64
UNKNOWN_COUNTRY = "XX"

_WIRE_LENGTH = 8
_LAST_SECOND = 253_402_300_799
_PLATFORMS = frozenset(platform.value for platform in Platform)
_CAPITALS_AND_DIGITS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_WORD = _CAPITALS_AND_DIGITS | frozenset("abcdefghijklmnopqrstuvwxyz")
_NAME_CHARACTERS = _WORD | frozenset(" ._+-")
_VISITORS = re.compile(r"[A-Za-z0-9_=+/-]*")


@dataclass(frozen=True, slots=True)
class Click:
    """One visit by a person.

    `timestamp` is in Unix seconds, `country` an ISO 3166 code in capitals (`XX` unknown), `referrer` a host
    label of `parse_referrer`. `visitor` is a salted hash that the caller made, never an address; an empty
    one counts as a click but as no visitor.
    """

    timestamp: float
    country: str = UNKNOWN_COUNTRY
    referrer: str = DIRECT
    platform: Platform = Platform.WEB
    device: str = UNKNOWN
    browser: str = UNKNOWN
    os: str = UNKNOWN
    visitor: str = ""

    def to_wire(self) -> list[str | float]:
        """Return plain values for a call to another Worker or a queue message."""
        return [
            self.timestamp,
            self.country,
            self.referrer,
            self.platform.value,
            self.device,
            self.browser,
            self.os,
            self.visitor,
        ]

    @classmethod
    def from_wire(cls, values: object) -> Click:
        """Read `to_wire` values, from whatever version of the sender; raise InvalidClickError.

        The wrong shape is refused. A name this version does not know becomes `other`, and values that a
        newer sender appended are ignored, so that a roll-out loses no click.
        """
        if not isinstance(values, (list, tuple)) or len(values) < _WIRE_LENGTH:
            raise InvalidClickError(f"a click is a list of {_WIRE_LENGTH} values")
        timestamp, *texts = values[:_WIRE_LENGTH]
        if not all(isinstance(text, str) for text in texts):
            raise InvalidClickError("a click's values must be strings")
        country, referrer, platform, device, browser, system, visitor = texts
        return cls(
            timestamp=check_timestamp(timestamp),
            country=clean_country(country),
            referrer=referrer if is_host_label(referrer) else UNREADABLE,
            platform=Platform(platform) if platform in _PLATFORMS else Platform.OTHER,
            device=device if device in DEVICE_TYPES else UNKNOWN,
            browser=_name(browser),
            os=_name(system),
            visitor=check_visitors([visitor])[0],
        )


def clean_country(code: str | None) -> str:
    """Return a two-character country code in capitals, or `XX` for what is none."""
    text = code.upper() if code and len(code) == len(UNKNOWN_COUNTRY) else ""
    return (
        text
        if len(text) == len(UNKNOWN_COUNTRY) and _CAPITALS_AND_DIGITS.issuperset(text)
        else UNKNOWN_COUNTRY
    )


def _name(text: str) -> str:
    return text if 0 < len(text) <= MAX_NAME_LENGTH and _NAME_CHARACTERS.issuperset(text) else UNKNOWN


def check_timestamp(value: object) -> float:
    """Return the moment of a click, or raise InvalidClickError."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InvalidClickError("a click's timestamp must be a number")
    if not 0 <= value <= _LAST_SECOND:
        raise InvalidClickError("a click's timestamp must lie between 1970 and 9999")
    return float(value)


def check_visitors(texts: list[str]) -> list[str]:
    """Return visitor hashes, or raise InvalidClickError; all are looked at in two passes, however many."""
    if max(map(len, texts), default=0) > MAX_VISITOR_LENGTH or not _VISITORS.fullmatch("".join(texts)):
        raise InvalidClickError(f"a click's visitor is a hash of at most {MAX_VISITOR_LENGTH} characters")
    return texts

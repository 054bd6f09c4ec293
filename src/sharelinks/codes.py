"""Short codes: their syntax, the words no code may be, and random ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sharelinks.errors import InvalidCodeError
from sharelinks.values import as_text, is_whole

if TYPE_CHECKING:
    from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""Base 62 in the order of ASCII, so that encoded numbers of one length sort like the numbers."""
CODE_LENGTH = 8
MIN_CODE_LENGTH = 3
MAX_CODE_LENGTH = 64

# Words that read as a page or a service of ours, so that no link can pose as one.
RESERVED_WORDS = frozenset(
    [
        "about",
        "abuse",
        "account",
        "accounts",
        "admin",
        "administrator",
        "ads",
        "analytics",
        "api",
        "app",
        "assets",
        "auth",
        "billing",
        "bulk",
        "blog",
        "callback",
        "cdn",
        "dashboard",
        "delete",
        "dmca",
        "docs",
        "download",
        "edit",
        "embed",
        "export",
        "favicon",
        "feed",
        "health",
        "healthz",
        "help",
        "import",
        "index",
        "legal",
        "link",
        "links",
        "login",
        "logout",
        "media",
        "metrics",
        "misses",
        "moderation",
        "null",
        "oauth",
        "oembed",
        "openapi",
        "privacy",
        "public",
        "register",
        "robots",
        "root",
        "rss",
        "security",
        "settings",
        "share",
        "shorten",
        "sign-in",
        "sign-out",
        "sign-up",
        "signin",
        "signout",
        "signup",
        "sitemap",
        "static",
        "stats",
        "status",
        "support",
        "system",
        "terms",
        "undefined",
        "upload",
        "uploads",
        "user",
        "users",
        "webhook",
        "webhooks",
        "well-known",
        "www",
    ]
)

_SYNTAX = re.compile(rf"[A-Za-z0-9_-]{{{MIN_CODE_LENGTH},{MAX_CODE_LENGTH}}}")


def parse_code(text: str) -> str | None:
    """Return `text` if it can be a code, else None; codes keep their case.

    A code has 3 to 64 of the characters A-Z a-z 0-9 _ -, and is no reserved word in any case. Whatever this
    refuses needs no look-up.
    """
    if _SYNTAX.fullmatch(as_text(text)) is None or text.lower() in RESERVED_WORDS:
        return None
    return text


def check_slug(slug: str) -> str:
    """Return a custom slug, or raise InvalidCodeError with the rule it breaks."""
    code = parse_code(slug)
    if code is not None:
        return code
    if as_text(slug).lower() in RESERVED_WORDS:
        raise InvalidCodeError(f"{slug!r} is reserved; choose another code", "reserved_code")
    raise InvalidCodeError(
        f"a code has {MIN_CODE_LENGTH} to {MAX_CODE_LENGTH} characters out of A-Z, a-z, 0-9, _ and -"
    )


def generate_short_code(length: int = 6, *, randbelow: Callable[[int], int] | None = None) -> str:
    """Return `length` characters of the alphabet, each uniformly random; raise InvalidCodeError below 1.

    `randbelow(n)` must return a uniform integer in 0..n-1; the default is `secrets.randbelow`, which draws
    again instead of taking a remainder, so that no character is likelier than another.
    """
    if not is_whole(length, least=1):
        raise InvalidCodeError("the length of a code must be a whole number, 1 or more")
    draw = randbelow or _secure_randbelow()
    return "".join(ALPHABET[draw(len(ALPHABET))] for _ in range(length))


def _secure_randbelow() -> Callable[[int], int]:
    import secrets  # noqa: PLC0415 - importing it draws entropy, which a Worker refuses at import time

    return secrets.randbelow


def encode_base62(num: int) -> str:
    """Return a number in base 62 without leading zeros; raise InvalidCodeError below 0."""
    if not is_whole(num, least=0):
        raise InvalidCodeError("only whole numbers, 0 or more, have a base 62 form")
    digits = []
    while num:
        num, digit = divmod(num, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits)) or ALPHABET[0]

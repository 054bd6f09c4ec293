"""How a link's password is kept: a salted PBKDF2 line, made and checked where the key is derived.

Deriving takes WebCrypto at the edge and `hashlib` elsewhere, so it is handed in; everything else is here.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ITERATIONS = 100_000
"""The most that the platform derives; the pepper makes up for what more would bring."""
SALT_BYTES = 16
MAX_PASSWORD_CHARACTERS = 128

_SCHEME = "pbkdf2-sha256"


class PasswordLine(NamedTuple):
    """The parts of a kept line."""

    iterations: int
    salt: bytes
    key: bytes


def peppered(password: str, pepper: str) -> bytes:
    """Return what the key is derived from: without the pepper, a stolen line is worth nothing."""
    return hmac.digest(pepper.encode(), b"link-password\0" + password.encode(), "sha256")


async def make_line(
    password: str, pepper: str, salt: bytes, derive: Callable[[bytes, bytes, int], Awaitable[bytes]]
) -> str:
    """Return the line to keep for a password."""
    key = await derive(peppered(password, pepper), salt, ITERATIONS)
    return "$".join([_SCHEME, str(ITERATIONS), b64encode(salt).decode(), b64encode(key).decode()])


async def matches(
    line: str, password: str, pepper: str, derive: Callable[[bytes, bytes, int], Awaitable[bytes]]
) -> bool:
    """Tell whether a password is the one of a kept line; a line that cannot be read matches nothing."""
    kept = read_line(line)
    if kept is None or len(password) > MAX_PASSWORD_CHARACTERS:
        return False
    key = await derive(peppered(password, pepper), kept.salt, kept.iterations)
    return hmac.compare_digest(key, kept.key)


def read_line(line: str) -> PasswordLine | None:
    """Return the parts of a line, or None for what is none."""
    try:
        scheme, iterations, salt, key = line.split("$")
        parts = PasswordLine(int(iterations), b64decode(salt, validate=True), b64decode(key, validate=True))
    except ValueError:
        return None
    known = scheme == _SCHEME and 0 < parts.iterations <= ITERATIONS
    return parts if known and len(parts.key) == hashlib.sha256().digest_size else None

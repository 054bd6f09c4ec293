"""Readers of single values that came over RPC or out of storage; each raises AssetWireError."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from assets.errors import AssetWireError
from assets.types import MEDIA_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")

_SHA256 = re.compile(r"[0-9a-f]{64}")
_OPAQUE_TAG = re.compile(r"[!#-~]{1,128}")


def text(value: object) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise AssetWireError("text is expected")
    return value


def texts(value: object) -> tuple[str, ...]:
    """Return a list of texts."""
    if not isinstance(value, (list, tuple)):
        raise AssetWireError("a list of texts is expected")
    return tuple(map(text, value))


def number(value: object) -> float:
    """Return a number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise AssetWireError("a number is expected")
    return value


def count(value: object) -> int:
    """Return a whole number of 0 or more; RPC makes floats of large ones."""
    found = number(value)
    if not 0 <= found < float("inf") or found != int(found):
        raise AssetWireError("a whole number of 0 or more is expected")
    return int(found)


def switch(value: object) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise AssetWireError("true or false is expected")
    return value


def sha256(value: object) -> str:
    """Return a SHA-256 in lower-case hexadecimal."""
    if not _SHA256.fullmatch(text(value)):
        raise AssetWireError("a SHA-256 in lower-case hexadecimal is expected")
    return text(value)


def opaque_tag(value: object) -> str:
    """Return what stands between the quotes of a strong entity tag."""
    if not _OPAQUE_TAG.fullmatch(text(value)):
        raise AssetWireError("an entity tag has 1 to 128 printable characters and no quotes")
    return text(value)


def extension(value: object) -> str:
    """Return the extension of a type there is."""
    if value not in MEDIA_TYPES:
        raise AssetWireError(f"an extension is one of {', '.join(MEDIA_TYPES)}")
    return text(value)


def one_of(*allowed: str) -> Callable[[object], str]:
    """Return a reader of a closed set of words."""

    def read(value: object) -> str:
        if value not in allowed:
            raise AssetWireError(f"one of {', '.join(allowed)} is expected")
        return text(value)

    return read


def optional(read: Callable[[object], Value]) -> Callable[[object], Value | None]:
    """Return a reader that takes None, too."""
    return lambda value: None if value is None else read(value)

"""About how much memory a plain value takes."""

from __future__ import annotations

from collections.abc import Mapping

_NUMBER_BYTES = 32
_TEXT_BYTES = 80
_WIDEST_CHARACTER_BYTES = 4
_ITEM_BYTES = 64


def weigh(value: object) -> int:
    """Return an upper estimate, in bytes, for a value made of texts, numbers, sequences and mappings."""
    if isinstance(value, str):
        return _TEXT_BYTES + len(value) * (1 if value.isascii() else _WIDEST_CHARACTER_BYTES)
    if isinstance(value, Mapping):
        return _ITEM_BYTES + sum(_ITEM_BYTES + weigh(name) + weigh(one) for name, one in value.items())
    if isinstance(value, (list, tuple)):
        return _ITEM_BYTES + sum(_ITEM_BYTES + weigh(one) for one in value)
    return _NUMBER_BYTES

"""The keys of the ledger's checkpoints: one that signs, and former ones that still prove."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from casework.checkpoints import LEAST_KEY_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY = "LEDGER_KEY"
KEY_ID = "LEDGER_KEY_ID"
PREVIOUS = "PREVIOUS_LEDGER_KEYS"
UNUSED = "none"
"""What the secret says where nothing is signed: a secret cannot be empty."""


@dataclass(frozen=True, slots=True)
class LedgerKeys:
    """The id of the key that signs, and all keys by their ids; nothing is signed without that one."""

    key_id: str
    keys: Mapping[str, str] = field(repr=False)

    @property
    def key(self) -> str | None:
        """Return the key that signs."""
        return self.keys.get(self.key_id)


def read_ledger_keys(key: str | None, key_id: str, previous: str | None) -> LedgerKeys:
    """Return the keys of three variables, the last a JSON object of former keys by id; two may be missing.

    Raises ValueError with a sentence that names the wrong one, never a key.
    """
    if not key_id:
        raise ValueError(f"{KEY_ID} is empty")
    former = _former(previous or "{}")
    if key_id in former:
        raise ValueError(f"{PREVIOUS} has {key_id!r} too, which is {KEY_ID}")
    now = {} if not key or key == UNUSED else {key_id: key}
    for one_id, one in {**now, **former}.items():
        if len(one) < LEAST_KEY_CHARACTERS:
            name = KEY if one_id == key_id else f"{PREVIOUS}.{one_id}"
            raise ValueError(f"{name} has fewer than {LEAST_KEY_CHARACTERS} characters")
    return LedgerKeys(key_id, {**former, **now})


def _former(text: str) -> dict[str, str]:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict) or not all(isinstance(one, str) for one in read.values()):
        raise ValueError(f"{PREVIOUS} must be a JSON object of keys by id")
    return read

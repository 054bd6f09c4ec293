"""Signed checkpoints: records in the chain that only the holder of a key can have made."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any, TypedDict

from casework import inputs
from casework.errors import CaseworkInputError
from moderation.audit_chain import Head, canonical_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from casework.trail import Trail

CHECKPOINT = "checkpoint"
LEAST_KEY_CHARACTERS = 16

_PURPOSE = "gif-distributor/moderation-ledger/checkpoint/1"


class Checkpoint(TypedDict):
    """How far the chain reached, the hash it had there, and who says so. Keep it outside the ledger."""

    seq: int
    hash: str
    at: str
    key_id: str
    signature: str


def signature(key: str, seq: int, record_hash: str, at: str, key_id: str) -> str:
    """Return the HMAC-SHA-256 of a checkpoint in hexadecimal."""
    said = canonical_json([_PURPOSE, seq, record_hash, at, key_id])
    return hmac.new(key.encode(), said.encode(), hashlib.sha256).hexdigest()


def sign_head(trail: Trail, key_id: str, key: object) -> Checkpoint | None:
    """Sign the chain as it is and append that; None for an empty chain.

    If nothing came since the last checkpoint, that one is returned.
    """
    named = inputs.identifier("key_id", key_id)
    if not isinstance(key, str) or len(key) < LEAST_KEY_CHARACTERS:
        raise CaseworkInputError(f"a key has at least {LEAST_KEY_CHARACTERS} characters")

    def work() -> Checkpoint | None:
        head = trail.audit.head()
        if not head.seq:
            return None
        (last,) = trail.audit.page(head.seq - 1, 1)
        if last["kind"] == CHECKPOINT and last["payload"] and last["payload"]["key_id"] == named:
            return checkpoint_of(last["payload"])
        at = trail.moment()
        made: Checkpoint = {
            "seq": head.seq,
            "hash": head.hash,
            "at": at,
            "key_id": named,
            "signature": signature(key, head.seq, head.hash, at, named),
        }
        trail.add(CHECKPOINT, made)
        return made

    return trail.database.transaction(work)


def checkpoint_of(payload: Mapping[str, Any]) -> Checkpoint:
    """Return the checkpoint that a record holds."""
    return {
        "seq": int(payload["seq"]),
        "hash": payload["hash"],
        "at": payload["at"],
        "key_id": payload["key_id"],
        "signature": payload["signature"],
    }


def kept_head(kept: object, keys: Mapping[str, str]) -> Head:
    """Return the head that a checkpoint from outside names; raise CaseworkInputError for a forged one.

    Only `seq` and `hash` are needed; a signature is checked where there is one and keys are given.
    """
    if not isinstance(kept, dict):
        raise CaseworkInputError("a checkpoint has seq and hash")
    head = Head(inputs.whole("seq", kept.get("seq"), 0, 2**53 - 1), inputs.sha256(kept.get("hash")))
    if keys and "signature" in kept:
        try:
            problem = problem_of(checkpoint_of(kept), keys)
        except (KeyError, TypeError, ValueError) as error:
            problem = f"it cannot be read: {error}"
        if problem:
            raise CaseworkInputError(f"the checkpoint that was kept is none of ours: {problem}")
    return head


def problem_of(made: Checkpoint, keys: Mapping[str, str]) -> str:
    """Return what is wrong with a checkpoint's signature, or nothing."""
    key = keys.get(made["key_id"])
    if key is None:
        return f"the checkpoint is signed with the key {made['key_id']!r}, which was not given"
    expected = signature(key, made["seq"], made["hash"], made["at"], made["key_id"])
    is_ours = hmac.compare_digest(expected.encode(), str(made["signature"]).encode())
    return "" if is_ours else "the signature is not the key's"

"""The block-list in pieces that a key-value store can hold, so that one read answers for one host.

A name and everything above it share their last two labels, and those choose the shard: whatever entry could
cover a host lies in the same one. Every shard is written at each load, the empty ones too, so that a new list
leaves nothing of the old one behind.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from link_safety.block_list import is_address, parents, parse_block_list

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SHARDS: Final = 256
"""Part of the stored form: who changes it must load the list anew. A million domains give 80 KB a shard."""
_FORMAT = "block-list-1"
_DIGEST_CHARACTERS = 16


@dataclass(frozen=True)
class Listed:
    """Why a host is blocked: the entry that covers it, and the digest of the list it stands in."""

    domain: str
    list_digest: str


def compile_shards(content: bytes) -> dict[str, str]:
    """Return what to store, by key, for a block-list file; raise BlockListError."""
    names = parse_block_list(content)
    digest = hashlib.sha256("\n".join(names).encode()).hexdigest()[:_DIGEST_CHARACTERS]
    entries: dict[str, list[str]] = {_key(number): [] for number in range(SHARDS)}
    for name in names:
        entries[shard_key(name)].append(name)
    return {key: "\n".join([f"{_FORMAT} {digest}", *found, ""]) for key, found in entries.items()}


def shard_key(host: str) -> str:
    """Return the key of the shard that knows a canonical host."""
    root = host if is_address(host) else ".".join(host.split(".")[-2:])
    return _key(zlib.crc32(root.encode()) % SHARDS)


def listed_in(shard: str | None, host: str) -> Listed | None:
    """Return the entry of the host's shard that covers it.

    A shard that is not there (None) means that no list was loaded, and covers nothing. Raises ValueError for
    one of an unknown form: what it blocks cannot be known, so nothing may pass.
    """
    if shard is None:
        return None
    head, separator, _ = shard.partition("\n")
    form, _, digest = head.partition(" ")
    if form != _FORMAT or not separator or not digest:
        raise ValueError("the stored block-list has an unknown form")
    for name in (host, *parents(host)):
        # Entries stand between line ends, so no part of a longer name matches.
        if f"\n{name}\n" in shard:
            return Listed(name, digest)
    return None


async def find_listed(host: str, get: Callable[[str], Awaitable[str | None]]) -> Listed | None:
    """Return the entry that covers a canonical host, with one read; what `get` raises passes through."""
    return listed_in(await get(shard_key(host)), host)


def _key(number: int) -> str:
    return f"blocked-domains:{number:02x}"

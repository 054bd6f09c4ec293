"""What readers see of a link beside its owner: its place in KV, its entry in an account's library."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sharelinks.record import LinkRecord

JOURNALS = 4
"""Never to be changed: a journal is found by its code."""


def link_key(code: str) -> str:
    """Return the KV key of a code's record."""
    return f"link:{code}"


def shard_name(code: str, number: int) -> str:
    """Return the name of one of the objects that help a hot code's owner; `~` cannot occur in a code."""
    return f"{code}~{number}"


def journal_name(code: str) -> str:
    """Return the name of the object that keeps clicks of this code and many others for a while."""
    return f"~{zlib.crc32(code.encode()) % JOURNALS}"


def library_entry(record: LinkRecord) -> dict[str, Any]:
    """Return what an account's library keeps of a link: enough to list and search it."""
    return {
        "code": record.code,
        "target": record.target,
        "title": record.title,
        "tags": list(record.tags),
        "state": record.state,
        "created_at": record.created_at,
        "version": record.version,
        "alias_of": record.alias_of,
        "asset_id": record.asset_id,
    }

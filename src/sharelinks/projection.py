"""Where a link's record lies in KV."""

from __future__ import annotations


def link_key(code: str) -> str:
    """Return the KV key of a code's record."""
    return f"link:{code}"

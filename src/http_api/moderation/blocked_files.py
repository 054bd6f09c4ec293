"""The files that moderators blocked, as the ledger had them some seconds ago: uploads need not ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.blocking import NEAR_BITS

if TYPE_CHECKING:
    from moderating.ports import Ledger

KNOWN_SECONDS = 20.0
"""A file that was blocked since comes in, and is stopped when moderation looks at it."""
MOST_KNOWN = 2_000
"""Of more blocked files an isolate knows none, and asks for each."""


class BlockedFiles:
    """What an isolate knows of blocked files. Only the ledger says that one is blocked."""

    def __init__(self) -> None:
        self._known: frozenset[str] | None = None
        self._known_until = 0.0

    async def has(self, sha256: str, ledger: Ledger, now: float) -> bool:
        """Tell whether a file is blocked; what the ledger raises passes through."""
        if now >= self._known_until:
            hashes = await ledger.blocked_files(MOST_KNOWN + 1)
            self._known = frozenset(hashes) if len(hashes) <= MOST_KNOWN else None
            self._known_until = now + KNOWN_SECONDS
        if self._known is not None and sha256 not in self._known:
            return False
        return await ledger.match(sha256, None, NEAR_BITS) is not None

    def forget(self) -> None:
        """Ask again, because the list was changed here."""
        self._known_until = 0.0

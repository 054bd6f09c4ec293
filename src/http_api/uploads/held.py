"""The room for small files that are kept in memory until it is known what they are.

So they are put where they belong at once, instead of being stored, copied and deleted. The room is bounded
for all uploads of an isolate together: whoever finds none left is stored on the way, like a large file.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_HELD_BYTES = 1024 * 1024
"""The largest body that is held."""
ROOM_BYTES = 8 * 1024 * 1024
"""What an isolate holds at most; on its way to the bucket a file is there up to three times."""


class HeldRoom:
    """Counts the bytes that are promised to bodies under way."""

    def __init__(self, room_bytes: int = ROOM_BYTES) -> None:
        self._left = room_bytes

    @contextmanager
    def reserved(self, body_bytes: int) -> Iterator[bool]:
        """Tell whether a body may be held, and keep its room until the block ends."""
        taken = body_bytes if body_bytes <= min(MOST_HELD_BYTES, self._left) else 0
        self._left -= taken
        try:
            yield taken > 0
        finally:
            self._left += taken

"""The bytes of media that an isolate keeps: of small files at once, of others when several people asked."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

SMALL_BYTES = 16 * 1024
LARGEST_BYTES = 2 * 1024 * 1024
ROOM_BYTES = 16 * 1024 * 1024
"""What all of them take together: an isolate has 128 MB, of which Python and the records take most."""
ASKED_BEFORE = 3
"""So many must have asked for a larger file: what one person looks at streams past."""
STAY_SECONDS = 300.0
"""A larger file stays so long. What it was sent to may hold its bytes after it went: this bounds how many."""
READ_SECONDS = 15.0
"""A reading that is not done then was cut off."""


@dataclass(slots=True)
class Held:
    """One format of an asset, named by the tag of its bytes; `blob` has them while they are kept."""

    tag: str
    length: int
    blob: Any = None
    used: bool = False
    """Set by whoever sends it."""
    asked: int = 0
    kept_at: float = 0.0
    read_since: float | None = None

    @property
    def is_small(self) -> bool:
        """Tell whether keeping it takes next to nothing."""
        return self.length <= SMALL_BYTES


class MediaMemory:
    """Keeps bytes as long as they are asked for and there is room."""

    def __init__(self, room_bytes: int = ROOM_BYTES) -> None:
        self._room_bytes = room_bytes
        self._kept: OrderedDict[str, Held] = OrderedDict()
        self.bytes = 0

    def find(self, tag: str, length: int) -> Held:
        """Return what is kept under a tag, or what may become so."""
        return self._kept.get(tag) or Held(tag, length)

    def wants(self, held: Held, now: float) -> bool:
        """Tell whether who asks now should read all bytes, to hand them to `keep`."""
        if held.blob is not None or held.length > LARGEST_BYTES:
            return False
        held.asked += 1
        if not held.is_small and held.asked <= ASKED_BEFORE:
            return False
        if held.read_since is not None and now < held.read_since + READ_SECONDS:
            return False
        if not self._make_room(held.length, now):
            return False
        held.read_since = now
        return True

    def keep(self, held: Held, blob: Any, now: float) -> None:  # noqa: ANN401 - a JS blob
        """Keep bytes that were read, if there is still room."""
        held.read_since = None
        if held.tag in self._kept or not self._make_room(held.length, now):
            return
        held.blob, held.kept_at = blob, now
        self._kept[held.tag] = held
        self.bytes += held.length

    def drop(self, tag: str) -> None:
        """Let go of bytes; who holds the entry finds them gone."""
        held = self._kept.pop(tag, None)
        if held is not None:
            held.blob, held.asked = None, 0
            self.bytes -= held.length

    def _make_room(self, length: int, now: float) -> bool:
        """Let go of what was kept longest and not used since it was last spared; tell whether that did."""
        for _ in range(2 * len(self._kept)):
            if self.bytes + length <= self._room_bytes:
                break
            oldest = next(iter(self._kept.values()))
            has_to_stay = not oldest.is_small and now < oldest.kept_at + STAY_SECONDS
            if oldest.used or has_to_stay:
                oldest.used = False
                self._kept.move_to_end(oldest.tag)
            else:
                self.drop(oldest.tag)
        return self.bytes + length <= self._room_bytes

"""Which frames of an animation to look at: the first, the middle, the last, and the largest changes.

An index is chosen for the change *into* it. Ties go to the earlier frame, and a frame that does not differ
from the one before is never chosen for its change. A few more can be drawn by lot, so that no frame is safe
from being looked at because others change more. The same file always gives the same frames.
"""

from __future__ import annotations

import hashlib
import heapq
from dataclasses import dataclass
from operator import sub
from typing import TYPE_CHECKING

from gif.decoder import shown_pixels
from gif.info import DEFAULT_LIMITS, Limits
from gif.pixels import Picture, flatten_and_shrink, shrink
from gif.walker import walk

if TYPE_CHECKING:
    from collections.abc import Sequence

SIGNATURE_SIDE = 16
_TURNS = 8
"""How often one is drawn for each that is wanted: enough, and no loop without an end."""


@dataclass(frozen=True, slots=True)
class Still:
    """A chosen frame as a picture."""

    index: int
    picture: Picture


class FrameChoice:
    """The choice, made while the frames go by: `offer` each in order and hold only what it keeps."""

    def __init__(self, count: int, limit: int) -> None:
        if count < 1 or limit < 1:
            raise ValueError("there must be at least one frame, and room for one")
        # Ordered by importance, so that a small limit keeps what tells most.
        anchors = dict.fromkeys((0, count // 2, count - 1))
        self.anchors = frozenset(list(anchors)[:limit])
        self._room = limit - len(self.anchors)
        self._changes: list[tuple[float, int]] = []

    def offer(self, index: int, change: float) -> tuple[bool, int | None]:
        """Say whether to keep this frame, and which one kept before to let go for it."""
        if index in self.anchors:
            return True, None
        if change <= 0 or not self._room:
            return False, None
        heapq.heappush(self._changes, (change, -index))
        if len(self._changes) <= self._room:
            return True, None
        let_go = -heapq.heappop(self._changes)[1]
        return (False, None) if let_go == index else (True, let_go)

    def chosen(self) -> list[int]:
        """Return the indices kept so far, in order."""
        return sorted([*self.anchors, *(-negative for _, negative in self._changes)])


def choose_frames(changes: Sequence[float], limit: int) -> list[int]:
    """Return at most `limit` indices in order; `changes[i]` is how much frame i differs from frame i - 1."""
    choice = FrameChoice(len(changes), limit)
    for index, change in enumerate(changes):
        choice.offer(index, change)
    return choice.chosen()


def draw_frames(seed: bytes, count: int, number: int) -> frozenset[int]:
    """Return at most `number` different indices below `count`, each as likely; the seed decides which."""
    drawn: dict[int, None] = {}
    for turn in range(_TURNS * number):
        if len(drawn) == min(number, count):
            break
        digest = hashlib.sha256(seed + turn.to_bytes(4, "big")).digest()
        drawn[int.from_bytes(digest, "big") % count] = None
    return frozenset(drawn)


def difference(one: bytes, other: bytes) -> int:
    """Return how much two pictures of the same size differ: the sum over their bytes."""
    return sum(map(abs, map(sub, one, other)))


def choose_stills(
    data: bytes, limit: int, max_side: int, limits: Limits = DEFAULT_LIMITS, *, drawn: int = 0
) -> list[Still]:
    """Return the chosen frames over mid-grey, no side longer than `max_side`; raise GifError.

    Changes are measured on means over the whole picture, so no pixel of a frame can hide from them. So many
    more frames as `drawn` says are drawn by lot, which the file's bytes decide; some may be chosen already.
    Every frame is unpacked once; at most `limit` + `drawn` + 1 pictures are held.
    """
    info = walk(data, limits)
    lots = draw_frames(hashlib.sha256(data[: info.end]).digest(), info.frames, drawn)
    choice = FrameChoice(info.frames, limit)
    kept: dict[int, Picture] = {}
    last_signature = b""
    for index, pixels in enumerate(shown_pixels(data, info)):
        picture = flatten_and_shrink(info.width, info.height, pixels, max_side)
        signature = shrink(picture, SIGNATURE_SIDE).rgb
        keep, let_go = choice.offer(index, difference(signature, last_signature))
        last_signature = signature
        if keep or index in lots:
            kept[index] = picture
        if let_go is not None and let_go not in lots:
            del kept[let_go]
    return [Still(index, kept[index]) for index in sorted({*choice.chosen(), *lots})]

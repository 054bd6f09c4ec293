"""What a walk over a file's structure finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """What the container tells: the type, the size as it is shown, and how it moves.

    A still has one frame and no duration. `loop_count` is how often an animation says it plays, 0 for ever,
    None where it does not say. `duration_ms` and `frames` are None where a film does not tell.
    """

    content_type: str
    extension: str
    width: int
    height: int
    frames: int | None = 1
    duration_ms: int | None = None
    loop_count: int | None = None

"""A visual scanner that is as good as what it is told to see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Seen:
    """The shape of a picture scan's result."""

    is_safe: bool = True
    confidence: float = 0.99
    violations: list[str] = field(default_factory=list)
    categories_flagged: dict[str, float] = field(default_factory=dict)
    metadata: Mapping[str, object] = field(default_factory=dict)


class Eyes:
    """Answers every scan with `seen`, or raises it; `asked` keeps what was asked."""

    def __init__(self, seen: Seen | Exception) -> None:
        self.seen = seen
        self.asked: list[tuple[str, bool]] = []

    def scan_image(self, file_path: str, check_nsfw: bool = True) -> Seen:
        """Return or raise what there is to see."""
        self.asked.append((file_path, check_nsfw))
        if isinstance(self.seen, Exception):
            raise self.seen
        return self.seen

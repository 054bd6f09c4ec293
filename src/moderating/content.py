"""What is to be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ASSET_TARGET: Final = "asset:"
"""Targets that begin so are assets of ours, which have cases of their own."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a case is about: words, where a link leads, and a file.

    `targets` are URLs, all of a link's, those of its rules and of its split too. `read` gives the file's
    bytes, or None if it is not there; without `read` there is no file to look at, and only the words are
    judged. `content_type` and `size_bytes` spare reading what would not be looked at anyway.
    """

    subject: str
    sha256: str
    title: str = ""
    tags: tuple[str, ...] = ()
    description: str = ""
    targets: tuple[str, ...] = ()
    content_type: str = ""
    size_bytes: int = 0
    read: Callable[[], Awaitable[bytes | None]] | None = None

    @property
    def urls(self) -> tuple[str, ...]:
        """Return the different targets outside, in their order."""
        return tuple(dict.fromkeys(one for one in self.targets if not one.startswith(ASSET_TARGET)))

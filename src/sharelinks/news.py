"""The links that changed lately: by these a reader knows which of its copies hold without reading each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sharelinks.errors import WireFormatError

if TYPE_CHECKING:
    from collections.abc import Mapping

NEWS_OF_LINKS = "links"
"""The name of the one object that keeps them, and of its projection."""
SETTLING_SECONDS = 65.0
"""KV may return what was there before a change for 60 s; the rest is for clocks that differ."""


@dataclass(frozen=True, slots=True)
class News:
    """Every change after `since`, each link's last by its code."""

    since: float
    changed: Mapping[str, float]

    def speak_for(self, name: str, code: str, fetched_at: float) -> bool:
        """Tell whether a copy that was fetched then, under a name, of a link, is as it should be.

        It is not enough that nothing changed since: what changed shortly before may not have been there yet.
        """
        settled = fetched_at - SETTLING_SECONDS
        never = -math.inf
        changed = self.changed
        return (
            self.since <= settled
            and changed.get(name, never) <= settled
            and (name == code or changed.get(code, never) <= settled)
        )

    def to_wire(self) -> dict[str, Any]:
        """Return the plain form. Its moments are whole seconds, rounded up: no change is taken for older."""
        changed = {code: math.ceil(moment) for code, moment in self.changed.items()}
        return {"since": math.ceil(self.since), "changed": changed}

    @classmethod
    def from_wire(cls, wire: object) -> News:
        """Read the plain form; raise WireFormatError, which is a ValueError."""
        match wire:
            case {"since": int() | float() as since, "changed": dict() as changed} if all(
                isinstance(moment, int | float) for moment in changed.values()
            ):
                return cls(since, changed)
        raise WireFormatError("these are no news of links")


NO_NEWS = News(math.inf, {})
"""They speak for nothing."""


def news_key(name: str) -> str:
    """Return the KV key of the news."""
    return f"news:{name}"

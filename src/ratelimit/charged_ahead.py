"""Requests that were charged before they came, so that one question to a limit serves several."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ratelimit.decisions import Decision

MAX_KEYS = 1_000


@dataclass(slots=True)
class _Charged:
    """What an allowed question left: so many requests, for a while."""

    decision: Decision
    left: int
    since_ms: int
    until_ms: int

    def left_at(self, now_ms: int) -> int:
        """Return how many there are at a moment; a clock that was put back ends their time too."""
        return self.left if self.since_ms <= now_ms < self.until_ms else 0


class ChargedAhead:
    """Remembers by key what is still to be used of what was charged."""

    def __init__(self, max_keys: int = MAX_KEYS) -> None:
        self._by_key: OrderedDict[str, _Charged] = OrderedDict()
        self._max_keys = max_keys

    def take(self, key: str, now_ms: int) -> Decision | None:
        """Use one of the key's requests; None if there is none left, or its time is over."""
        charged = self._by_key.get(key)
        if charged is None or not charged.left_at(now_ms):
            return None
        charged.left -= 1
        return _seen_at(now_ms, charged)

    def keep(self, key: str, decision: Decision, left: int, now_ms: int, lasts_ms: int) -> Decision:
        """Add what an allowed question leaves, and return its decision as the request that asked sees it.

        Several may ask at the same time, before the first has an answer.
        """
        earlier = self._by_key.get(key)
        left += earlier.left_at(now_ms) if earlier else 0
        charged = self._by_key[key] = _Charged(decision, left, now_ms, now_ms + lasts_ms)
        self._by_key.move_to_end(key)
        if len(self._by_key) > self._max_keys:
            self._by_key.popitem(last=False)
        return _seen_at(now_ms, charged)


def _seen_at(now_ms: int, charged: _Charged) -> Decision:
    """Return the decision with what is left here, which counts as remaining."""
    decision = charged.decision
    return replace(
        decision,
        remaining=decision.remaining + charged.left,
        reset_after_ms=max(0, decision.reset_after_ms - (now_ms - charged.since_ms)),
    )

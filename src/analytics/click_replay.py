"""Batches of clicks that come late: how they are read, what became of them, where they are put aside.

A late batch is never counted twice, because its owner remembers batch ids. The memory is bounded (7 days, of
a busy link 6 hours, see `click_batches`): once it has forgotten an id that was recorded after a batch's
newest click, that batch may or may not have been counted, and the owner calls it stale. Its clicks are then
not counted; the batch is put aside and its clicks are named in the log, so the loss has a size.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote

from analytics.click_batches import BatchOutcome, check_batch_id
from analytics.click_wire import unpack
from analytics.errors import InvalidClickError
from sharelinks.codes import parse_code

if TYPE_CHECKING:
    from collections.abc import Mapping

KIND = "clicks"
DEAD_PREFIX = "dead/clicks/"

_FIELDS = ("code", "batch_id", "payload")


class Fate(StrEnum):
    """What became of a late batch. The last three name the folders below `dead/` where it is put aside."""

    RECORDED = "recorded"
    REPEATED = "repeated"
    """It had been counted before."""
    STALE = "stale"
    """The owner cannot tell any more whether it counted the batch."""
    UNCLAIMED = "unclaimed"
    """The code has no owner any more. An erased link does not come back, so nobody tries again."""
    MALFORMED = "malformed"
    """Nobody can read it as clicks."""


COUNTED = frozenset({Fate.RECORDED, Fate.REPEATED})
"""The fates after which there is nothing left to do."""


_FATES = {
    BatchOutcome.RECORDED.value: Fate.RECORDED,
    BatchOutcome.REPEATED.value: Fate.REPEATED,
    BatchOutcome.STALE.value: Fate.STALE,
    "refused": Fate.MALFORMED,
}
"""By the outcome that an owner names."""


@dataclass(frozen=True, slots=True)
class LateBatch:
    """A batch of clicks with its code and id; `clicks` is how many it holds."""

    code: str
    batch_id: str
    payload: str
    clicks: int

    def to_text(self) -> str:
        """Return the queue's message as JSON, as it is kept."""
        return json.dumps(
            {"kind": KIND, "code": self.code, "batch_id": self.batch_id, "payload": self.payload}
        )


def clicks_in(payload: str) -> int:
    """Return how many clicks a batch holds, 0 for what cannot be read as one."""
    try:
        return unpack(payload).clicks
    except InvalidClickError:
        return 0


def read_text(text: str) -> LateBatch:
    """Read a queue's message, as JSON; raise InvalidClickError for what is no batch."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidClickError("a message of clicks is not JSON") from error
    if not isinstance(body, dict) or body.get("kind") != KIND:
        raise InvalidClickError(f"a message of clicks is an object of kind {KIND!r}")
    code, batch_id, payload = (body.get(name) for name in _FIELDS)
    if not isinstance(code, str) or parse_code(code) is None:
        raise InvalidClickError("a message of clicks has no code that a link can have")
    if not isinstance(payload, str):
        raise InvalidClickError("a message of clicks has no payload")
    return LateBatch(code, check_batch_id(batch_id), payload, unpack(payload).clicks)


def fate_of(answer: Mapping[str, object]) -> Fate:
    """Return what an owner's answer means; raise ValueError for one that says nothing known.

    An answer nobody understands is a failure, so that the batch comes again instead of being given up.
    """
    return Fate.UNCLAIMED if answer["counted"] is False else fate_named(answer["outcome"])


def fate_named(outcome: object) -> Fate:
    """Return what the outcome of one batch means, as `fate_of` does."""
    fate = _FATES.get(str(outcome))
    if fate is None:
        raise ValueError(f"an owner answered a batch with the outcome {outcome!r}")
    return fate


def dead_key(batch: LateBatch, now: float) -> str:
    """Return where a batch waits for the sweep."""
    return f"{DEAD_PREFIX}{_day(now)}/{_name(batch)}"


def aside_key(fate: Fate, batch: LateBatch, now: float) -> str:
    """Return where a batch is put aside that will not be counted."""
    return f"dead/{fate.value}/{_day(now)}/{_name(batch)}"


def malformed_key(text: str, now: float) -> str:
    """Return where a message is put aside that is no batch: named by its content, so that it is kept once."""
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"dead/{Fate.MALFORMED.value}/{_day(now)}/{digest[:32]}.json"


def _name(batch: LateBatch) -> str:
    # Neither part can hold the other's separator: a code has no full stop, an escaped id no slash.
    return f"{batch.code}.{quote(batch.batch_id, safe='')}.json"


def _day(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).date().isoformat()

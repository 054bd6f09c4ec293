"""Who holds an asset: one reference per account, and what all of them together make visible."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from assets import wire as read
from assets.errors import AssetWireError
from assets.record import PRIVATE, VISIBILITIES


@dataclass(frozen=True, slots=True)
class Words:
    """What an account says of an asset."""

    title: str = ""
    tags: tuple[str, ...] = ()
    description: str = ""

    def to_wire(self) -> dict[str, Any]:
        """Return the words as a plain dict of JSON values."""
        return {"title": self.title, "tags": list(self.tags), "description": self.description}

    @classmethod
    def from_wire(cls, wire: object) -> Words:
        """Return the words of a plain dict, or raise AssetWireError."""
        if not isinstance(wire, Mapping):
            raise AssetWireError("words are a mapping")
        return cls(**{name: reader(wire[name]) for name, reader in _WORD_READERS.items() if name in wire})


@dataclass(frozen=True, slots=True)
class Reference:
    """One account's hold on an asset, with the account's own words about it.

    `deleted_at` is None for a reference that counts; otherwise it waits for `erase_at`, until which it can be
    restored. `version` counts what the account itself did: the record's own would tell of other accounts.
    `confirmed` is False for a hold on what others keep to themselves until moderation has had its turn: until
    then the asset looks to the account like a new one. `worded_at` is since when the words are as they are,
    never twice the same; None for words from before that was noted. `shown` is what others may read: the last
    words that moderation found fit, None before it found any so.
    """

    account_id: str
    created_at: float
    visibility: str = PRIVATE
    title: str = ""
    tags: tuple[str, ...] = ()
    description: str = ""
    deleted_at: float | None = None
    erase_at: float | None = None
    version: int = 1
    confirmed: bool = True
    worded_at: float | None = None
    shown: Words | None = None

    @property
    def words(self) -> Words:
        """Return what the account says."""
        return Words(self.title, self.tags, self.description)

    @property
    def waits(self) -> bool:
        """Tell whether moderation has yet to judge the hold or the words."""
        return not self.confirmed or self.shown != self.words

    @property
    def worded(self) -> int:
        """Return when the words came, in milliseconds: a number of theirs; 0 if that is not known."""
        return round((self.worded_at or 0) * 1_000)

    def to_wire(self) -> dict[str, Any]:
        """Return the reference as a plain dict of JSON values."""
        return {
            "account_id": self.account_id,
            "created_at": self.created_at,
            "visibility": self.visibility,
            "title": self.title,
            "tags": list(self.tags),
            "description": self.description,
            "deleted_at": self.deleted_at,
            "erase_at": self.erase_at,
            "version": self.version,
            "confirmed": self.confirmed,
            "worded_at": self.worded_at,
            "shown": None if self.shown is None else self.shown.to_wire(),
        }

    @classmethod
    def from_wire(cls, wire: object) -> Reference:
        """Return the reference of a plain dict, or raise AssetWireError; unknown keys are ignored.

        One from before words were judged apart shows the words that it has.
        """
        if not isinstance(wire, Mapping) or not {"account_id", "created_at"} <= wire.keys():
            raise AssetWireError("a reference is a mapping with an account_id and created_at")
        known = {name: reader(wire[name]) for name, reader in _READERS.items() if name in wire}
        reference = cls(**known)
        return reference if "shown" in wire else replace(reference, shown=reference.words)


def worded(reference: Reference, former: Reference | None, now: float) -> Reference:
    """Return a reference that says since when its words are as they are, given the one it replaces."""
    if former is not None and former.words == reference.words:
        return replace(reference, worded_at=former.worded_at)
    since = 0.0 if former is None or former.worded_at is None else former.worded_at
    return replace(reference, worded_at=max(now, since + _TICK))


def amended(reference: Reference, changes: Mapping[str, Any]) -> Reference:
    """Return a reference with other words or another visibility; raise AssetWireError for anything else."""
    refused = sorted(changes.keys() - _WORDS)
    if refused:
        raise AssetWireError(f"no change may touch {', '.join(refused)}")
    return Reference.from_wire({**reference.to_wire(), **changes})


@dataclass(frozen=True, slots=True)
class Summary:
    """What follows from all references that count.

    `awaited` is the most open visibility that unconfirmed ones ask for.
    """

    held: bool
    visibility: str
    title: str
    tags: tuple[str, ...]
    description: str
    awaited: str


def summary(references: Iterable[Reference]) -> Summary:
    """Return the most open visibility, and the words of the oldest reference that has any to show.

    What an account keeps private never reaches a page, not even beside another account's public reference.
    Unconfirmed references keep the bytes and show nothing.
    """
    counting = sorted(
        (one for one in references if one.deleted_at is None),
        key=lambda one: (one.created_at, one.account_id),
    )
    confirmed = [one for one in counting if one.confirmed]
    visibility = _most_open(confirmed)
    awaited = _most_open(one for one in counting if not one.confirmed)
    seen = next((one.shown for one in confirmed if one.visibility != PRIVATE and one.shown), Words())
    return Summary(bool(counting), visibility, seen.title, seen.tags, seen.description, awaited)


def _most_open(references: Iterable[Reference]) -> str:
    return min((one.visibility for one in references), key=VISIBILITIES.index, default=PRIVATE)


_WORD_READERS: dict[str, Callable[[object], Any]] = {
    "title": read.text,
    "tags": read.texts,
    "description": read.text,
}
_READERS: dict[str, Callable[[object], Any]] = {
    "account_id": read.text,
    "created_at": read.number,
    "visibility": read.one_of(*VISIBILITIES),
    **_WORD_READERS,
    "deleted_at": read.optional(read.number),
    "erase_at": read.optional(read.number),
    "version": read.count,
    "confirmed": read.switch,
    "worded_at": read.optional(read.number),
    "shown": read.optional(Words.from_wire),
}
_TICK = 0.001
"""The least time between an account's words and its next ones."""
_WORDS = frozenset({*_WORD_READERS, "visibility"})

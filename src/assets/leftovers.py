"""Which keys of the bucket a sweep looks at, and when their time is over."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assets.names import INCOMING, MEDIA, QUARANTINE
from sharelinks.assets import ASSET_ID_LENGTH
from sharelinks.codes import ALPHABET

SWEEP_SECONDS = 300
"""How often the sweep runs; see `triggers.crons` in wrangler.moderator.toml."""
INCOMING_SECONDS = 48 * 3_600.0
"""Uploads in parts live for a day, and their completion an hour more."""
UNCLAIMED_SECONDS = 24 * 3_600.0
"""What is put under an asset's id is named by its record within seconds."""

_PUBLISHED = re.compile(rf"{MEDIA}/([0-9A-Za-z]{{{ASSET_ID_LENGTH}}})/(?:original|variant)\.[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Leftover:
    """What is to be done about a key: `asset_id` is whose owner must be asked first, None for nobody."""

    key: str
    asset_id: str | None


def slice_of(now: float, characters: int = 1) -> str:
    """Return how the asset ids begin that a run of the sweep looks at.

    Each asset must be asked for: all of them at every run would cost more than what is found is worth. Ids
    are spread evenly, so that each run has its share. With one character all have had their turn after 62
    runs, or 5 hours, with two after 3,844, or 14 days.
    """
    turn = int(now // SWEEP_SECONDS) % len(ALPHABET) ** characters
    chosen = ""
    for _ in range(characters):
        turn, place = divmod(turn, len(ALPHABET))
        chosen += ALPHABET[place]
    return chosen


def prefixes(now: float) -> tuple[str, str, str]:
    """Return the prefixes that a run lists: all incoming files, and its share of the others.

    The share of what was published is the smaller one: these are all assets there are, and orphans among them
    are rare, since their owners note them before they put them there.
    """
    return f"{INCOMING}/", f"{QUARANTINE}/{slice_of(now)}", f"{MEDIA}/{slice_of(now, 2)}"


def leftover(key: str, uploaded_at: float, now: float) -> Leftover | None:
    """Return what is to be done about a key, None for one that is young or that no asset has put there."""
    folder, _, rest = key.partition("/")
    if key.startswith(f"{INCOMING}/"):
        return Leftover(key, None) if uploaded_at < now - INCOMING_SECONDS else None
    if uploaded_at >= now - UNCLAIMED_SECONDS:
        return None
    if folder == MEDIA:
        published = _PUBLISHED.fullmatch(key)
        return Leftover(key, published[1]) if published else None
    if folder != QUARANTINE or not rest:
        return None
    asset_id, slash, _ = rest.partition("/")
    return Leftover(key, asset_id if slash else None)

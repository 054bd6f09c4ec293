"""Which keys of the quarantine a sweep looks at, and when their time is over."""

from __future__ import annotations

from dataclasses import dataclass

from assets.names import INCOMING, QUARANTINE
from sharelinks.codes import ALPHABET

SWEEP_SECONDS = 300
"""How often the sweep runs; see `triggers.crons` in wrangler.moderator.toml."""
INCOMING_SECONDS = 48 * 3_600.0
"""Uploads in parts live for a day, and their completion an hour more."""
UNCLAIMED_SECONDS = 24 * 3_600.0
"""An upload files its asset within seconds of the copy to its place."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """What is to be done about a key: `asset_id` is whose owner must be asked first, None for nobody."""

    key: str
    asset_id: str | None


def slice_of(now: float) -> str:
    """Return the first character of the asset ids that a run of the sweep looks at.

    Assets may wait for a decision for long, and each must be asked for: all of them at every run would cost
    more than what is found is worth. Ids are spread evenly, so that each run has its share, and all have had
    their turn after 62 runs, or 5 hours.
    """
    return ALPHABET[int(now // SWEEP_SECONDS) % len(ALPHABET)]


def prefixes(now: float) -> tuple[str, str]:
    """Return the prefixes that a run lists: all incoming files, and its share of the others."""
    return f"{INCOMING}/", f"{QUARANTINE}/{slice_of(now)}"


def leftover(key: str, uploaded_at: float, now: float) -> Leftover | None:
    """Return what is to be done about a key, None for one that is young or none of the quarantine's."""
    folder, _, rest = key.partition("/")
    if folder != QUARANTINE or not rest:
        return None
    if key.startswith(f"{INCOMING}/"):
        return Leftover(key, None) if uploaded_at < now - INCOMING_SECONDS else None
    if uploaded_at >= now - UNCLAIMED_SECONDS:
        return None
    asset_id, slash, _ = rest.partition("/")
    return Leftover(key, asset_id if slash else None)

"""What a visit can come to."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

NOT_KEPT = "private, no-store"
_REVALIDATED = "private, no-cache, max-age=0"


class Kind(StrEnum):
    """The closed set of answers; each names what the edge has to do."""

    REDIRECT = "redirect"
    PAGE = "page"
    PASSWORD = "password"  # noqa: S105 - the name of an answer
    LIMITED = "limited"
    UNFURL = "unfurl"
    NOT_FOUND = "not_found"
    NOT_YET = "not_yet"
    PENDING = "pending"
    EXPIRED = "expired"
    GONE = "gone"
    BLOCKED = "blocked"
    UNAVAILABLE = "unavailable"


class Outcome(NamedTuple):
    """One answer.

    `counts` says that a person who gets this answer to a GET clicked; the caller leaves out HEAD and bots.
    `code` is the stable code of an answer that is no success, `reason` what moderation recorded against what
    it withholds since `decided_at`, and `asset_id` the asset of ours that it leads to.

    REDIRECT and PAGE lead to `location`. UNFURL describes `location` to a preview bot, and nothing of the
    link where that is empty. LIMITED means: ask the owner for a click, and answer `then` once it granted one,
    which the owner has counted; its own `status` is for an owner that does not answer.
    """

    kind: Kind
    status: int
    code: str = ""
    location: str = ""
    cache_control: str = NOT_KEPT
    counts: bool = False
    asset_id: str | None = None
    reason: str = ""
    then: Outcome | None = None
    decided_at: float | None = None


def cache_control(status: int) -> str:
    """Return the Cache-Control of a redirect, under which every visit reaches us and is counted.

    Caches keep 301 and 308 on their own judgement (RFC 9111, 4.2.2). `no-cache` has them ask each time, and
    `max-age=0` leaves no freshness to guess for those that do not know it; the others are not kept at all.
    """
    return _REVALIDATED if status in (301, 308) else NOT_KEPT

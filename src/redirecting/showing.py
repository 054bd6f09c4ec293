"""What becomes of a decision to show an asset, once its record is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.kinds import Platform
from analytics.user_agents import UserAgent
from delivery.grants import grant
from delivery.problems import GONE, REFUSED, UNKNOWN_ASSET, Problem
from redirecting.decide import decide
from redirecting.outcomes import Kind, Outcome
from redirecting.visit import Visit

if TYPE_CHECKING:
    from assets.record import AssetRecord
    from sharelinks.record import LinkRecord

UNAVAILABLE = Outcome(Kind.UNAVAILABLE, 503, "unavailable")
"""For an asset that could not be looked up: nothing is shown that might have been taken down."""

_SHOWS = frozenset({Kind.PAGE, Kind.UNFURL})
_LEADS = _SHOWS | {Kind.REDIRECT}
_WITHHELD = frozenset({REFUSED.code, GONE.code})
_BLOCKED = 451
_PREVIEWER = UserAgent("", "", "bot", is_bot=True, platform=Platform.OTHER, is_unfurler=True)


def asset_to_show(outcome: Outcome) -> str | None:
    """Return the id of the asset whose record an answer needs, None for one that leads to none."""
    return outcome.asset_id if outcome.kind in _LEADS else None


def without_asset(outcome: Outcome) -> Outcome:
    """Return the answer for an asset that could not be looked up: where it redirects to, that is said."""
    return outcome if outcome.kind is Kind.REDIRECT else UNAVAILABLE


def with_asset(outcome: Outcome, asset: AssetRecord | None) -> Outcome:
    """Return the answer that an asset allows: the same one, or a refusal, which is no click.

    A page shows what `/a/` would deliver to anybody, so a link is no way around an asset's visibility: a
    private asset looks like one that does not exist. What moderation withholds is stated by every link; a
    redirect leads to all else that `/a/` refuses, which says so itself.
    """
    granted = UNKNOWN_ASSET if asset is None else grant(asset, None, is_signed=False)
    if not isinstance(granted, Problem):
        return outcome
    if asset is not None and granted.code in _WITHHELD:
        return Outcome(Kind.BLOCKED, _BLOCKED, granted.code, reason=asset.reason, decided_at=asset.decided_at)
    if outcome.kind is Kind.REDIRECT:
        return outcome
    return Outcome(Kind.NOT_FOUND, granted.status, granted.code)


def previewed(record: LinkRecord, code: str, now: float, base_url: str) -> Outcome | None:
    """Return what everybody may be told of a link, as a bot that draws previews is; None for nothing."""
    visit = Visit(
        now=now,
        country="XX",
        user_agent=_PREVIEWER,
        accept_language="",
        query="",
        path_tail="",
        visitor="",
        entered_by=code,
    )
    outcome = decide(record, visit, draw=0, base_url=base_url)
    return outcome if outcome.kind is Kind.UNFURL and outcome.location else None

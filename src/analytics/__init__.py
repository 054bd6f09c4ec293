"""Who saw, played and clicked what: events of assets, clicks of short links, and what a request tells.

`AnalyticsTracker`, `EventType` and `Platform` are the documented library. `Click` and `ClickStore` count the
clicks of one short code; `parse_user_agent` and `parse_referrer` read the two headers a click comes with.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from analytics.kinds import EventType, Platform

if TYPE_CHECKING:
    from analytics.click_batches import BatchOutcome
    from analytics.click_store import ClickStore
    from analytics.clicks import Click
    from analytics.errors import AnalyticsError, InvalidClickError, InvalidEventError, InvalidQueryError
    from analytics.referrers import Referrer, parse_referrer
    from analytics.tracker import AnalyticsTracker
    from analytics.user_agents import UserAgent, parse_user_agent

__all__ = [
    "AnalyticsError",
    "AnalyticsTracker",
    "BatchOutcome",
    "Click",
    "ClickStore",
    "EventType",
    "InvalidClickError",
    "InvalidEventError",
    "InvalidQueryError",
    "Platform",
    "Referrer",
    "UserAgent",
    "parse_referrer",
    "parse_user_agent",
]

# Loaded on first use: the redirect Worker imports this package for its two header parsers, and every module
# that comes along with them is start-up time.
_HOMES = {
    "AnalyticsError": "analytics.errors",
    "AnalyticsTracker": "analytics.tracker",
    "BatchOutcome": "analytics.click_batches",
    "Click": "analytics.clicks",
    "ClickStore": "analytics.click_store",
    "InvalidClickError": "analytics.errors",
    "InvalidEventError": "analytics.errors",
    "InvalidQueryError": "analytics.errors",
    "Referrer": "analytics.referrers",
    "UserAgent": "analytics.user_agents",
    "parse_referrer": "analytics.referrers",
    "parse_user_agent": "analytics.user_agents",
}


if not TYPE_CHECKING:
    # A type checker would take this function for a promise that every name exists.
    def __getattr__(name: str) -> object:
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value = getattr(import_module(home), name)
        return value

"""The one table of what may be done, and by which tier."""

from __future__ import annotations

from enum import Enum


class Scope(Enum):
    """One thing a token may allow."""

    LINKS_READ = "links:read"
    LINKS_WRITE = "links:write"
    ASSETS_READ = "assets:read"
    ASSETS_WRITE = "assets:write"
    ANALYTICS_READ = "analytics:read"
    MODERATION = "moderation"
    OPERATIONS = "operations"


class Tier(Enum):
    """What an account has bought; the operator runs the place."""

    FREE = "free"
    PRO = "pro"
    TEAM = "team"
    OPERATOR = "operator"


_MEMBER = frozenset(
    {Scope.LINKS_READ, Scope.LINKS_WRITE, Scope.ASSETS_READ, Scope.ASSETS_WRITE, Scope.ANALYTICS_READ}
)

SCOPES_OF_TIER: dict[Tier, frozenset[Scope]] = {
    Tier.FREE: _MEMBER,
    Tier.PRO: _MEMBER,
    Tier.TEAM: _MEMBER,
    Tier.OPERATOR: frozenset(Scope),
}
"""The most a token of an account may carry; a token may carry less."""

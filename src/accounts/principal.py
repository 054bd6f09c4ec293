"""Who a request speaks for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from accounts.scopes import SCOPES_OF_TIER, Scope, Tier

OPERATOR_ACCOUNT = "operator"


class PrincipalKind(Enum):
    """The three sorts of people we serve."""

    OPERATOR = "operator"
    MEMBER = "member"
    VISITOR = "visitor"


@dataclass(frozen=True)
class Principal:
    """The account a request acts for and what it may do there; a visitor has no account and no scope."""

    kind: PrincipalKind
    account_id: str | None = None
    tier: Tier = Tier.FREE
    scopes: frozenset[Scope] = frozenset()

    def may(self, scope: Scope) -> bool:
        """Tell whether the principal holds a scope that its tier allows."""
        return scope in self.scopes and scope in SCOPES_OF_TIER[self.tier]


VISITOR = Principal(PrincipalKind.VISITOR)
OPERATOR = Principal(PrincipalKind.OPERATOR, OPERATOR_ACCOUNT, Tier.OPERATOR, frozenset(Scope))

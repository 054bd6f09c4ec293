"""Who asks: principals, and what their scope and tier allow."""

from accounts.principal import OPERATOR, VISITOR, Principal, PrincipalKind
from accounts.scopes import SCOPES_OF_TIER, Scope, Tier
from accounts.tokens import authenticate_bearer

__all__ = [
    "OPERATOR",
    "SCOPES_OF_TIER",
    "VISITOR",
    "Principal",
    "PrincipalKind",
    "Scope",
    "Tier",
    "authenticate_bearer",
]

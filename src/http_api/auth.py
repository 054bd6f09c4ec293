"""Every request has a principal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from accounts import Principal, PrincipalKind, Scope, authenticate_bearer
from http_api.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import Scope as ConnectionScope

    from http_api.services import Services

_CHALLENGE = {"www-authenticate": "Bearer"}
_PRINCIPAL = "principal"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and what the request may use."""

    who: Principal
    ports: Services

    @property
    def account_id(self) -> str:
        """Return the account that the request acts for."""
        return self.who.account_id or ""

    def may_see(self, account_id: str) -> bool:
        """Tell whether what belongs to an account may be shown: to its members and to the operator."""
        return self.who.kind is PrincipalKind.OPERATOR or account_id == self.account_id


def authorization(scope: ConnectionScope) -> str | None:
    """Return the Authorization header of a connection."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            return str(value, "latin-1")
    return None


def authenticate(scope: ConnectionScope) -> Principal | None:
    """Return whom a connection speaks for, None for a bad token; the scope remembers it."""
    if _PRINCIPAL not in scope:
        ports: Services = scope["services"]
        scope[_PRINCIPAL] = authenticate_bearer(authorization(scope), ports.operator_token)
    found: Principal | None = scope[_PRINCIPAL]
    return found


def require(scope: Scope) -> Callable[[Request], Awaitable[Caller]]:
    """Return a dependency that lets only holders of `scope` pass; a bad token is 401, never a visitor."""

    async def check(request: Request) -> Caller:
        who = authenticate(request.scope)
        if who is None:
            raise ApiError(401, "invalid_token", "The bearer token is not valid.", _CHALLENGE)
        if who.kind is PrincipalKind.VISITOR:
            raise ApiError(401, "token_required", "Send a bearer token.", _CHALLENGE)
        if not who.may(scope):
            raise ApiError(403, "scope_required", f"The token lacks the scope {scope.value}.")
        return Caller(who, request.scope["services"])

    return check


LinkReader = Annotated[Caller, Depends(require(Scope.LINKS_READ))]
LinkWriter = Annotated[Caller, Depends(require(Scope.LINKS_WRITE))]
AssetReader = Annotated[Caller, Depends(require(Scope.ASSETS_READ))]
AssetWriter = Annotated[Caller, Depends(require(Scope.ASSETS_WRITE))]
Moderator = Annotated[Caller, Depends(require(Scope.MODERATION))]
StatisticsReader = Annotated[Caller, Depends(require(Scope.ANALYTICS_READ))]

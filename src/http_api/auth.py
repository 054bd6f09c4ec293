"""Every request has a principal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable  # noqa: TC003 - FastAPI reads annotations at run time
from typing import Annotated

from fastapi import Depends, Request

from accounts import Principal, PrincipalKind, Scope, authenticate_bearer
from http_api.errors import ApiError
from http_api.services import Services

_CHALLENGE = {"www-authenticate": "Bearer"}


async def services(request: Request) -> Services:
    """Return the ports of this request."""
    found: Services = request.scope["services"]
    return found


ServicesOf = Annotated[Services, Depends(services)]


async def principal(request: Request, ports: ServicesOf) -> Principal:
    """Return whom the request speaks for; a token that is not valid is 401, never a visitor."""
    who = authenticate_bearer(request.headers.get("authorization"), ports.operator_token)
    if who is None:
        raise ApiError(401, "invalid_token", "The bearer token is not valid.", _CHALLENGE)
    return who


def require(scope: Scope) -> Callable[[Principal], Awaitable[Principal]]:
    """Return a dependency that lets only holders of `scope` pass."""

    async def check(who: Annotated[Principal, Depends(principal)]) -> Principal:
        if who.kind is PrincipalKind.VISITOR:
            raise ApiError(401, "token_required", "Send a bearer token.", _CHALLENGE)
        if not who.may(scope):
            raise ApiError(403, "scope_required", f"The token lacks the scope {scope.value}.")
        return who

    return check

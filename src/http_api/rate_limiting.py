"""Every request to the API answers to a limit, and every answer says what is left of it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from accounts import PrincipalKind
from http_api.auth import authenticate, authorization
from http_api.errors import ApiError, respond
from ratelimit.addresses import address_block
from ratelimit.headers import rate_limit_headers

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from http_api.services import ApiLimit, Services
    from ratelimit import Decision

UNLIMITED_PATHS = frozenset({"/healthz"})
"""A monitor must not be told that it asks too often."""

_ADDRESS_HEADER = b"cf-connecting-ip"
_MAX_ADDRESS_CHARACTERS = 64


class RateLimiting:
    """Limits requests by token, and by address where there is none or a bad one.

    A limiter that fails lets requests pass: it is there against load, and the token still has to be right.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["path"] in UNLIMITED_PATHS:
            await self._app(scope, receive, send)
            return
        decision = await _decide(scope)
        if decision is None:
            await self._app(scope, receive, send)
            return
        headers = rate_limit_headers(decision)
        if not decision.allowed:
            refusal = ApiError(429, "rate_limited", "Too many requests; wait and try again.", headers)
            await respond(refusal)(scope, receive, send)
            return
        await self._app(scope, receive, _adding(headers, send))


def subject_of(scope: Scope) -> tuple[ApiLimit, str]:
    """Return which limit a request answers to, and under whose name.

    A token counts under its fingerprint, because names of limits are shown to operators. The address is what
    the platform says; headers that a client can write are not read.
    """
    who = authenticate(scope)
    if who is None or who.kind is PrincipalKind.VISITOR:
        return ("failed_auth" if who is None else "api_address"), address_block(address_of(scope))
    token = (authorization(scope) or "").partition(" ")[2].strip()
    return "api_token", hashlib.sha256(token.encode()).hexdigest()[:32]


async def _decide(scope: Scope) -> Decision | None:
    ports: Services = scope["services"]
    try:
        return await ports.rate_limits.check(*subject_of(scope))
    except Exception as error:  # noqa: BLE001 - whatever it is, the request passes and the operator hears of it
        ports.incidents.note("rate_limiter_failed", error)
        return None


def address_of(scope: Scope) -> str:
    """Return the address that the platform says a request comes from."""
    for name, value in scope["headers"]:
        if name == _ADDRESS_HEADER:
            return str(value, "latin-1")[:_MAX_ADDRESS_CHARACTERS]
    return ""


def _adding(headers: dict[str, str], send: Send) -> Send:
    added = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *added]
        await send(message)

    return send_with_headers

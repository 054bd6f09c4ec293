"""Calls of Durable Objects for the API, whose routes know one kind of failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from http_api.services import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Awaitable


async def answer_of(call: Awaitable[Any], who: str) -> Any:  # noqa: ANN401 - what the object returns
    """Return what an object answers; raise UnavailableError if it does not."""
    try:
        return await call
    except Exception as error:
        raise UnavailableError(f"{who} does not answer") from error

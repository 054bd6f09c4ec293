"""Which moderator asks: those who share a token say their name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Header

from http_api.auth import Moderator  # noqa: TC001 - FastAPI reads annotations at run time

if TYPE_CHECKING:
    from http_api.services import Services

MAX_NAME_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A moderator by the name that the ledger keeps, and what the request may use."""

    name: str
    ports: Services

    def event_id(self, kind: str, key: str | None) -> str:
        """Return the id of an event: the same for the same key of the same moderator, else a new one.

        It can be nobody else's, and none that a message of ours has.
        """
        return f"{kind}:{self.name}:{key or self.ports.new_code(EVENT_CHARACTERS)}"


EVENT_CHARACTERS = 22

EventKey = Annotated[
    str | None,
    Header(
        alias="idempotency-key",
        min_length=1,
        max_length=100,
        pattern="^[!-~]+$",
        description="The same request with the same key is done once.",
    ),
]


async def _reviewer(
    caller: Moderator,
    moderator: Annotated[
        str | None,
        Header(
            max_length=MAX_NAME_CHARACTERS,
            pattern="^[A-Za-z0-9._@-]+$",
            description="Who of those that share the token decides; the ledger keeps it.",
        ),
    ] = None,
) -> Reviewer:
    name = caller.account_id if moderator is None else f"{caller.account_id}:{moderator}"
    return Reviewer(name, caller.ports)


Reviewing = Annotated[Reviewer, Depends(_reviewer)]

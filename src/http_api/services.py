"""What the API needs from the world, named for the need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from sharelinks.record import LinkRecord
    from sharelinks.store import StoredLink


class LinkOwners(Protocol):
    """The objects that own codes."""

    async def claim(self, record: LinkRecord) -> bool:
        """Claim the record's code; False when it is taken."""
        ...

    async def read(self, code: str) -> StoredLink | None:
        """Return a claimed link with its clicks, or None."""
        ...


class ModerationQueue(Protocol):
    """Where new content goes to be looked at."""

    async def submit_link(self, record: LinkRecord) -> None:
        """Ask for a look at a link's title and target."""
        ...


@dataclass(frozen=True)
class Services:
    """Everything one request may use."""

    links: LinkOwners
    moderation: ModerationQueue
    operator_token: str
    public_base_url: str
    now: Callable[[], float]
    new_code: Callable[[int], str]

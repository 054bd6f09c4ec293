"""What the API needs from the world, named for the need."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from sharelinks.urls import parse_url

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from http_api.incidents import Incidents
    from library import CodePage, Miss
    from ratelimit import Decision
    from sharelinks.record import LinkRecord
    from sharelinks.store import StoredLink

CodeCase: TypeAlias = Literal["sensitive", "insensitive"]
ApiLimit: TypeAlias = Literal["api_token", "api_address", "failed_auth"]


class UnavailableError(Exception):
    """A port cannot answer now; adapters raise it from whatever the runtime raised."""


class LinkOwners(Protocol):
    """The objects that own codes."""

    async def claim(self, record: LinkRecord) -> bool:
        """Claim the record's code; False when it is taken."""
        ...

    async def read(self, code: str) -> StoredLink | None:
        """Return a claimed link with its clicks, or None."""
        ...

    async def change(
        self, code: str, changes: Mapping[str, Any], expected_version: int | None
    ) -> StoredLink | Literal["unknown", "conflict"]:
        """Change fields of the wire form (None resets one) if the version is as expected."""
        ...

    async def statistics(self, code: str) -> dict[str, Any] | None:
        """Return what is known of a link's clicks, or None for a code nobody claimed."""
        ...


class Libraries(Protocol):
    """Each account's index of its links."""

    async def add(self, account_id: str, entries: Sequence[Mapping[str, Any]]) -> None:
        """Insert or update entries made by `library_entry`."""
        ...

    async def page(self, account_id: str, query: Mapping[str, Any]) -> CodePage:
        """Return codes of links, newest first."""
        ...

    async def aliases(self, account_id: str, codes: Sequence[str]) -> dict[str, list[str]]:
        """Return the aliases of each of some links."""
        ...

    async def misses(self, account_id: str, limit: int) -> list[Miss]:
        """Return the codes that visitors asked for in vain, the latest first."""
        ...


class ModerationQueue(Protocol):
    """Where new content goes to be looked at."""

    async def submit_links(self, records: Sequence[LinkRecord]) -> None:
        """Ask for a look at the links' texts and targets."""
        ...


class Passwords(Protocol):
    """Makes the line that is kept for a password."""

    async def hash(self, word: str) -> str:
        """Return the line of `sharelinks.passwords`."""
        ...


class RateLimits(Protocol):
    """The limits of `ratelimit.policy` that concern the API."""

    async def check(self, limit: ApiLimit, subject: str) -> Decision:
        """Charge one request of a subject (a token's fingerprint, an address) to a limit."""
        ...


@dataclass(frozen=True)
class Services:
    """Everything one request may use."""

    links: LinkOwners
    libraries: Libraries
    moderation: ModerationQueue
    passwords: Passwords
    rate_limits: RateLimits
    incidents: Incidents
    operator_token: str
    public_base_url: str
    code_case: CodeCase
    now: Callable[[], float]
    new_code: Callable[[int], str]
    edge_health: Callable[[], Awaitable[Mapping[str, Any]]]

    @cached_property
    def own_host(self) -> str:
        """Return the host that no target may be on."""
        return parse_url(self.public_base_url).host

    def canonical_code(self, code: str) -> str:
        """Return the spelling under which a code is claimed and looked up."""
        return code.lower() if self.code_case == "insensitive" else code

    def short_url(self, code: str) -> str:
        """Return the address that visitors use."""
        return f"{self.public_base_url}/s/{code}"

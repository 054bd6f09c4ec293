"""What the API needs from the world, named for the need."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from http_api.moderation.blocked_files import BlockedFiles
from sharelinks.urls import parse_url

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence

    from assets.judged import Judged
    from assets.record import AssetRecord
    from assets.references import Reference
    from assets.store import StoredAsset
    from cdn.signed_url import SignedURL
    from delivery.publication import Decided, EdgeCopies
    from http_api.incidents import Incidents
    from library import CodePage, Miss
    from library.assets import AssetPage, AssetTotals
    from moderating.ledger_keys import LedgerKeys
    from moderating.ports import Ledger, Messages
    from oembed.description import Preview
    from ratelimit import Decision
    from sharelinks.record import LinkRecord
    from sharelinks.store import StoredLink

CodeCase: TypeAlias = Literal["sensitive", "insensitive"]
ApiLimit: TypeAlias = Literal["api_token", "api_address", "failed_auth", "reports"]

_REPORTER = "gif-distributor/reporter/1"


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


class AssetOwners(Protocol):
    """The objects that own assets; a reference is an account's hold on one."""

    async def read(self, asset_id: str) -> StoredAsset | None:
        """Return an asset with everybody who holds it, or None."""
        ...

    async def amend(
        self, asset_id: str, account_id: str, changes: Mapping[str, Any], expected_version: int | None
    ) -> tuple[AssetRecord, Reference] | Literal["unknown", "conflict", "deleted"]:
        """Change an account's words or visibility if its reference is at the expected version."""
        ...

    async def release(
        self, asset_id: str, account_id: str, grace_seconds: float, expected_version: int | None
    ) -> bool:
        """Let go of an account's reference; False if it is not at the expected version."""
        ...

    async def restore(self, asset_id: str, account_id: str) -> bool:
        """Undo a release in time; False if there is nothing to undo."""
        ...

    async def decide(
        self,
        asset_id: str,
        state: str,
        reason: str,
        expected_version: int | None,
        seq: int | None = None,
        judged: Judged | None = None,
    ) -> Decided:
        """Move an asset to another state if that is legal and it is at the expected version.

        `seq` is the event of the ledger that says so: a conflict if a later one was obeyed. `judged` is what
        of the accounts' words an approval covers.
        """
        ...

    async def confirm(self, asset_id: str, judged: Judged) -> bool:
        """Settle what was judged of an asset that was decided on; False for one that is not there."""
        ...


class Libraries(Protocol):
    """Each account's index of its links and assets."""

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

    async def leading_to(
        self, account_id: str, asset_id: str, is_deleted: bool, cursor: str | None, limit: int
    ) -> CodePage:
        """Return codes of links to an asset, the deleted ones or the others."""
        ...

    async def add_assets(self, account_id: str, entries: Sequence[Mapping[str, Any]]) -> None:
        """Insert or update entries made by `assets.projection`."""
        ...

    async def asset_page(self, account_id: str, query: Mapping[str, Any]) -> AssetPage:
        """Return entries of assets, newest first."""
        ...

    async def asset_totals(self, account_id: str) -> AssetTotals:
        """Return how many assets there are and how many bytes they have."""
        ...


class StoredMedia(Protocol):
    """The bucket, as far as moderators look into it. Every method raises UnavailableError when it fails."""

    async def length(self, key: str) -> int | None:
        """Return how many bytes lie under a key, None for nothing."""
        ...

    def read(self, key: str) -> AsyncGenerator[bytes, None]:
        """Give an object's bytes in pieces."""
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


class Previews(Protocol):
    """What everybody may be told of links and assets."""

    async def of_link(self, code: str) -> Preview | None:
        """Return what may be told of a link, None for nothing."""
        ...

    async def of_asset(self, asset_id: str, extension: str | None) -> Preview | None:
        """Return what may be told of an asset in one of its formats, None for nothing."""
        ...


@dataclass(frozen=True)
class Services:
    """Everything one request may use."""

    links: LinkOwners
    assets: AssetOwners
    edge_copies: EdgeCopies
    libraries: Libraries
    ledger: Ledger
    ledger_keys: LedgerKeys
    publishing: Messages
    notices: Messages
    stored_media: StoredMedia
    passwords: Passwords
    rate_limits: RateLimits
    previews: Previews
    signer: SignedURL
    incidents: Incidents
    operator_token: str
    public_base_url: str
    code_case: CodeCase
    links_wait: bool
    reporter_key: str = field(repr=False)
    now: Callable[[], float]
    new_code: Callable[[int], str]
    edge_health: Callable[[], Awaitable[Mapping[str, Any]]]
    blocked_files: BlockedFiles = field(default_factory=BlockedFiles)

    @cached_property
    def own_host(self) -> str:
        """Return the host that no target may be on."""
        return parse_url(self.public_base_url).host

    def reporter(self, address: str) -> str:
        """Return the name under which the reports of an address are kept: it does not tell the address."""
        said = f"{_REPORTER}\n{address}".encode()
        return hmac.new(self.reporter_key.encode(), said, hashlib.sha256).hexdigest()[:32]

    def canonical_code(self, code: str) -> str:
        """Return the spelling under which a code is claimed and looked up."""
        return code.lower() if self.code_case == "insensitive" else code

    def short_url(self, code: str) -> str:
        """Return the address that visitors use."""
        return f"{self.public_base_url}/s/{code}"

"""What uploads need from the world beside the API's `Services`, named for the need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from starlette.types import Scope

    from assets.record import AssetRecord
    from assets.references import Reference
    from assets.store import Filed
    from http_api.uploads.held import HeldRoom

PORTS = "uploads"
STREAM = "upload_stream"
"""In the scope of a request: its body as the runtime has it, for parts that nobody here looks into."""


class UploadBooks(Protocol):
    """The accounts' books of uploads under way; see `library.uploads.UploadBook`."""

    async def begin(self, account_id: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Reserve room for an upload in one piece: `granted_bytes`, or `shortfall`."""
        ...

    async def end(self, account_id: str, upload_id: str, entries: Sequence[Mapping[str, Any]]) -> None:
        """Let go of a reservation and count what it became."""
        ...

    async def open(self, account_id: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Reserve room and open an upload in parts: `session`, or `shortfall`."""
        ...

    async def session(self, account_id: str, upload_id: str) -> dict[str, Any] | None:
        """Return an upload in parts, or None."""
        ...

    async def sessions(self, account_id: str) -> list[dict[str, Any]]:
        """Return the uploads in parts that are not done."""
        ...

    async def note_part(self, account_id: str, upload_id: str, part: Mapping[str, Any]) -> bool:
        """Note a part that lies in the bucket; False if nobody waits for it any more."""
        ...

    async def complete(self, account_id: str, upload_id: str, lease_seconds: float) -> dict[str, Any] | None:
        """Return an upload in parts, as completing if nothing is missing; None for none."""
        ...

    async def reopen(self, account_id: str, upload_id: str) -> None:
        """Take parts again."""
        ...

    async def settle(
        self,
        account_id: str,
        upload_id: str,
        outcome: Mapping[str, Any],
        entries: Sequence[Mapping[str, Any]],
    ) -> None:
        """Remember how an upload in parts ended, and count what it became."""
        ...

    async def abort(self, account_id: str, upload_id: str) -> str:
        """Give an upload in parts up: "aborted", "completing" or "unknown"."""
        ...


class AssetFiles(Protocol):
    """The objects that own assets, as far as uploads alone ask them."""

    async def file(self, record: AssetRecord, reference: Reference, upload_id: str) -> Filed:
        """Take in an asset whose bytes are in place, and end that upload of the account, if it is named.

        Whether the upload was ended is in what is returned: the caller has to do what was not done.
        """
        ...

    async def refer(self, asset_id: str, reference: Reference) -> tuple[AssetRecord, Reference] | None:
        """Add an account's reference and return it as it is now; None for an asset that is not there."""
        ...


class Sink(Protocol):
    """A file on its way into the bucket; nothing is there before `finish`, or after `abandon`."""

    async def write(self, data: bytes) -> None:
        """Take the next bytes, at the pace of the bucket."""
        ...

    async def finish(self) -> None:
        """Commit, once as many bytes came as were announced."""
        ...

    async def abandon(self) -> None:
        """Leave nothing behind."""
        ...


class UploadStore(Protocol):
    """The bucket. Every method raises UnavailableError when the bucket fails."""

    def begin(self, key: str, length: int) -> Sink:
        """Begin to store exactly so many bytes."""
        ...

    async def put(self, record: AssetRecord, content: bytes) -> None:
        """Store an original where its record says, checking its hash."""
        ...

    async def copy(self, source: str, record: AssetRecord) -> None:
        """Copy the first bytes of `source` to where the record's original lies, checking their hash."""
        ...

    async def delete(self, key: str) -> None:
        """Delete a key; one that is not there is fine."""
        ...

    def read(self, key: str) -> AsyncIterator[bytes]:
        """Return an object's bytes in pieces."""
        ...

    async def put_part(self, key: str, bucket_upload_id: str, number: int, stream: object) -> str:
        """Store a part straight from a request's body and return its tag; raise BrokenBodyError."""
        ...

    async def assemble(
        self, key: str, bucket_upload_id: str, parts: Sequence[Mapping[str, Any]], length: int
    ) -> bool:
        """Make one object of the parts; False if they are not what was noted. Doing it again is fine."""
        ...


class BrokenBodyError(Exception):
    """The client stopped in the middle of its body."""


@dataclass(frozen=True, slots=True)
class UploadPorts:
    """Everything an upload may use."""

    books: UploadBooks
    assets: AssetFiles
    store: UploadStore
    room: HeldRoom
    new_id: Callable[[], str]


def ports_of(scope: Scope) -> UploadPorts:
    """Return the ports of a request."""
    return cast("UploadPorts", scope[PORTS])

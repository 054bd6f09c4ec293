"""What uploads ask of accounts' libraries and of assets' owners, through the bindings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from assets.record import AssetRecord
from assets.references import Reference
from assets.store import Filed
from runtime.libraries import LIBRARY
from runtime.object_calls import answer_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OWNER = "the owner of the asset"

Answer = dict[str, Any]


class LibraryBooks:
    """One `Library` object per account; see `library.uploads.UploadBook` for what its calls mean."""

    def __init__(self, namespace: Any) -> None:  # noqa: ANN401 - a binding
        self._namespace = namespace

    async def begin(self, account_id: str, wanted: Mapping[str, Any]) -> Answer:
        """Reserve room for an upload in one piece."""
        call = self._library(account_id).begin_upload(json.dumps(dict(wanted)))
        answer: Answer = json.loads(await answer_of(call, LIBRARY))
        return answer

    async def end(self, account_id: str, upload_id: str, entries: Sequence[Mapping[str, Any]]) -> None:
        """Let go of a reservation and count what it became."""
        call = self._library(account_id).end_upload(upload_id, json.dumps(_plain(entries)))
        await answer_of(call, LIBRARY)

    async def open(self, account_id: str, wanted: Mapping[str, Any]) -> Answer:
        """Reserve room and open an upload in parts."""
        answer: Answer = await answer_of(self._library(account_id).open_upload(dict(wanted)), LIBRARY)
        return answer

    async def session(self, account_id: str, upload_id: str) -> Answer | None:
        """Return an upload in parts, or None."""
        found: Answer | None = await answer_of(self._library(account_id).upload(upload_id), LIBRARY)
        return found

    async def sessions(self, account_id: str) -> list[Answer]:
        """Return the uploads in parts that are not done."""
        found: list[Answer] = await answer_of(self._library(account_id).uploads(), LIBRARY)
        return found

    async def note_part(self, account_id: str, upload_id: str, part: Mapping[str, Any]) -> bool:
        """Note a part that lies in the bucket."""
        answer = await answer_of(self._library(account_id).note_part(upload_id, dict(part)), LIBRARY)
        return bool(answer["noted"])

    async def complete(self, account_id: str, upload_id: str, lease_seconds: float) -> Answer | None:
        """Return an upload in parts, as completing if nothing is missing."""
        found: Answer | None = await answer_of(
            self._library(account_id).complete_upload(upload_id, lease_seconds), LIBRARY
        )
        return found

    async def reopen(self, account_id: str, upload_id: str) -> None:
        """Take parts again."""
        await answer_of(self._library(account_id).reopen_upload(upload_id), LIBRARY)

    async def settle(
        self,
        account_id: str,
        upload_id: str,
        outcome: Mapping[str, Any],
        entries: Sequence[Mapping[str, Any]],
    ) -> None:
        """Remember how an upload in parts ended, and count what it became."""
        call = self._library(account_id).settle_upload(upload_id, dict(outcome), _plain(entries))
        await answer_of(call, LIBRARY)

    async def abort(self, account_id: str, upload_id: str) -> str:
        """Give an upload in parts up."""
        answer = await answer_of(self._library(account_id).abort_upload(upload_id), LIBRARY)
        return str(answer["outcome"])

    def _library(self, account_id: str) -> Any:  # noqa: ANN401 - a stub
        return self._namespace.getByName(account_id)


class AssetFilers:
    """One `Asset` object per asset id."""

    def __init__(self, namespace: Any) -> None:  # noqa: ANN401 - a binding
        self._namespace = namespace

    async def file(self, record: AssetRecord, reference: Reference, upload_id: str) -> Filed:
        """Take in an asset whose bytes are in place, and end an upload."""
        # As a text: to take a dict apart for a call and to put it together costs more than the rest of it.
        arrived = json.dumps([record.to_wire(), reference.to_wire(), upload_id])
        answer = json.loads(await answer_of(self._namespace.getByName(record.asset_id).file(arrived), OWNER))
        return Filed(
            AssetRecord.from_wire(answer["record"]),
            Reference.from_wire(answer["reference"]),
            bool(answer["created"]),
            bool(answer["mine_was_there"]),
            bool(answer["refused"]),
            bool(answer["upload_ended"]),
        )

    async def refer(self, asset_id: str, reference: Reference) -> tuple[AssetRecord, Reference] | None:
        """Add an account's reference; None for an asset that is not there."""
        call = self._namespace.getByName(asset_id).refer(asset_id, reference.to_wire())
        answer = await answer_of(call, OWNER)
        if answer is None:
            return None
        return AssetRecord.from_wire(answer["record"]), Reference.from_wire(answer["reference"])


def _plain(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [dict(entry) for entry in entries]

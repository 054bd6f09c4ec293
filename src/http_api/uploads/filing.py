"""From bytes that arrived to an asset: nobody's, mine already, everybody's, or somebody else's secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assets.names import arrived_key, original_key
from assets.projection import library_entry
from assets.record import AssetRecord, is_open
from assets.states import REFUSED
from http_api.errors import ApiError
from http_api.moderation.owners import asset_subject
from sharelinks.assets import asset_id_from_hash

if TYPE_CHECKING:
    from assets.references import Reference
    from assets.store import StoredAsset
    from http_api.services import Services
    from http_api.uploads.ports import UploadPorts
    from uploads.inspector import Inspection


CONTENT_REJECTED = "content_rejected"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file, and who brought it.

    `source` has its bytes, or is the key in the bucket at whose beginning it lies. A session is not over when
    its file is filed; an upload in one piece is.
    """

    upload_id: str
    source: str | bytes
    inspection: Inspection
    reference: Reference
    is_session: bool = False


@dataclass(frozen=True, slots=True)
class FiledAsset:
    """An asset as its account may see it, and what its library counts from now on.

    `upload_ended` says that the library knows so already.
    """

    record: AssetRecord
    reference: Reference
    is_new: bool
    entries: tuple[dict[str, Any], ...]
    upload_ended: bool = False


async def file_arrival(arrival: Arrival, uploads: UploadPorts, ports: Services) -> FiledAsset:
    """File a file's asset, or find the one that is there; raise ApiError with 451 for one that is refused.

    An asset that others keep to themselves is filed like one that is new, with everything that a client could
    notice: the copy, the record of its own, the answer, and a reference that shows it as pending until
    moderation has confirmed it.

    The ledger hears of content that comes again after it was refused, also from whoever has it already.
    """
    record = _record(arrival)
    try:
        filed = await _file_arrival(record, arrival, uploads, ports)
    except ApiError as error:
        if error.code == CONTENT_REJECTED:
            await _note_refused(record, arrival, ports)
        raise
    if filed.record.state in REFUSED:
        await _note_refused(record, arrival, ports)
    return filed


async def _file_arrival(
    record: AssetRecord, arrival: Arrival, uploads: UploadPorts, ports: Services
) -> FiledAsset:
    await _refuse_blocked(record, ports)
    if isinstance(arrival.source, bytes):
        # Putting it in its place costs no more than asking its owner first.
        await uploads.store.put(record, arrival.source)
        return await _file(record, arrival, uploads, ports)
    stored = await ports.assets.read(record.asset_id)
    if stored is not None:
        known = await _known(stored, arrival.reference, uploads)
        if known is not None:
            return known
    await uploads.store.copy(arrival.source, record)
    return await _file(record, arrival, uploads, ports)


def content_rejected() -> ApiError:
    """Return the error about bytes that a verdict keeps out."""
    return ApiError(451, CONTENT_REJECTED, "This file was rejected by moderation before.")


async def _refuse_blocked(record: AssetRecord, ports: Services) -> None:
    """Raise ApiError with 451 for bytes that moderators blocked.

    A ledger that does not answer stops no upload: nothing is shown before moderation has looked at it.
    """
    try:
        blocked = await ports.blocked_files.has(record.sha256, ports.ledger, ports.now())
    except Exception as error:  # noqa: BLE001 - whatever it is, moderation has the last word
        ports.incidents.note("block_list_not_asked", error)
        return
    if blocked:
        raise content_rejected()


async def _note_refused(record: AssetRecord, arrival: Arrival, ports: Services) -> None:
    """Have the ledger count who brings refused content again; whether it does changes no answer."""
    account_id = arrival.reference.account_id
    event_id = f"refused:{account_id}:{arrival.upload_id}"
    subject = asset_subject(record.asset_id)
    try:
        await ports.ledger.refused_upload(event_id, subject, account_id, record.sha256)
    except Exception as error:  # noqa: BLE001 - whatever it is, the file stays out
        ports.incidents.note("refused_upload_not_noted", error)


async def _known(stored: StoredAsset, reference: Reference, uploads: UploadPorts) -> FiledAsset | None:
    """Return an asset that the account has, or that it may be told of; None for one to be filed."""
    mine = stored.held_by(reference.account_id)
    if mine is not None:
        return _found(stored.record, mine)
    if stored.record.state in REFUSED:
        raise content_rejected()
    if not is_open(stored.record):
        return None
    answer = await uploads.assets.refer(stored.record.asset_id, reference)
    if answer is None:
        return None
    return _found(*answer)


async def _file(record: AssetRecord, arrival: Arrival, uploads: UploadPorts, ports: Services) -> FiledAsset:
    """Have the record say where the bytes are, which lie there.

    If nobody knows whether it does, the bytes stay: the sweep asks the asset's owner.
    """
    upload_id = "" if arrival.is_session else arrival.upload_id
    filed = await uploads.assets.file(record, arrival.reference, upload_id)
    if original_key(filed.record) != record.key:
        await _remove_copy(record, uploads, ports)
    if filed.refused:
        raise content_rejected()
    entry = library_entry(filed.record, filed.reference)
    if filed.mine_was_there or is_open(filed.record):
        return FiledAsset(filed.record, filed.reference, False, (entry,), filed.upload_ended)
    return FiledAsset(record, filed.reference, True, (entry,), filed.upload_ended)


async def _remove_copy(record: AssetRecord, uploads: UploadPorts, ports: Services) -> None:
    """Remove bytes of which the asset has others."""
    try:
        await uploads.store.delete(record.key)
    except Exception as error:  # noqa: BLE001 - whatever it is, the sweep finds them
        ports.incidents.note("upload_not_tidied", error)


def _found(record: AssetRecord, reference: Reference) -> FiledAsset:
    return FiledAsset(record, reference, False, (library_entry(record, reference),))


def _record(arrival: Arrival) -> AssetRecord:
    seen = arrival.inspection
    asset_id = asset_id_from_hash(seen.sha256)
    reference = arrival.reference
    return AssetRecord(
        asset_id=asset_id,
        sha256=seen.sha256,
        content_type=seen.content_type,
        extension=seen.extension,
        bytes=seen.bytes,
        created_at=reference.created_at,
        width=seen.width,
        height=seen.height,
        frames=seen.frames,
        duration_ms=seen.duration_ms,
        loop_count=seen.loop_count,
        key=arrived_key(asset_id, arrival.upload_id, seen.extension),
    )

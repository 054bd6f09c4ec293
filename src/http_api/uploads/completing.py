"""An upload in parts becomes a file that is looked at, then an asset. Every step can be taken again.

Whoever completes an upload may be cut off anywhere: completing it once more goes on from there, and an answer
that was missed is given again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assets.names import incoming_key
from http_api.errors import ApiError
from http_api.schemas.uploads import UploadWords
from http_api.uploads.filing import CONTENT_REJECTED, Arrival, FiledAsset, content_rejected, file_arrival
from http_api.uploads.ports import ports_of
from http_api.uploads.refusals import told, unknown_upload
from http_api.uploads.sessions import missing_parts
from http_api.uploads.words import reference_of
from library.uploads import DONE
from uploads.errors import UploadError
from uploads.inspector import Inspector
from uploads.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from fastapi import Request

    from http_api.auth import Caller
    from http_api.uploads.ports import UploadPorts
    from http_api.uploads.sessions import Session
    from uploads.inspector import Inspection

LEASE_SECONDS = 3_600.0
"""A completion under way does not expire within this time."""
MAX_TOLD_PARTS = 100


async def complete_upload(request: Request, caller: Caller, upload_id: str) -> FiledAsset:
    """Make an asset of the parts; raise ApiError, for a file that is refused the same one each time."""
    uploads = ports_of(request.scope)
    session = await uploads.books.complete(caller.account_id, upload_id, LEASE_SECONDS)
    if session is None:
        raise unknown_upload()
    if session["state"] == DONE:
        return await _again(session, caller)
    missing = missing_parts(session)
    if missing:
        shown = ", ".join(map(str, missing[:MAX_TOLD_PARTS]))
        raise ApiError(409, "upload_incomplete", f"These parts did not arrive yet: {shown}.")
    await _assemble(session, caller, uploads)
    try:
        filed = await _file(session, caller, uploads)
    except UploadError as error:
        await _settle(session, caller, uploads, {"refused": error.code})
        raise told(error) from error
    except ApiError as error:
        if error.code == CONTENT_REJECTED:
            await _settle(session, caller, uploads, {"refused": CONTENT_REJECTED})
        raise
    await _settle(session, caller, uploads, {"asset_id": filed.record.asset_id}, *filed.entries)
    return filed


async def _again(session: Session, caller: Caller) -> FiledAsset:
    """Tell once more how an upload ended."""
    refused = session["outcome"].get("refused")
    if refused == CONTENT_REJECTED:
        raise content_rejected()
    if refused is not None:
        raise told(UploadError(refused))
    stored = await caller.ports.assets.read(session["outcome"]["asset_id"])
    mine = stored.held_by(caller.account_id) if stored else None
    if stored is None or mine is None:
        raise unknown_upload()
    return FiledAsset(stored.record, mine, False, ())


async def _assemble(session: Session, caller: Caller, uploads: UploadPorts) -> None:
    upload_id = session["upload_id"]
    is_whole = await uploads.store.assemble(
        incoming_key(upload_id), session["bucket_upload_id"], session["received"], int(session["bytes"])
    )
    if not is_whole:
        # Two writers sent the same part at once, and the bucket kept the other one.
        await uploads.books.reopen(caller.account_id, upload_id)
        raise ApiError(409, "parts_changed", "The parts are not those that were noted; send them again.")


async def _file(session: Session, caller: Caller, uploads: UploadPorts) -> FiledAsset:
    key = incoming_key(session["upload_id"])
    found = await _inspect(key, int(session["bytes"]), uploads)
    words = UploadWords.model_construct(
        **{name: session[name] for name in ("title", "description", "visibility", "tags")}
    )
    reference = reference_of(words, caller.account_id, caller.ports.now())
    arrival = Arrival(session["upload_id"], key, found, reference, is_session=True)
    return await file_arrival(arrival, uploads, caller.ports)


async def _inspect(key: str, size: int, uploads: UploadPorts) -> Inspection:
    inspector = Inspector(replace(DEFAULT_LIMITS, max_bytes=min(size, DEFAULT_LIMITS.max_bytes)))
    async for piece in uploads.store.read(key):
        inspector.feed(piece)
    return inspector.finish()


async def _settle(
    session: Session,
    caller: Caller,
    uploads: UploadPorts,
    outcome: dict[str, str],
    *entries: dict[str, Any],
) -> None:
    """Remember the outcome, then delete what it was made of: in this order nobody is told of nothing."""
    await uploads.books.settle(caller.account_id, session["upload_id"], outcome, entries)
    try:
        await uploads.store.delete(incoming_key(session["upload_id"]))
    except Exception as error:  # noqa: BLE001 - whatever it is, the sweep finds it
        caller.ports.incidents.note("upload_not_tidied", error)

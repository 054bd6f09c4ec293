"""Uploads in parts: opened, filled in any order, completed once, or given up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets.names import incoming_key
from http_api.body import incomplete_body
from http_api.errors import ApiError
from http_api.moments import write_moment
from http_api.uploads.bodies import body_length
from http_api.uploads.ports import STREAM, BrokenBodyError, ports_of
from http_api.uploads.refusals import short_of, told, unknown_upload
from library.uploads import DONE, OPEN
from uploads.errors import UploadError
from uploads.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import Request

    from http_api.auth import Caller
    from http_api.schemas.uploads import PartView, UploadCreate, UploadView

PART_BYTES = 8 * 1024 * 1024
"""The bucket wants parts of one size, of 5 MiB or more; the last may be smaller."""
SESSION_SECONDS = 24 * 3_600.0

Session = dict[str, Any]


async def open_upload(request: Request, caller: Caller, wanted: UploadCreate) -> Session:
    """Reserve room for a file and open an upload for it."""
    if wanted.bytes > DEFAULT_LIMITS.max_bytes:
        raise told(UploadError("file_too_large"))
    uploads = ports_of(request.scope)
    session = {
        **wanted.model_dump(),
        "part_bytes": PART_BYTES,
        "parts": -(-wanted.bytes // PART_BYTES),
    }
    answer = await uploads.books.open(
        caller.account_id,
        {
            "upload_id": uploads.new_id(),
            "bytes": wanted.bytes,
            "tier": caller.who.tier.value,
            "expires_at": caller.ports.now() + SESSION_SECONDS,
            "session": session,
        },
    )
    if "shortfall" in answer:
        raise short_of(answer["shortfall"])
    opened: Session = answer["session"]
    return opened


async def find_upload(request: Request, caller: Caller, upload_id: str) -> Session:
    """Return an upload of the caller; raise ApiError with 404."""
    found = await ports_of(request.scope).books.session(caller.account_id, upload_id)
    if found is None:
        raise unknown_upload()
    return found


async def store_part(request: Request, caller: Caller, upload_id: str, number: int) -> PartView:
    """Store one part, in place of an earlier one."""
    length = body_length(request)
    session = await find_upload(request, caller, upload_id)
    check_open(session)
    if "bucket_upload_id" not in session:
        # Whoever opened it was cut off half-way: nothing can arrive, and it ends with its time.
        raise unknown_upload()
    wanted = part_length(session, number)
    if wanted is None:
        raise ApiError(404, "unknown_part", f"The upload has the parts 1 to {session['parts']}.")
    if length != wanted:
        raise ApiError(422, "wrong_part_size", f"Part {number} has {wanted} bytes, not {length}.")
    uploads = ports_of(request.scope)
    try:
        tag = await uploads.store.put_part(
            incoming_key(upload_id), session["bucket_upload_id"], number, request.scope[STREAM]
        )
    except BrokenBodyError as error:
        raise incomplete_body() from error
    part = {"number": number, "bytes": length, "etag": tag}
    if not await uploads.books.note_part(caller.account_id, upload_id, part):
        raise unknown_upload()
    return {"number": number, "bytes": length}


async def abort_upload(request: Request, caller: Caller, upload_id: str) -> None:
    """Give an upload up, with everything that arrived."""
    outcome = await ports_of(request.scope).books.abort(caller.account_id, upload_id)
    if outcome == "unknown":
        raise unknown_upload()
    if outcome == "completing":
        raise being_completed()


def check_open(session: Mapping[str, Any]) -> None:
    """Raise ApiError for an upload that takes no more parts."""
    if session["state"] == DONE:
        raise unknown_upload()
    if session["state"] != OPEN:
        raise being_completed()


def being_completed() -> ApiError:
    """Return the answer to a change of an upload that is being completed."""
    return ApiError(409, "upload_completing", "The upload is being completed; complete it again to hear how.")


def part_length(session: Mapping[str, Any], number: int) -> int | None:
    """Return how many bytes a part must have; None for one that the upload does not have."""
    if not 1 <= number <= session["parts"]:
        return None
    size, before = int(session["part_bytes"]), int(session["part_bytes"]) * (number - 1)
    return min(size, int(session["bytes"]) - before)


def missing_parts(session: Mapping[str, Any]) -> list[int]:
    """Return the parts that did not arrive yet."""
    received = {part["number"] for part in session["received"]}
    return [number for number in range(1, int(session["parts"]) + 1) if number not in received]


def session_view(session: Mapping[str, Any]) -> UploadView:
    """Return an upload as its account sees it."""
    return {
        "upload_id": session["upload_id"],
        "state": session["state"],
        "bytes": int(session["bytes"]),
        "part_bytes": int(session["part_bytes"]),
        "parts": int(session["parts"]),
        "received": [
            {"number": int(part["number"]), "bytes": int(part["bytes"])} for part in session["received"]
        ],
        "title": session["title"],
        "tags": list(session["tags"]),
        "description": session["description"],
        "visibility": session["visibility"],
        "created_at": write_moment(session["created_at"]),
        "expires_at": write_moment(session["expires_at"]),
        "asset_id": session.get("outcome", {}).get("asset_id"),
    }

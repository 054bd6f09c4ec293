"""Uploads in parts in the bucket: opened and given up by the account's object, which outlives clients."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from assets.names import incoming_key
from library.uploads import COMPLETING, DONE, PIECE

if TYPE_CHECKING:
    from library.uploads import Ended, UploadBook

_UNKNOWN_UPLOAD = ("10024", "does not exist")
"""What the bucket says of an upload that was completed or aborted before."""


class UploadKeeper:
    """Opens uploads in parts in the bucket and leaves nothing there of those that are given up."""

    def __init__(self, book: UploadBook, bucket: Any) -> None:  # noqa: ANN401 - an R2 binding
        self._book = book
        self._bucket = bucket

    async def open(self, wanted: dict[str, Any], now: float) -> dict[str, Any]:
        """Reserve room and open the upload; the reservation goes if the bucket does not open it."""
        upload_id = wanted["upload_id"]
        answer = self._book.begin(wanted, now)
        if "shortfall" in answer:
            return answer
        try:
            opened = await self._bucket.createMultipartUpload(incoming_key(upload_id))
        except Exception:
            self._book.drop(upload_id)
            raise
        self._book.attach(upload_id, {"bucket_upload_id": opened.uploadId})
        return {**answer, "session": self._book.session(upload_id, now)}

    async def abort(self, upload_id: str) -> str:
        """Give an upload in parts up; return "aborted", "completing" for one that cannot be, or "unknown"."""
        found = self._book.found(upload_id)
        if found is None:
            return "unknown"
        if found["state"] == COMPLETING:
            return "completing"
        await self._give_up(found)
        return "aborted"

    async def expire(self, now: float) -> None:
        """Give up every upload whose time is over: first its bytes, then the memory of it.

        One that the bucket does not let go of waits, and holds up no other.
        """
        while expired := self._book.expired(now):
            for one in expired:
                try:
                    await self._give_up(one)
                except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again
                    self._book.postpone(one["upload_id"], now)
                    told = {
                        "event": "upload_not_given_up",
                        "upload_id": one["upload_id"],
                        "error": str(error),
                    }
                    print(json.dumps({"level": "warning", **told}))

    async def _give_up(self, ended: Ended) -> None:
        upload_id = ended["upload_id"]
        if ended["state"] != DONE:
            key = incoming_key(upload_id)
            bucket_upload_id = ended["session"].get("bucket_upload_id")
            if ended["state"] != PIECE and bucket_upload_id is not None:
                await self._abort_in_bucket(key, bucket_upload_id)
            await self._bucket.delete(key)
        self._book.drop(upload_id)

    async def _abort_in_bucket(self, key: str, bucket_upload_id: str) -> None:
        try:
            await self._bucket.resumeMultipartUpload(key, bucket_upload_id).abort()
        except Exception as error:
            if not any(word in str(error) for word in _UNKNOWN_UPLOAD):
                raise

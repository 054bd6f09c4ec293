"""A file in one piece, raw or in a form: reserved, received, filed, and tidied up after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets.names import incoming_key
from assets.quotas import QUOTAS, Shortfall
from http_api.body import incomplete_body
from http_api.uploads.bodies import body_length, is_form, query_pairs
from http_api.uploads.filing import Arrival, file_arrival
from http_api.uploads.ports import BrokenBodyError, ports_of
from http_api.uploads.receiving import FORM_SLACK_BYTES, Receiver
from http_api.uploads.refusals import short_of, told
from http_api.uploads.words import reference_of, words_of
from uploads.errors import UploadError
from uploads.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from fastapi import Request

    from http_api.auth import Caller
    from http_api.schemas.uploads import UploadWords
    from http_api.uploads.filing import FiledAsset
    from http_api.uploads.ports import UploadPorts
    from uploads.inspector import Inspection

RESERVED_SECONDS = 3_600.0
RENEWED_AFTER_SECONDS = RESERVED_SECONDS / 2


async def upload_file(request: Request, caller: Caller) -> FiledAsset:
    """Take a file in and file its asset; raise ApiError, leaving nothing behind."""
    length = body_length(request)
    slack = FORM_SLACK_BYTES if is_form(request) else 0
    # Beside a raw body the words are in the query, and checked before the body is read.
    words = None if slack else words_of(query_pairs(request), "query", caller.ports)
    if length - slack > DEFAULT_LIMITS.max_bytes:
        raise told(UploadError("file_too_large"))
    try:
        receiver = Receiver(request, length)
    except UploadError as error:
        raise told(error) from error
    return await _Upload(caller, ports_of(request.scope), receiver).run(length, slack, words)


class _Upload:
    """One upload, by its id: what it reserved and what it left in the bucket."""

    def __init__(self, caller: Caller, uploads: UploadPorts, receiver: Receiver) -> None:
        self._caller = caller
        self._uploads = uploads
        self._receiver = receiver
        self._id = uploads.new_id()
        self._key = incoming_key(self._id)
        self._entries: tuple[dict[str, Any], ...] = ()
        self._is_ended = False
        self._is_stored = False

    async def run(self, length: int, slack: int, words: UploadWords | None) -> FiledAsset:
        begun = self._caller.ports.now()
        most = await self._reserve(length, slack)
        try:
            with self._uploads.room.reserved(length) as may_hold:
                found, content = await self._receive(most, may_hold=may_hold)
                return await self._file(found, content, words, begun)
        except UploadError as error:
            raise self._told(error, most) from error
        except BrokenBodyError as error:
            raise incomplete_body() from error
        finally:
            await self._tidy()

    async def _receive(self, most: int, *, may_hold: bool) -> tuple[Inspection, bytes | None]:
        """Return what the file is, and its bytes if they are held; others lie in the bucket."""
        if may_hold:
            return await self._receiver.hold(most)
        found = await self._receiver.store(self._key, most, self._uploads.store)
        self._is_stored = True
        return found, None

    async def _file(
        self, found: Inspection, content: bytes | None, words: UploadWords | None, begun: float
    ) -> FiledAsset:
        ports = self._caller.ports
        words = words or words_of(self._receiver.texts, "body", ports)
        now = ports.now()
        if now - begun > RENEWED_AFTER_SECONDS:
            await self._reserve(found.bytes, 0)
        reference = reference_of(words, self._caller.account_id, now)
        source = self._key if content is None else content
        arrival = Arrival(self._id, source, found, reference)
        filed = await file_arrival(arrival, self._uploads, ports)
        self._entries, self._is_ended = filed.entries, filed.upload_ended
        return filed

    async def _reserve(self, size: int, slack: int) -> int:
        wanted = {
            "upload_id": self._id,
            "bytes": size,
            "slack_bytes": slack,
            "tier": self._caller.who.tier.value,
            "expires_at": self._caller.ports.now() + RESERVED_SECONDS,
        }
        answer = await self._uploads.books.begin(self._caller.account_id, wanted)
        if "shortfall" in answer:
            raise short_of(answer["shortfall"])
        return int(answer["granted_bytes"])

    def _told(self, error: UploadError, most: int) -> Exception:
        """Tell a file that is larger than what was left apart from one that is too large anyway."""
        is_short = most < QUOTAS[self._caller.who.tier].file_bytes
        if error.code == Shortfall.FILE_TOO_LARGE and is_short:
            return short_of(Shortfall.STORAGE_FULL)
        return told(error)

    async def _tidy(self) -> None:
        """Let go of what the upload held; what fails here expires by itself."""
        ports = self._caller.ports
        if not self._is_ended:
            try:
                await self._uploads.books.end(self._caller.account_id, self._id, self._entries)
            except Exception as error:  # noqa: BLE001 - whatever it is, the reservation expires
                ports.incidents.note("upload_not_ended", error)
        if not self._is_stored:
            return
        try:
            await self._uploads.store.delete(self._key)
        except Exception as error:  # noqa: BLE001 - whatever it is, the sweep finds it
            ports.incidents.note("upload_not_tidied", error)

"""The bucket as uploads need it: see `http_api.uploads.ports.UploadStore`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from js import JSON
from pyodide.ffi import to_js

from http_api.services import UnavailableError
from runtime.object_calls import answer_of
from runtime.upload_streams import BUCKET, BucketSink, ByteReader
from workers import python_to_rpc

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from assets.record import AssetRecord

_CHANGED_PARTS = ("10025", "10011", "10048")
"""What the bucket says of parts that it does not have, or has in another form."""


class BucketStore:
    """One R2 bucket."""

    def __init__(self, bucket: Any) -> None:  # noqa: ANN401 - a binding
        self._bucket = bucket

    def begin(self, key: str, length: int) -> BucketSink:
        """Begin to store exactly so many bytes."""
        return BucketSink(self._bucket, key, length)

    async def put(self, record: AssetRecord, content: bytes) -> None:
        """Store an original where its record says, checking its hash."""
        # The SDK's wrapper would look at every single byte of what it is given, at two seconds a megabyte.
        plain: Any = python_to_rpc(self._bucket)
        options = JSON.parse(json.dumps(_options(record)))
        await answer_of(plain.put(record.key, to_js(content), options), BUCKET)

    async def copy(self, source: str, record: AssetRecord) -> None:
        """Copy the first bytes of `source` to the place of the record's original, checking their hash."""
        part = {"range": {"offset": 0, "length": record.bytes}}
        found = await answer_of(self._bucket.get(source, part), BUCKET)
        if found is None:
            raise UnavailableError(f"there is nothing at {source}")
        await answer_of(self._bucket.put(record.key, found.body, _options(record)), BUCKET)

    async def delete(self, key: str) -> None:
        """Delete a key; one that is not there is fine."""
        await answer_of(self._bucket.delete(key), BUCKET)

    async def read(self, key: str) -> AsyncIterator[bytes]:
        """Give an object's bytes in pieces."""
        found = await answer_of(self._bucket.get(key), BUCKET)
        if found is None:
            raise UnavailableError(f"there is nothing at {key}")
        reader = ByteReader(found.body)
        try:
            while piece := await answer_of(reader.read(), BUCKET):
                yield piece
        finally:
            await reader.cancel()

    async def put_part(self, key: str, bucket_upload_id: str, number: int, stream: object) -> str:
        """Store a part straight from a request's body, and return its tag."""
        opened = self._bucket.resumeMultipartUpload(key, bucket_upload_id)
        part = await answer_of(opened.uploadPart(number, stream), BUCKET)
        return str(part.etag)

    async def assemble(
        self, key: str, bucket_upload_id: str, parts: Sequence[Mapping[str, Any]], length: int
    ) -> bool:
        """Make one object of the parts; False if they are not what was noted. Doing it again is fine."""
        wanted = [{"partNumber": int(part["number"]), "etag": part["etag"]} for part in parts]
        try:
            await self._bucket.resumeMultipartUpload(key, bucket_upload_id).complete(wanted)
        except Exception as error:
            found = await answer_of(self._bucket.head(key), BUCKET)
            if found is not None and int(found.size) == length:
                return True
            if any(code in str(error) for code in _CHANGED_PARTS):
                return False
            raise UnavailableError(f"{BUCKET} does not join the parts") from error
        return True


def _options(record: AssetRecord) -> dict[str, Any]:
    return {"httpMetadata": {"contentType": record.content_type}, "sha256": record.sha256}

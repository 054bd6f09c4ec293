"""The bucket as moderators look into it: see `http_api.services.StoredMedia`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from http_api.services import UnavailableError
from runtime.object_calls import answer_of
from runtime.upload_streams import BUCKET, ByteReader

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


class StoredMedia:
    """One R2 bucket."""

    def __init__(self, bucket: Any) -> None:  # noqa: ANN401 - a binding
        self._bucket = bucket

    async def length(self, key: str) -> int | None:
        """Return how many bytes lie under a key, None for nothing."""
        found = await answer_of(self._bucket.head(key), BUCKET)
        return None if found is None else int(found.size)

    async def read(self, key: str) -> AsyncGenerator[bytes, None]:
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

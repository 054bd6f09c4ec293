"""The bytes of an asset in R2, which only its object moves and deletes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets.names import original_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assets.record import AssetRecord


class MissingBytesError(Exception):
    """There is nothing where a record says that the bytes are."""


class AssetBytes:
    """Moves and deletes what the bucket has of one asset."""

    def __init__(self, bucket: Any) -> None:  # noqa: ANN401 - an R2 binding
        self._bucket = bucket

    async def publish(self, record: AssetRecord, target: str) -> None:
        """Copy the original to `target`, from where it is delivered; raise MissingBytesError.

        The bucket checks the copy against the record's hash, so that what is published is what was scanned.
        Doing it again does no harm. What it was copied from stays, until the change is committed.
        """
        source = original_key(record)
        found = await self._bucket.get(source)
        if found is None:
            raise MissingBytesError(f"there is nothing at {source}")
        options = {"httpMetadata": {"contentType": record.content_type}, "sha256": record.sha256}
        await self._bucket.put(target, found.body, options)

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete keys; those that do not exist are fine."""
        await self._bucket.delete(list(keys))

"""Uploads' world in process: the account's real book and assets' real store, and a bucket in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import httpx

from assets.projection import library_entry
from assets.record import AssetRecord
from assets.references import Reference
from assets.store import Filed, Outcome
from http_api.services import UnavailableError
from http_api.uploads.held import MOST_HELD_BYTES, HeldRoom
from http_api.uploads.ports import PORTS, STREAM, UploadPorts
from library.assets import AssetIndex
from library.uploads import UploadBook
from sharelinks.assets import asset_id_from_hash
from sql_port import in_process
from tests.unit.http_api.ports import World
from uploads.inspector import inspect


class Bucket:
    """Keeps objects; `pieces` has the sizes of what was written, `failing` the names of methods that fail."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.pieces: list[int] = []
        self.copies = 0
        self.failing: set[str] = set()

    def begin(self, key: str, length: int) -> MemorySink:
        return MemorySink(self, key, length)

    async def put(self, record: AssetRecord, content: bytes) -> None:
        self.meet("put")
        self.objects[record.key] = content

    async def copy(self, source: str, record: AssetRecord) -> None:
        self.meet("copy")
        self.copies += 1
        self.objects[record.key] = self.objects[source][: record.bytes]

    async def delete(self, key: str) -> None:
        self.meet("delete")
        self.objects.pop(key, None)

    async def read(self, key: str) -> AsyncIterator[bytes]:
        yield self.objects[key]

    async def put_part(self, key: str, bucket_upload_id: str, number: int, stream: object) -> str:
        raise NotImplementedError

    async def assemble(
        self, key: str, bucket_upload_id: str, parts: Sequence[Mapping[str, Any]], length: int
    ) -> bool:
        raise NotImplementedError

    def meet(self, method: str) -> None:
        if method in self.failing:
            raise UnavailableError("the bucket does not answer")


class MemorySink:
    """Commits as soon as it has all the bytes, as the real bucket does, whether it was told to or not."""

    def __init__(self, bucket: Bucket, key: str, length: int) -> None:
        self._bucket, self._key, self._length = bucket, key, length
        self._data = bytearray()

    async def write(self, data: bytes) -> None:
        self._bucket.meet("write")
        self._bucket.pieces.append(len(data))
        self._data += data
        assert len(self._data) <= self._length
        if len(self._data) == self._length:
            self._bucket.objects[self._key] = bytes(self._data)

    async def finish(self) -> None:
        assert len(self._data) == self._length

    async def abandon(self) -> None:
        pass


class Files:
    """Files assets in a world's store; `interfering` happens right before. `ends_uploads` tells whether the
    book hears of it at once."""

    def __init__(self, world: World, books: Books) -> None:
        self._world = world
        self._books = books
        self.interfering: list[Callable[[], object]] = []
        self.ends_uploads = True

    async def file(self, record: AssetRecord, reference: Reference, upload_id: str) -> Filed:
        if self.interfering:
            self.interfering.pop()()
        filed = self._world.assets.file(record, reference)
        if not self.ends_uploads or filed.refused or not upload_id:
            return filed
        self._books.book.end(upload_id, [library_entry(filed.record, filed.reference)])
        return replace(filed, upload_ended=True)

    async def refer(self, asset_id: str, reference: Reference) -> tuple[AssetRecord, Reference] | None:
        return None


class Books:
    """One account's book; `wanted` is what was begun, `interfering` happens right after."""

    def __init__(self, world: World) -> None:
        self._clock = world.clock
        database = in_process()
        self.index = AssetIndex(database)
        self.book = UploadBook(database, self.index)
        self.wanted: list[dict[str, Any]] = []
        self.ended: list[str] = []
        self.interfering: list[Callable[[], object]] = []

    async def begin(self, _account_id: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
        self.wanted.append(dict(wanted))
        answer = self.book.begin(wanted, self._clock())
        if self.interfering:
            self.interfering.pop()()
        return answer

    async def end(self, _account_id: str, upload_id: str, entries: Sequence[Mapping[str, Any]]) -> None:
        self.ended.append(upload_id)
        self.book.end(upload_id, entries)


class UploadWorld(World):
    """The API with everything that uploads in one piece need."""

    def __init__(self) -> None:
        super().__init__()
        self.bucket = Bucket()
        self.books = Books(self)
        self.files = Files(self, self.books)
        numbers = count(1)
        books: Any = self.books
        self.room = HeldRoom(MOST_HELD_BYTES)
        self.uploads = UploadPorts(
            books, self.files, self.bucket, self.room, lambda: f"upload{next(numbers)}"
        )

    def upload(self, pieces: Sequence[bytes], query: str = "", **headers: str) -> httpx.Response:
        """Send a raw body in pieces."""

        async def body() -> AsyncIterator[bytes]:
            for piece in pieces:
                yield piece

        length = str(sum(map(len, pieces)))
        named = {"content-length": length} | headers
        return self.request("POST", f"/api/v1/assets{query}", content=body(), headers=named)

    def belongs_to(self, account_id: str, content: bytes, visibility: str = "public") -> None:
        """Give an account the asset of an MP4, with its bytes."""
        found = inspect(content)
        asset_id = asset_id_from_hash(found.sha256)
        key = f"quarantine/{asset_id}/{account_id}.mp4"
        self.bucket.objects[key] = content
        record = AssetRecord(
            asset_id,
            found.sha256,
            found.content_type,
            found.extension,
            found.bytes,
            self.clock(),
            width=found.width,
            height=found.height,
            frames=found.frames,
            duration_ms=found.duration_ms,
            loop_count=found.loop_count,
            key=key,
        )
        self.assets.file(record, Reference(account_id, self.clock(), visibility))

    def decide(self, asset_id: str, state: str) -> None:
        """Decide on an asset, as moderation does."""
        decided = asyncio.run(self.assets.decide(asset_id, state, "", None))
        assert decided.outcome is Outcome.CHANGED

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.now += seconds

    async def _served(self, scope: Any, receive: Any, send: Any) -> None:
        scope |= {PORTS: self.uploads, STREAM: None}
        await super()._served(scope, receive, send)

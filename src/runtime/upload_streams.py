"""Bodies in pieces: from a stream to Python, and from Python into the bucket.

The platform's default reader gives 4 KiB at a time, so one that fills a buffer is used; and the bucket wants
to know a length, so what is written goes through a stream that has one.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from js import FixedLengthStream, Uint8Array
from pyodide.ffi import to_js

from runtime.object_calls import answer_of

BUCKET = "the bucket"
PIECE_BYTES = 262_144
DRAIN_BYTES = 4 * 1024 * 1024
DRAIN_SECONDS = 0.25


class ByteReader:
    """Reads a JavaScript stream of bytes through one buffer, which travels to and fro."""

    def __init__(self, stream: Any) -> None:  # noqa: ANN401 - a JS stream, falsy for no body
        self._stream = stream
        self._reader: Any = None
        self._buffer: Any = None
        self._is_over = not stream

    async def read(self) -> bytes:
        """Return the next piece, nothing at the end; what the stream raises passes through."""
        if self._is_over:
            return b""
        if self._reader is None:
            self._reader = self._stream.getReader(mode="byob")
            self._buffer = Uint8Array.new(PIECE_BYTES)
        found = await self._reader.readAtLeast(PIECE_BYTES, self._buffer)
        if not found.value or not found.value.byteLength:
            self._is_over = True
            self._buffer = None
            return b""
        piece: bytes = found.value.to_bytes()
        self._buffer = Uint8Array.new(found.value.buffer)
        return piece

    async def drain(self) -> None:
        """Read on for a moment, before an answer to a body that is not wanted any more.

        Whoever answers while much is still to come hangs up on the client, whose next request is then lost.
        """
        with suppress(Exception):  # a body that is broken or was handed on
            await asyncio.wait_for(self._read_away(), DRAIN_SECONDS)

    async def cancel(self) -> None:
        """Let go of what was not read."""
        if self._is_over:
            return
        self._is_over = True
        self._buffer = None
        # A body that is broken or was handed on has nobody left to tell.
        with suppress(Exception):
            await (self._reader or self._stream).cancel()

    async def _read_away(self) -> None:
        left = DRAIN_BYTES
        while left > 0 and (piece := await self.read()):
            left -= len(piece)


class BucketSink:
    """Writes one object of a known length. The bucket keeps nothing of one that is not finished."""

    def __init__(self, bucket: Any, key: str, length: int) -> None:  # noqa: ANN401 - an R2 binding
        self._bucket = bucket
        self._key = key
        stream = FixedLengthStream.new(length)
        self._writer = stream.writable.getWriter()
        self._stored: asyncio.Future[Any] = asyncio.ensure_future(bucket.put(key, stream.readable))

    async def write(self, data: bytes) -> None:
        """Take the next bytes, at the pace of the bucket; raise UnavailableError."""
        await self._step(self._writer.write(to_js(data)))

    async def finish(self) -> None:
        """Commit; raise UnavailableError."""
        await self._step(self._writer.close())
        await answer_of(self._stored, BUCKET)

    async def abandon(self) -> None:
        """Leave nothing behind, not even of a `finish` whose answer was lost."""
        if not self._stored.done():
            # Aborting does not come to an end where nobody reads, and need not.
            self._writer.abort("the upload was given up").catch(_ignore)
            await asyncio.wait([self._stored])
        if not self._stored.cancelled():
            self._stored.exception()  # asked for, so that nobody logs it as forgotten
        with suppress(Exception):  # the sweep has another try
            await self._bucket.delete(self._key)

    async def _step(self, promise: Any) -> None:  # noqa: ANN401 - a JS promise
        """Wait for the writer, but not longer than for the bucket: a put that failed reads no more."""
        step = asyncio.ensure_future(promise)
        await asyncio.wait([step, self._stored], return_when=asyncio.FIRST_COMPLETED)
        if step.done():
            await answer_of(step, BUCKET)
        else:
            step.add_done_callback(_ignore_failure)
            await answer_of(self._stored, BUCKET)


def _ignore(_reason: object) -> None:
    """Do nothing about a promise that was rejected: who waits for the bucket hears of it."""


def _ignore_failure(step: asyncio.Future[Any]) -> None:
    """Take note of a step that nobody waits for any more."""
    if not step.cancelled():
        step.exception()

"""From the body of a request: looked at while it streams, and held if it is small, else stored on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect

from http_api.uploads.bodies import is_form
from http_api.uploads.ports import BrokenBodyError
from uploads.form import Field, FileBytes, FormLimits, FormReader
from uploads.inspector import Inspector
from uploads.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fastapi import Request

    from http_api.uploads.ports import Sink, UploadStore
    from uploads.inspector import Inspection

_FORM = FormLimits()
FORM_SLACK_BYTES = _FORM.max_fields * (_FORM.max_header_bytes + 128) + _FORM.max_text_bytes
"""The most that a form has beside its file."""

_ZEROS = bytes(65_536)


class Receiver:
    """Takes one body in. Afterwards `texts` has what a form said beside its file."""

    def __init__(self, request: Request, length: int) -> None:
        self._request = request
        self._length = length
        self._form = FormReader(request.headers["content-type"]) if is_form(request) else None
        self.texts: list[tuple[str, str]] = []

    async def hold(self, most: int) -> tuple[Inspection, bytes]:
        """Return what the file is, and its bytes; for bodies that are small. Raise UploadError."""
        inspector = _inspector(most)
        pieces = []
        async for piece in self._file():
            inspector.feed(piece)
            pieces.append(piece)
        return inspector.finish(), b"".join(pieces)

    async def store(self, key: str, most: int, store: UploadStore) -> Inspection:
        """Store the file under `key` and return what it is; raise UploadError, leaving nothing.

        What lies there may be longer: how long the file in a form is shows only at its end, and the bucket
        wants to know before. Zero bytes stand for the rest. The last piece waits for the verdict, because a
        bucket that has all the bytes keeps them.
        """
        inspector = _inspector(most)
        sink: Sink | None = None
        last = b""
        try:
            async for piece in self._file():
                inspector.feed(piece)
                if last:
                    sink = sink or store.begin(key, self._length)
                    await sink.write(last)
                last = piece
            found = inspector.finish()
            sink = sink or store.begin(key, self._length)
            await sink.write(last)
            await self._pad(sink, self._length - found.bytes)
            await sink.finish()
        except BaseException:
            if sink is not None:
                await sink.abandon()
            raise
        return found

    async def _file(self) -> AsyncIterator[bytes]:
        """Give the bytes of the file, without what a form wraps around them."""
        arrived = 0
        async for piece in self._pieces():
            arrived += len(piece)
            if self._form is None:
                yield piece
                continue
            for event in self._form.feed(piece):
                if isinstance(event, FileBytes):
                    yield event.data
                elif isinstance(event, Field):
                    self.texts.append((event.name, event.value))
        if arrived != self._length:
            raise BrokenBodyError(f"{arrived} bytes of {self._length} came")
        if self._form is not None:
            self._form.finish()

    async def _pieces(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._request.stream():
                if piece:
                    yield piece
        except ClientDisconnect as error:
            raise BrokenBodyError("the client is gone") from error

    @staticmethod
    async def _pad(sink: Sink, left: int) -> None:
        while left > 0:
            await sink.write(_ZEROS[:left])
            left -= len(_ZEROS)


def _inspector(most: int) -> Inspector:
    return Inspector(replace(DEFAULT_LIMITS, max_bytes=min(most, DEFAULT_LIMITS.max_bytes)))

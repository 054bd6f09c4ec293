"""Looks at an upload while it streams: what it is, whether it is that alone, and its hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from uploads.errors import UploadError
from uploads.foreign import (
    HEAD_BYTES,
    TAIL_BYTES,
    MarkupWatch,
    RarWatch,
    check_head,
    foreign_code,
    is_archive,
)
from uploads.gif_walk import SIGNATURES as GIF_SIGNATURES
from uploads.gif_walk import GifWalk
from uploads.iso import IsoGrammar
from uploads.jpeg import SIGNATURE as JPEG_SIGNATURE
from uploads.jpeg import JpegGrammar
from uploads.limits import DEFAULT_LIMITS
from uploads.png import SIGNATURE as PNG_SIGNATURE
from uploads.png import PngGrammar
from uploads.pump import Pump
from uploads.webm import SIGNATURE as WEBM_SIGNATURE
from uploads.webm import WebmGrammar
from uploads.webp import WebpGrammar

if TYPE_CHECKING:
    from uploads.facts import Facts
    from uploads.limits import UploadLimits

Buffer = bytes | bytearray | memoryview


@dataclass(frozen=True, slots=True)
class Inspection:
    """A file that is accepted: its facts, size and hash (hexadecimal)."""

    content_type: str
    extension: str
    sha256: str
    bytes: int
    width: int
    height: int
    frames: int | None
    duration_ms: int | None
    loop_count: int | None


class Walk(Protocol):
    """Walks one file of a known type."""

    def feed(self, data: bytes) -> None:
        """Walk over the next bytes; raise UploadError as soon as the file cannot be accepted."""
        ...

    def finish(self) -> Facts:
        """Return what the walk found; raise UploadError when the file ended too early."""
        ...


class Inspector:
    """Feed it the whole file in pieces of any size, then `finish()`.

    How the file is cut makes no difference to the result or to the error. After an UploadError every further
    call raises the same code again. A refusal may come only at the end; an acceptance always does.
    """

    def __init__(self, limits: UploadLimits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._hash = hashlib.sha256()
        self._watch = MarkupWatch()
        self._archives = RarWatch()
        self._walk: Walk | None = None
        self._head = b""
        self._tail = bytearray()
        self._failure: str | None = None
        self.bytes = 0

    def feed(self, chunk: Buffer) -> None:
        """Look at the next bytes; raise UploadError as soon as the file cannot be accepted."""
        self._check()
        try:
            self._see_within_limit(bytes(chunk))
        except UploadError as error:
            self._failure = error.code
            raise

    def finish(self) -> Inspection:
        """Return what the file is; raise UploadError if it is refused."""
        self._check()
        try:
            facts = self._settle()
        except UploadError as error:
            self._failure = error.code
            raise
        return Inspection(
            content_type=facts.content_type,
            extension=facts.extension,
            sha256=self._hash.hexdigest(),
            bytes=self.bytes,
            width=facts.width,
            height=facts.height,
            frames=facts.frames,
            duration_ms=facts.duration_ms,
            loop_count=facts.loop_count,
        )

    def _check(self) -> None:
        if self._failure is not None:
            raise UploadError(self._failure)

    def _see_within_limit(self, data: bytes) -> None:
        room = self._limits.max_bytes - self.bytes
        if len(data) > room:
            self._see(data[:room])
            raise UploadError("file_too_large")
        self._see(data)

    def _see(self, data: bytes) -> None:
        self._hash.update(data)
        self.bytes += len(data)
        self._keep_tail(data)
        self._archives.look(data)
        if self._walk is not None:
            self._walk.feed(data)
            return
        # The walk begins when the head is whole, so that a fault of the head is told before any other.
        missing = HEAD_BYTES - len(self._head)
        self._head += data[:missing]
        if len(self._head) == HEAD_BYTES:
            self._begin().feed(self._head)
            if len(data) > missing:
                self._begin().feed(data[missing:])

    def _begin(self) -> Walk:
        if self._walk is None:
            self._walk = self._walk_for_head()
            check_head(self._head)
        return self._walk

    def _walk_for_head(self) -> Walk:
        head = self._head
        if head.startswith(GIF_SIGNATURES):
            return GifWalk(self._limits, self._watch)
        if head.startswith(PNG_SIGNATURE):
            return self._pump(PngGrammar)
        if head.startswith(JPEG_SIGNATURE):
            return self._pump(JpegGrammar)
        if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
            return self._pump(WebpGrammar)
        if head[4:8] == b"ftyp":
            return self._pump(IsoGrammar)
        if head.startswith(WEBM_SIGNATURE):
            return self._pump(WebmGrammar)
        raise UploadError(foreign_code(head) if head else "empty_file")

    def _pump(
        self,
        grammar: type[PngGrammar | JpegGrammar | WebpGrammar | IsoGrammar | WebmGrammar],
    ) -> Pump:
        return Pump(lambda stream: grammar(stream, self._limits).steps(), self._watch)

    def _settle(self) -> Facts:
        if self._walk is None:
            self._begin().feed(self._head)
        facts = self._begin().finish()
        if self._watch.found:
            raise UploadError("html_polyglot")
        if self._archives.found or is_archive(bytes(self._tail[-TAIL_BYTES:]), self.bytes):
            raise UploadError("zip_polyglot")
        return facts

    def _keep_tail(self, data: bytes) -> None:
        self._tail += data[-TAIL_BYTES:]
        if len(self._tail) > 4 * TAIL_BYTES:
            del self._tail[:-TAIL_BYTES]


def inspect(data: Buffer, limits: UploadLimits = DEFAULT_LIMITS) -> Inspection:
    """Look at a file that is in memory; raise UploadError."""
    inspector = Inspector(limits)
    inspector.feed(data)
    return inspector.finish()

"""Walks a GIF while it streams: any chunking, constant memory, time linear in the bytes."""

from __future__ import annotations

from gif.blocks import SIGNATURES, Grammar, Need
from gif.errors import GifError
from gif.info import DEFAULT_LIMITS, GifInfo, Limits

Buffer = bytes | bytearray | memoryview


class GifWalker:
    """Feed it the whole file in pieces of any size, then `finish()`.

    How the file is cut makes no difference to the result or to the error. After a GifError every further call
    raises the same code again.
    """

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self._grammar = Grammar(limits)
        self._steps = self._grammar.steps()
        self._want = next(self._steps)
        self._held = bytearray()
        self._to_pass = 0
        self._sub_blocks = 0
        self._trailing_bytes = 0
        self._failure: str | None = None

    def feed(self, chunk: Buffer) -> None:
        """Walk over the next bytes; raise GifError as soon as the file cannot be accepted."""
        if self._failure is not None:
            raise GifError(self._failure)
        data = bytes(chunk)
        at = 0
        try:
            while at < len(data):
                at = self._advance(data, at)
        except GifError as error:
            self._failure = error.code
            raise

    def finish(self) -> GifInfo:
        """Return what the walk found; raise GifError when the file ended too early."""
        if self._failure is None and self._want.need is not Need.NOTHING:
            could_be_gif = self._grammar.version or (
                self._held and any(signature.startswith(self._held) for signature in SIGNATURES)
            )
            self._failure = "truncated" if could_be_gif else "not_a_gif"
        if self._failure is not None:
            raise GifError(self._failure)
        found = self._grammar
        return GifInfo(
            version=found.version,
            width=found.width,
            height=found.height,
            images=tuple(found.images),
            loop_count=found.loop_count,
            end=found.at,
            trailing_bytes=self._trailing_bytes,
            dropped=tuple(found.dropped),
        )

    def _advance(self, data: bytes, at: int) -> int:
        """Serve the grammar's wish from `data[at:]`; return the offset of the first byte left."""
        need = self._want.need
        if need is Need.SUB_BLOCKS:
            return self._pass_sub_blocks(data, at)
        if need is Need.TAKE:
            return self._take(data, at)
        if need is Need.SKIP:
            return self._skip(data, at)
        self._trailing_bytes += len(data) - at
        if self._trailing_bytes > self._grammar.limits.max_trailing_bytes:
            raise GifError("trailing_data")
        return len(data)

    def _take(self, data: bytes, at: int) -> int:
        piece = data[at : at + self._want.size - len(self._held)]
        self._held += piece
        self._grammar.at += len(piece)
        if len(self._held) == self._want.size:
            taken = bytes(self._held)
            self._held.clear()
            self._next_wish(taken)
        return at + len(piece)

    def _skip(self, data: bytes, at: int) -> int:
        passed = min(self._to_pass, len(data) - at)
        self._to_pass -= passed
        self._grammar.at += passed
        if not self._to_pass:
            self._next_wish(b"")
        return at + passed

    def _pass_sub_blocks(self, data: bytes, at: int) -> int:
        """Jump from length byte to length byte: the data between them is never looked at."""
        end = len(data)
        position = at + self._to_pass
        left = self._grammar.limits.max_sub_blocks - self._sub_blocks
        count = 0
        terminated = False
        while position < end and not terminated:
            size = data[position]
            position += 1 + size
            terminated = not size
            count += 1
            if count > left:
                raise GifError("too_many_blocks")
        self._sub_blocks += count
        reached = min(position, end)
        self._to_pass = position - reached
        self._grammar.at += reached - at
        if terminated:
            self._next_wish(b"")
        return reached

    def _next_wish(self, answer: bytes) -> None:
        self._want = self._steps.send(answer)
        self._to_pass = self._want.size if self._want.need is Need.SKIP else 0


def walk(data: Buffer, limits: Limits = DEFAULT_LIMITS) -> GifInfo:
    """Walk a GIF that is in memory; raise GifError."""
    walker = GifWalker(limits)
    walker.feed(data)
    return walker.finish()

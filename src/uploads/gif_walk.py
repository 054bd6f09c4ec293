"""GIF as an upload: the walker's rules, nothing behind the trailer, no markup in comments."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gif import DEFAULT_LIMITS, GifError, GifWalker
from gif.blocks import Grammar, Need
from uploads.errors import UploadError
from uploads.facts import Facts
from uploads.foreign import TRAIL_BYTES, trail_code

if TYPE_CHECKING:
    from collections.abc import Generator

    from gif import Limits
    from gif.blocks import Want
    from uploads.foreign import MarkupWatch
    from uploads.limits import UploadLimits

SIGNATURES = (b"GIF87a", b"GIF89a")


class GifWalk:
    """Feeds a GIF to the walker; the same two methods as `uploads.pump.Pump`."""

    def __init__(self, limits: UploadLimits, watch: MarkupWatch) -> None:
        self._limits = limits
        self._walker = _Walker(_gif_limits(limits), watch)

    def feed(self, data: bytes) -> None:
        """Walk over the next bytes; raise UploadError as soon as the file cannot be accepted."""
        try:
            self._walker.feed(data)
        except GifError as error:
            raise UploadError(error.code) from error

    def finish(self) -> Facts:
        """Return what the walk found; raise UploadError when the file ended too early."""
        try:
            info = self._walker.finish()
        except GifError as error:
            raise UploadError(error.code) from error
        if self._walker.trail:
            raise UploadError(trail_code(self._walker.trail))
        if sum(span.end - span.start for span in info.dropped) > self._limits.max_metadata_bytes:
            raise UploadError("too_much_metadata")
        if info.frames == 1:
            return Facts("image/gif", "gif", info.width, info.height)
        duration_ms, loop_count = info.duration_ms, info.loop_count
        return Facts("image/gif", "gif", info.width, info.height, info.frames, duration_ms, loop_count)


class _MarkedGrammar(Grammar):
    """Says when it is in an extension: there, not in pictures, lie texts."""

    in_extension = False

    def _extension(self, start: int) -> Generator[Want, bytes, None]:
        self.in_extension = True
        yield from super()._extension(start)
        self.in_extension = False


class _Walker(GifWalker):
    """Lets the watch see extensions, and keeps the first bytes of what trails."""

    def __init__(self, limits: Limits, watch: MarkupWatch) -> None:
        super().__init__(limits)
        self._marked = self._grammar = _MarkedGrammar(limits)
        self._steps = self._marked.steps()
        self._want = next(self._steps)
        self._watch = watch
        self.trail = b""

    def _advance(self, data: bytes, at: int) -> int:
        if self._want.need is Need.NOTHING:
            self.trail += data[at : at + TRAIL_BYTES - len(self.trail)]
            if len(self.trail) == TRAIL_BYTES:
                raise UploadError(trail_code(self.trail))
            return len(data)
        is_text, offset = self._marked.in_extension, self._marked.at
        reached = super()._advance(data, at)
        if is_text:
            self._watch.look(data[at:reached], offset)
        return reached


def _gif_limits(limits: UploadLimits) -> Limits:
    return replace(
        DEFAULT_LIMITS,
        max_screen_pixels=limits.max_screen_pixels,
        max_frames=limits.max_animation_frames,
        max_total_pixels=limits.max_animation_pixels,
    )

"""The grammar of GIF, as a generator that asks for bytes and never holds a file.

    file      := signature screen [palette] block* trailer
    block     := image | control | loop | anything else, which is skipped and noted as dropped
    image     := 0x2C descriptor [palette] code-size sub-blocks
    extension := 0x21 label sub-blocks
    sub-blocks:= (length data)* 0x00

Strict where one reader would show what another does not see: unknown block kinds, images outside the screen,
missing palettes, and 1-bit codes (readers disagree on when those grow) are errors. A control block counts for
the next image, whatever lies between.
"""

from __future__ import annotations

import struct
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from gif.errors import GifError
from gif.info import ImageBlock, Limits, Palette, Span

if TYPE_CHECKING:
    from collections.abc import Generator

SIGNATURES = (b"GIF87a", b"GIF89a")

_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_PLAIN_TEXT, _CONTROL, _COMMENT, _APPLICATION = 0x01, 0xF9, 0xFE, 0xFF
_DROPPED_KINDS = {_PLAIN_TEXT: "plain_text", _COMMENT: "comment", _APPLICATION: "application"}
_LOOPING_APPLICATIONS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


class Need(Enum):
    """What the grammar can ask for."""

    TAKE = "the next bytes, all of them"
    SKIP = "to be told when so many bytes have passed"
    SUB_BLOCKS = "to be told when the terminator of a run of sub-blocks has passed"
    NOTHING = "nothing more: the trailer has passed"


class Want(NamedTuple):
    """One request of the grammar to whoever feeds it."""

    need: Need
    size: int = 0


_REST = Want(Need.SUB_BLOCKS)


class _Control(NamedTuple):
    delay_cs: int = 0
    disposal: int = 0
    transparent_index: int | None = None


class Grammar:
    """Walks the blocks; `at` is the offset of the next byte, kept true by the one who feeds."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.at = 0
        self.version = ""
        self.width = 0
        self.height = 0
        self.images: list[ImageBlock] = []
        self.loop_count: int | None = None
        self.dropped: list[Span] = []
        self._palette: Palette | None = None
        self._control = _Control()

    def steps(self) -> Generator[Want, bytes, None]:
        """Yield what is needed next, receive the bytes taken (or b"" when bytes only had to pass)."""
        yield from self._screen()
        while True:
            start = self.at
            kind = (yield Want(Need.TAKE, 1))[0]
            if kind == _IMAGE:
                yield from self._image()
            elif kind == _EXTENSION:
                yield from self._extension(start)
            elif kind == _TRAILER:
                break
            else:
                raise GifError("bad_block")
        if not self.images:
            raise GifError("no_frames")
        yield Want(Need.NOTHING)

    def _screen(self) -> Generator[Want, bytes, None]:
        signature = yield Want(Need.TAKE, 6)
        if signature not in SIGNATURES:
            raise GifError("not_a_gif")
        self.version = signature[3:].decode()
        self.width, self.height, flags = struct.unpack("<HHBxx", (yield Want(Need.TAKE, 7)))
        if not self.width or not self.height:
            raise GifError("zero_dimension")
        if self.width * self.height > self.limits.max_screen_pixels:
            raise GifError("too_many_pixels")
        self._palette = yield from self._colour_table(flags)

    def _colour_table(self, flags: int) -> Generator[Want, bytes, Palette | None]:
        if not flags & 0x80:
            return None
        palette = Palette(self.at, 2 << (flags & 7))
        yield Want(Need.SKIP, 3 * palette.colours)
        return palette

    def _image(self) -> Generator[Want, bytes, None]:
        left, top, width, height, flags = struct.unpack("<HHHHB", (yield Want(Need.TAKE, 9)))
        self._check_image(left, top, width, height)
        palette = (yield from self._colour_table(flags)) or self._palette
        if palette is None:
            raise GifError("no_palette")
        data_at = self.at
        if not 2 <= (yield Want(Need.TAKE, 1))[0] <= 8:
            raise GifError("bad_lzw_size")
        yield _REST
        self.images.append(
            ImageBlock(left, top, width, height, bool(flags & 0x40), palette, data_at, *self._control)
        )
        self._control = _Control()

    def _check_image(self, left: int, top: int, width: int, height: int) -> None:
        frames = len(self.images) + 1
        if not width or not height:
            raise GifError("zero_dimension")
        if left + width > self.width or top + height > self.height:
            raise GifError("frame_outside_screen")
        if frames > self.limits.max_frames:
            raise GifError("too_many_frames")
        if self.width * self.height * frames > self.limits.max_total_pixels:
            raise GifError("too_many_pixels")

    def _extension(self, start: int) -> Generator[Want, bytes, None]:
        label = (yield Want(Need.TAKE, 1))[0]
        if label == _CONTROL:
            yield from self._graphic_control()
        elif label == _APPLICATION:
            yield from self._application(start)
        else:
            yield _REST
            self._drop(start, self.at, _DROPPED_KINDS.get(label, "extension"))

    def _graphic_control(self) -> Generator[Want, bytes, None]:
        size, flags, delay_cs, index = struct.unpack("<BBHB", (yield Want(Need.TAKE, 5)))
        if size != 4:
            raise GifError("bad_block")
        self._control = _Control(delay_cs, flags >> 2 & 7, index if flags & 1 else None)
        yield from self._drop_surplus()

    def _application(self, start: int) -> Generator[Want, bytes, None]:
        size = (yield Want(Need.TAKE, 1))[0]
        name = (yield Want(Need.TAKE, size)) if size else b""
        if name not in _LOOPING_APPLICATIONS:
            if size:
                yield _REST
            self._drop(start, self.at, "application")
            return
        length = (yield Want(Need.TAKE, 1))[0]
        data = (yield Want(Need.TAKE, length)) if length else b""
        if length == 3 and data[0] == 1:
            self.loop_count = data[1] | data[2] << 8
            yield from self._drop_surplus()
            return
        if length:
            yield _REST
        self._drop(start, self.at, "application")

    def _drop_surplus(self) -> Generator[Want, bytes, None]:
        start = self.at
        yield _REST
        terminator_at = self.at - 1
        if terminator_at > start:
            self._drop(start, terminator_at, "surplus")

    def _drop(self, start: int, end: int, kind: str) -> None:
        if len(self.dropped) >= self.limits.max_dropped_spans:
            raise GifError("too_many_blocks")
        self.dropped.append(Span(start, end, kind))

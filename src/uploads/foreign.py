"""What is not media, and media that are something else as well."""

from __future__ import annotations

import re
import struct
from typing import Final

from uploads.errors import UploadError

Buffer = bytes | bytearray | memoryview

HEAD_BYTES: Final = 1_024
"""PDF readers look for their signature so far into a file; the sniffers of browsers look less far."""
TRAIL_BYTES: Final = 1_024
TAIL_BYTES: Final = 22 + 65_535 + 20
"""A directory's end has 22 bytes and a comment of at most 65,535, and that of a large archive 20 before."""

_PDF: Final = b"%PDF-"
_ZIP_STARTS: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ZIP_END: Final = b"PK\x05\x06"
_ZIP_END_BYTES: Final = 22
_ZIP_LOCATOR: Final = b"PK\x06\x07"
_ZIP_LOCATOR_BYTES: Final = 20
_ZIP_ENTRY: Final = b"PK\x01\x02"
# What runs or loads, what makes a page of what follows, and any element with a handler. Elements of text
# alone are harmless, and names as short as theirs turn up in pixels: `a` counts with its address only.
_MARKUP: Final = re.compile(
    rb"<(?:!doctype\shtml|html|script|iframe|svg|\?php"
    rb"|(?:head|title|meta|base|link|style|body|frame|frameset|form|input|button|textarea|select|table|div"
    rb"|img|image|video|audio|object|embed|applet|math|details|marquee|template)[\s/>]"
    rb"|a[\s/][^<>]{0,64}href\s{0,4}="
    rb"|[a-z][a-z0-9:-]{0,15}[\s/](?:[^<>]{0,64}[\s/\"'])?on[a-z]{3,20}\s{0,4}=)",
    re.IGNORECASE,
)
_LONGEST_MARKUP: Final = 128
_RAR: Final = b"Rar!\x1a\x07"
RAR_SEARCHED_BYTES: Final = 4 * 1024 * 1024
"""Readers of RAR look for its beginning behind a program, the latest of them so far into a file."""
_SVG: Final = re.compile(rb"<(?:[a-z][\w.-]*:)?svg[\s>/]", re.IGNORECASE)
_PAGE: Final = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|iframe|title|style|table|div|br|img|a|p|h1)[\s>/]",
    re.IGNORECASE,
)
_BOMS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class MarkupWatch:
    """Searches the parts of a file that are no pixels for what a browser could run.

    What it found is kept until the walk is over, so that the cut into chunks cannot change which fault of a
    file is told.
    """

    def __init__(self) -> None:
        self.found = False
        self._overlap = b""
        self._end = -1

    def look(self, piece: Buffer, at: int) -> None:
        """Search the bytes at offset `at`; neighbouring pieces are searched across their border."""
        if self.found:
            return
        before = self._overlap if at == self._end else b""
        seen = before + bytes(piece)
        self.found = _MARKUP.search(seen) is not None
        self._overlap = seen[1 - _LONGEST_MARKUP :]
        self._end = at + len(piece)


class RarWatch:
    """Searches the beginning of a file for that of an archive: pixels can hold one as well as comments."""

    def __init__(self) -> None:
        self.found = False
        self._left = RAR_SEARCHED_BYTES
        self._overlap = b""

    def look(self, piece: bytes) -> None:
        """Search the next bytes of the file."""
        if self._left <= 0 or self.found:
            return
        seen = self._overlap + piece[: self._left]
        self._left -= len(piece)
        self.found = _RAR in seen
        self._overlap = seen[1 - len(_RAR) :]


def check_head(head: bytes) -> None:
    """Refuse a media file whose first 1,024 bytes are also the beginning of a document."""
    if _PDF in head:
        raise UploadError("pdf_polyglot")
    if _MARKUP.search(head):
        raise UploadError("html_polyglot")


def foreign_code(head: bytes) -> str:
    """Return the code that refuses a file with none of our signatures, given its first 1,024 bytes."""
    if head.startswith(_ZIP_STARTS):
        return "zip_file"
    if head.startswith(_PDF):
        return "pdf_file"
    # Text in UTF-16 reads as text once its zero bytes are gone.
    text = head.replace(b"\0", b"")
    for mark in _BOMS:
        text = text.removeprefix(mark)
    if text.lstrip().startswith(b"<"):
        if _SVG.search(text):
            return "svg_file"
        if _PAGE.search(text):
            return "html_file"
    return "pdf_file" if _PDF in head else "unsupported_type"


def trail_code(trail: bytes) -> str:
    """Return the code that refuses what follows the end of a picture, given its first bytes."""
    if trail.startswith(_ZIP_STARTS):
        return "zip_polyglot"
    if _PDF in trail:
        return "pdf_polyglot"
    return "html_polyglot" if _MARKUP.search(trail) else "trailing_data"


def is_archive(tail: bytes, file_bytes: int) -> bool:
    """Tell whether the last bytes of a file hold the end of an archive's directory.

    Archives are read from their end, so that one may hide in any place of a file where bytes are free. Some
    readers look for the directory right before its end, others where the end says; most believe none of the
    end's other numbers. So all that is asked here is whether one of the two places may hold a directory.
    """
    before = file_bytes - len(tail)
    at = tail.rfind(_ZIP_END, 0, len(tail) - _ZIP_END_BYTES + len(_ZIP_END))
    while at >= 0:
        size, offset = struct.unpack_from("<II", tail, at + 12)
        for place in (at - size, offset - before):
            if -before <= place < 0 or (place >= 0 and tail.startswith(_ZIP_ENTRY, place, at)):
                return True
        if tail.startswith(_ZIP_LOCATOR, max(0, at - _ZIP_LOCATOR_BYTES)):
            return True
        at = tail.rfind(_ZIP_END, 0, at)
    return False

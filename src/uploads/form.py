"""Reads multipart/form-data while it streams: one field `file` with a file, any others with short texts.

    form := "--" B part ("\\r\\n--" B part)* "\\r\\n--" B "--" ["\\r\\n"]
    part := "\\r\\n" headers "\\r\\n\\r\\n" body

Memory is bounded by the limits and the largest chunk. Time is linear: of the delimiter that is searched for,
only the first byte is a carriage return, so that no byte of a body is compared more than twice, whatever
almost-boundaries it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from uploads.errors import UploadError
from uploads.form_headers import read_boundary, read_part

if TYPE_CHECKING:
    from collections.abc import Callable

FILE_FIELD: Final = "file"

_LINE: Final = b"\r\n"
_HEADERS_END: Final = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class FormLimits:
    """How much a form may hold beside its file."""

    max_header_bytes: int = 8_192
    """Of one part; the longest file names have 255 characters."""
    max_fields: int = 64
    """Tags may come one by one."""
    max_text_bytes: int = 65_536
    """Of all texts together: they are held in memory."""


@dataclass(frozen=True, slots=True)
class Field:
    """A text that is complete."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class FileBegins:
    """The headers of the file; its name and type are what the sender claims, `content_type` may be empty."""

    name: str
    filename: str
    content_type: str


@dataclass(frozen=True, slots=True)
class FileBytes:
    """The next bytes of the file, never none."""

    data: bytes


@dataclass(frozen=True, slots=True)
class FileEnds:
    """The file is complete; texts may follow."""


FormEvent: TypeAlias = Field | FileBegins | FileBytes | FileEnds

_DEFAULT_LIMITS: Final = FormLimits()


class FormReader:
    """Feed it the whole body in pieces of any size, then `finish()`.

    How the body is cut changes neither the error nor the events, but for the cuts between FileBytes. After an
    UploadError every further call raises the same code again.
    """

    def __init__(self, content_type: str, limits: FormLimits = _DEFAULT_LIMITS) -> None:
        self.boundary = read_boundary(content_type)
        self._delimiter = _LINE + b"--" + self.boundary
        self._limits = limits
        self._held = bytearray()
        self._at = 0
        self._step: Callable[[], bool] = self._first_boundary
        self._events: list[FormEvent] = []
        self._fields = 0
        self._has_file = False
        self._text_name = ""
        self._text = bytearray()
        self._text_left = limits.max_text_bytes
        self._failure: str | None = None

    def feed(self, chunk: bytes) -> list[FormEvent]:
        """Return what the next bytes complete; raise UploadError as soon as the form cannot be read."""
        self._check()
        self._held += chunk
        try:
            while self._step():
                pass
        except UploadError as error:
            self._failure = error.code
            raise
        del self._held[: self._at]
        self._at = 0
        events, self._events = self._events, []
        return events

    def finish(self) -> None:
        """Raise UploadError if the form ended too early or had no file."""
        self._check()
        if self._step != self._epilogue:
            self._failure = "form_truncated"
        elif self._held and self._held != _LINE:
            self._failure = "form_trailing_data"
        elif not self._has_file:
            self._failure = "form_no_file"
        self._check()

    def _check(self) -> None:
        if self._failure is not None:
            raise UploadError(self._failure)

    def _first_boundary(self) -> bool:
        first = self._delimiter[len(_LINE) :]
        if not first.startswith(self._held[: len(first)]):
            raise UploadError("form_preamble")
        if len(self._held) < len(first):
            return False
        self._at = len(first)
        self._step = self._after_boundary
        return True

    def _after_boundary(self) -> bool:
        if len(self._held) - self._at < 2:
            return False
        follows = self._held[self._at : self._at + 2]
        if follows == b"--":
            self._at += 2
            self._step = self._epilogue
        elif follows == _LINE:
            # The line break stays: it is half of the empty line of a part without headers.
            self._step = self._headers
        else:
            raise UploadError("form_bad_delimiter")
        return True

    def _headers(self) -> bool:
        most = self._at + self._limits.max_header_bytes
        end = self._held.find(_HEADERS_END, self._at, most)
        if end < 0:
            if len(self._held) >= most:
                raise UploadError("form_header_too_large")
            return False
        block = bytes(self._held[self._at + len(_LINE) : end])
        self._at = end + len(_HEADERS_END)
        self._begin(block)
        return True

    def _begin(self, block: bytes) -> None:
        self._fields += 1
        if self._fields > self._limits.max_fields:
            raise UploadError("form_too_many_fields")
        part = read_part(block)
        if (part.filename is not None) != (part.name == FILE_FIELD):
            raise UploadError("form_unexpected_file")
        if part.filename is None:
            self._text_name = part.name
            self._step = self._in_text
            return
        if self._has_file:
            raise UploadError("form_repeated_file")
        self._has_file = True
        self._events.append(FileBegins(part.name, part.filename, part.content_type))
        self._step = self._in_file

    def _body(self) -> tuple[bytes, bool]:
        """Return the bytes that surely belong to the part, and whether the part ends behind them.

        Without a delimiter in sight, as many bytes are held back as a cut delimiter could have.
        """
        found = self._held.find(self._delimiter, self._at)
        end = found if found >= 0 else max(self._at, len(self._held) - len(self._delimiter) + 1)
        with memoryview(self._held) as held:
            piece = bytes(held[self._at : end])
        self._at = end
        if found < 0:
            return piece, False
        self._at += len(self._delimiter)
        self._step = self._after_boundary
        return piece, True

    def _in_text(self) -> bool:
        piece, is_complete = self._body()
        self._text_left -= len(piece)
        if self._text_left < 0:
            raise UploadError("form_field_too_large")
        self._text += piece
        if is_complete:
            try:
                value = self._text.decode()
            except UnicodeDecodeError as error:
                raise UploadError("form_bad_text") from error
            self._events.append(Field(self._text_name, value))
            self._text.clear()
        return is_complete

    def _in_file(self) -> bool:
        piece, is_complete = self._body()
        if piece:
            self._events.append(FileBytes(piece))
        if is_complete:
            self._events.append(FileEnds())
        return is_complete

    def _epilogue(self) -> bool:
        if not _LINE.startswith(self._held[self._at :]):
            raise UploadError("form_trailing_data")
        return False

"""Headers of a multipart form: its boundary, and what each part says of itself.

Senders differ. Browsers write a quote in a name as %22 and leave backslashes alone; curl (once) and mail
write quoted pairs; httpx mixes both. RFC 7578 forbids `filename*`, yet .NET and older urllib3 send it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from uploads.errors import UploadError

_BOUNDARY: Final = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
_TOKEN: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - no password
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_HEADER: Final = re.compile(rf"({_TOKEN}):[ \t]*(.*)", re.DOTALL)
_PARAMETER: Final = re.compile(rf';[ \t]*({_TOKEN})=(?:"((?:[^"\\]|\\.)*)"|([^;"\s]+))[ \t]*')
_ESCAPE: Final = re.compile(r'\\(["\\])|%22')
_EXTENDED: Final = re.compile(r"(utf-8|iso-8859-1)'[0-9A-Za-z-]*'((?:%[0-9A-Fa-f]{2}|[^%])*)", re.IGNORECASE)
_PLAIN_ENCODINGS: Final = ("7bit", "8bit", "binary")


@dataclass(frozen=True, slots=True)
class Part:
    """What a part's headers tell; `filename` is None for a text, `content_type` empty where none is told."""

    name: str
    filename: str | None
    content_type: str


def read_boundary(content_type: str) -> bytes:
    """Return the boundary that a request's Content-Type names; raise UploadError."""
    try:
        kind, parameters = _split(content_type, escapes=False)
    except ValueError as error:
        raise UploadError("form_bad_boundary") from error
    boundary = parameters.get("boundary", "")
    if kind != "multipart/form-data" or not _BOUNDARY.fullmatch(boundary):
        raise UploadError("form_bad_boundary")
    return boundary.encode()


def read_part(block: bytes) -> Part:
    """Read the lines between a boundary and the empty line; raise UploadError."""
    try:
        return _part(block.decode())
    except ValueError as error:
        raise UploadError("form_bad_header") from error


def _part(block: str) -> Part:
    headers: dict[str, str] = {}
    for line in block.split("\r\n"):
        header = _HEADER.fullmatch(line)
        if header is None or _CONTROL.search(line) or header[1].lower() in headers:
            raise ValueError(line)
        headers[header[1].lower()] = header[2].rstrip(" \t")
    # What base64 encodes would be taken for the file itself.
    if headers.get("content-transfer-encoding", "binary").lower() not in _PLAIN_ENCODINGS:
        raise ValueError(block)
    disposition, parameters = _split(headers.get("content-disposition", ""))
    if disposition != "form-data" or not parameters.get("name"):
        raise ValueError(block)
    return Part(parameters["name"], _filename(parameters), headers.get("content-type", ""))


def _split(value: str, *, escapes: bool = True) -> tuple[str, dict[str, str]]:
    """Return the first word of a header, in small letters, and its parameters; raise ValueError."""
    word, semicolon, _ = value.partition(";")
    parameters: dict[str, str] = {}
    at = len(word)
    end = len(value.rstrip(" \t;")) if semicolon else at
    while at < end:
        found = _PARAMETER.match(value, at)
        if found is None or found[1].lower() in parameters:
            raise ValueError(value)
        quoted, plain = found[2], found[3]
        text = plain if quoted is None else _ESCAPE.sub(_unescape, quoted) if escapes else quoted
        parameters[found[1].lower()] = text
        at = found.end()
    return word.strip(" \t").lower(), parameters


def _unescape(escape: re.Match[str]) -> str:
    # %0D and %0A stay as they are: a name must not bring a line break into a header or a log.
    return escape[1] or '"'


def _filename(parameters: dict[str, str]) -> str | None:
    """Prefer `filename*`: who sends both writes into `filename` what old readers can bear."""
    extended = parameters.get("filename*")
    if extended is None:
        return parameters.get("filename")
    told = _EXTENDED.fullmatch(extended)
    if told is None:
        raise ValueError(extended)
    filename = unquote_to_bytes(told[2]).decode(told[1].lower())
    if _CONTROL.search(filename):
        raise ValueError(filename)
    return filename

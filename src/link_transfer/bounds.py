"""How large a file of links may be, and which texts in it are acceptable."""

from __future__ import annotations

import math
import re

from link_transfer.errors import (
    CELL_TOO_LONG,
    FILE_TOO_LARGE,
    INVALID_NUMBER,
    INVALID_UNICODE,
    NUL_BYTE,
    TransferError,
)

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 64
MAX_CELL_BYTES = 64 * 1024
MAX_DEPTH = 32
# No file of links comes near it, and one beyond it would cost seconds to walk through.
MAX_CONTAINERS = 1_000_000

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SURROGATE = re.compile("[\ud800-\udfff]")


def decode(data: bytes) -> str:
    """Return the text of a UTF-8 file, with or without a byte order mark.

    Bytes that are not UTF-8 stay in it as lone surrogates, for `check_text` to blame the row they are in.
    """
    if len(data) > MAX_BYTES:
        raise TransferError(FILE_TOO_LARGE, f"the file has more than {MAX_BYTES} bytes")
    return data.removeprefix(_BYTE_ORDER_MARK).decode("utf-8", "surrogateescape")


def check_text(text: str) -> None:
    """Raise when the text has a NUL or something that is not Unicode, whether raw or escaped in JSON."""
    if "\0" in text:
        raise TransferError(NUL_BYTE, "the text has a NUL")
    if _SURROGATE.search(text):
        raise TransferError(INVALID_UNICODE, "the text is not valid UTF-8, or has half a surrogate pair")


def check_size(text: str) -> None:
    """Raise when a cell's text is longer than a cell may be."""
    if len(text) * 4 <= MAX_CELL_BYTES:
        return
    if len(text) > MAX_CELL_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_CELL_BYTES:
        raise TransferError(CELL_TOO_LONG, f"a cell has more than {MAX_CELL_BYTES} bytes")


def check_values(value: object) -> None:
    """Check every text, name and number of a decoded JSON value whose depth is known to be small."""
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, dict):
        for name, one in value.items():
            check_text(name)
            check_values(one)
    elif isinstance(value, list):
        for one in value:
            check_values(one)
    elif isinstance(value, float) and not math.isfinite(value):
        raise TransferError(INVALID_NUMBER, "a number is too large")

"""What can be wrong with a file of links or with one of its rows; the codes are stable."""

from __future__ import annotations

CELL_TOO_LONG = "cell_too_long"
DUPLICATE_COLUMN = "duplicate_column"
DUPLICATE_FIELD = "duplicate_field"
EMPTY_FILE = "empty_file"
FILE_TOO_LARGE = "file_too_large"
INVALID_JSON = "invalid_json"
INVALID_NUMBER = "invalid_number"
INVALID_OBJECT = "invalid_object"
INVALID_SWITCH = "invalid_switch"
INVALID_TAGS = "invalid_tags"
INVALID_TEXT = "invalid_text"
INVALID_TIME = "invalid_time"
INVALID_UNICODE = "invalid_unicode"
MALFORMED_QUOTES = "malformed_quotes"
MISSING_COLUMN = "missing_column"
MISSING_TARGET = "missing_target"
NO_LINKS = "no_links"
NOT_AN_OBJECT = "not_an_object"
NUL_BYTE = "nul_byte"
RAGGED_ROW = "ragged_row"
TOO_COMPLEX = "too_complex"
TOO_DEEP = "too_deep"
TOO_MANY_COLUMNS = "too_many_columns"
TOO_MANY_ROWS = "too_many_rows"
UNKNOWN_COLUMN = "unknown_column"
UNKNOWN_FIELD = "unknown_field"
UNREADABLE_PASSWORD = "unreadable_password"  # noqa: S105 - the name of an error
UNSUPPORTED_VERSION = "unsupported_version"


class TransferError(ValueError):
    """A file or row that cannot be read, or a link that cannot be written; `code` is one of this module's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def named(name: object) -> str:
    """Return a name out of a file as a message can show it: quoted, escaped and short."""
    text = ascii(name)
    return text if len(text) <= 60 else text[:57] + "..."

"""An account's library: which links it has, in a form that can be listed and searched.

The owners of the codes keep the truth; this is the index over them, brought up to date by version.
"""

from library.cursors import InvalidCursorError, PageCursor, read_cursor, write_cursor
from library.store import MAX_CODES, MAX_MISSES, MAX_PAGE, CodePage, LibraryStore, Miss

__all__ = [
    "MAX_CODES",
    "MAX_MISSES",
    "MAX_PAGE",
    "CodePage",
    "InvalidCursorError",
    "LibraryStore",
    "Miss",
    "PageCursor",
    "read_cursor",
    "write_cursor",
]

"""Links in bulk: files of ours and exports of other products, read into drafts of links, and written."""

from __future__ import annotations

from link_transfer.bounds import MAX_BYTES, MAX_CELL_BYTES, MAX_COLUMNS, MAX_DEPTH, MAX_ROWS
from link_transfer.draft import DraftResult, LinkDraft, RowDraft, RowError
from link_transfer.errors import TransferError
from link_transfer.formats import Format, detect
from link_transfer.transfer import read, write

__all__ = [
    "MAX_BYTES",
    "MAX_CELL_BYTES",
    "MAX_COLUMNS",
    "MAX_DEPTH",
    "MAX_ROWS",
    "DraftResult",
    "Format",
    "LinkDraft",
    "RowDraft",
    "RowError",
    "TransferError",
    "detect",
    "read",
    "write",
]

"""What an inspector says of a file, whole or in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from unittest.mock import patch

from uploads import DEFAULT_LIMITS, Inspection, Inspector, UploadError, UploadLimits


def outcome(pieces: Iterable[bytes], limits: UploadLimits = DEFAULT_LIMITS) -> Inspection | str:
    """Return what was found, or the code of the refusal."""
    inspector = Inspector(limits)
    try:
        for piece in pieces:
            inspector.feed(piece)
        return inspector.finish()
    except UploadError as error:
        return error.code


def head_of(size: int) -> AbstractContextManager[object]:
    """Let the inspector hold back so many bytes: small files are else walked in one piece, however cut."""
    return patch("uploads.inspector.HEAD_BYTES", size)


SHORT_HEAD = 12
"""As many bytes as it takes to know a type."""


def in_pieces(data: bytes, size: int) -> Iterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]

"""What a Worker unpacks of a file to look at it: an isolate has 128 MB, and its interpreter a third of them.

Measured on the local edge: the largest screen, its frames interlaced and restored, brings an isolate to
92 MB; a megabyte of the costliest data takes a second of CPU, a million pixels of the cheapest 0.08 s. What
is larger waits for a person or for a media runner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ai_safety_scanner.results import ScanError
from gif import GifError, Limits, walk

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_FILE_BYTES: Final = 16 * 1024 * 1024
MAX_STILL_BYTES: Final = 8 * 1024 * 1024
"""A picture that goes as it is holds five times its size while its request is written."""
LIMITS: Final = Limits(max_screen_pixels=1920 * 1080)


def within_isolate(read: Callable[[], bytes]) -> Callable[[], bytes]:
    """Return a `read` for `image_steps` and `upload_steps` that raises ScanError for what is too large."""

    def read_what_fits() -> bytes:
        data = read()
        if len(data) > MAX_FILE_BYTES:
            raise ScanError("file_too_large")
        if data[:4] == b"GIF8":
            try:
                walk(data, LIMITS)
            except GifError as error:
                raise ScanError("bad_gif", gif_error=error.code) from error
        elif len(data) > MAX_STILL_BYTES:
            raise ScanError("file_too_large")
        return data

    return read_what_fits

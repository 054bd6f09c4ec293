"""Counts how many random reads an import may make before requests are served.

At global scope the platform gives no entropy. A few packages read some while they are imported and are
harmless (hash seeds); their import runs inside `allow_bad_entropy_calls`, and the interpreter's host takes
one off the counter at each read.
"""

from __future__ import annotations

import errno
from array import array
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_allowed_reads = array("b", [0])
_serving = False


def counter_address() -> int:
    """Return where in memory the host finds the counter."""
    return _allowed_reads.buffer_info()[0]


def in_request_context() -> bool:
    """Tell whether requests are being served, so that entropy is real."""
    return _serving


def start_serving() -> None:
    """Allow entropy from now on."""
    global _serving  # noqa: PLW0603 - one interpreter, one life
    _serving = True


def should_allow_entropy_call() -> bool:
    """Tell whether a read of random bytes may happen now."""
    return _serving or _allowed_reads[0] > 0


def raise_unless_entropy_allowed() -> None:
    """Raise the OSError that the platform raises for a read at global scope."""
    if not should_allow_entropy_call():
        raise OSError(errno.EIO, "Cannot get entropy outside of request context")


@contextmanager
def allow_bad_entropy_calls(count: int) -> Iterator[None]:
    """Allow exactly `count` reads of fixed bytes inside the block."""
    before = _allowed_reads[0]
    _allowed_reads[0] = count
    yield
    if _allowed_reads[0] > 0:
        raise RuntimeError(f"{_allowed_reads[0]} unexpected leftover getentropy calls")
    _allowed_reads[0] = before

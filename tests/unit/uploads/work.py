"""Counts what a piece of Python does instead of timing it: a busy machine changes seconds, not steps."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import FrameType
from typing import Any


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hold garbage collection back: Hypothesis has it call a function, now and then, which would count."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def calls_made(run: Callable[[], object]) -> int:
    """Return how many functions, Python's own and built-in ones, are called while `run` runs."""
    count = 0

    def profile(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    with _uncollected():
        sys.setprofile(profile)
        try:
            run()
        finally:
            sys.setprofile(before)
    return count


def lines_run(run: Callable[[], object]) -> int:
    """Return how many lines of Python run while `run` runs, loops counted each time round."""
    count = 0

    def trace(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    def traced() -> None:
        sys.settrace(trace)
        try:
            run()
        finally:
            sys.settrace(None)

    # A thread of its own keeps what measures coverage in this one.
    with _uncollected(), ThreadPoolExecutor(1) as other:
        other.submit(traced).result()
    return count

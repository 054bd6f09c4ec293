"""Worker threads that come with the load and go when it is over."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from media_jobs.errors import InvalidSettingsError, QueueClosedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class PoolLimits:
    """When the pool grows and shrinks."""

    min_workers: int
    max_workers: int
    scale_up_threshold: int
    scale_down_threshold: int

    def __post_init__(self) -> None:
        if not 1 <= self.min_workers <= self.max_workers:
            raise InvalidSettingsError("1 <= min_workers <= max_workers must hold")
        if not 0 <= self.scale_down_threshold <= self.scale_up_threshold or self.scale_up_threshold < 1:
            raise InvalidSettingsError(
                "0 <= scale_down_threshold <= scale_up_threshold and 1 <= scale_up_threshold must hold"
            )

    def grows(self, workers: int, waiting: int) -> bool:
        """Return whether one more worker shall start."""
        return workers < self.max_workers and waiting >= self.scale_up_threshold

    def shrinks(self, workers: int, waiting: int) -> bool:
        """Return whether a worker with nothing to do shall end."""
        return workers > self.min_workers and waiting < self.scale_down_threshold


class WorkerPool:
    """Threads that call `work`, which does one piece and says whether there was one.

    Nothing polls: a worker that found nothing sleeps until `wake`. No lock is held while `work` runs, so it
    may wait for anything.
    """

    def __init__(self, limits: PoolLimits, work: Callable[[], bool]) -> None:
        self._limits = limits
        self._work = work
        self._changed = threading.Condition()
        self._threads: set[threading.Thread] = set()
        self._news = 0
        self._admissions = 0
        self._closed = False

    @property
    def size(self) -> int:
        """How many workers live."""
        with self._changed:
            return len(self._threads)

    def start(self) -> None:
        """Start the least number of workers."""
        with self._changed:
            for _ in range(self._limits.min_workers):
                self._start_one()

    @contextmanager
    def admission(self) -> Iterator[None]:
        """Hold the pool open while work is added in this block, then wake a worker.

        Raises QueueClosedError if the pool is closed already.
        """
        with self._changed:
            if self._closed:
                raise QueueClosedError("the queue was shut down and takes no more jobs")
            self._admissions += 1
        try:
            yield
        finally:
            self._admitted()

    def grow(self, waiting: int) -> None:
        """Start one more worker if so much waiting work asks for it."""
        with self._changed:
            if self._limits.grows(len(self._threads), waiting):
                self._start_one()

    def close(self) -> None:
        """Take no more work; the workers end when nothing is left."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def join(self, timeout_seconds: float | None = None) -> None:
        """Wait until every worker but the caller has ended, or until the time is over."""
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        caller = threading.current_thread()
        while True:
            with self._changed:
                others = self._threads - {caller}
            if not others or (deadline is not None and time.monotonic() >= deadline):
                return
            for thread in others:
                thread.join(None if deadline is None else max(0.0, deadline - time.monotonic()))

    def _admitted(self) -> None:
        with self._changed:
            self._admissions -= 1
            self._news += 1
            if self._closed:
                self._changed.notify_all()
            else:
                self._changed.notify()

    def _start_one(self) -> None:
        # Daemons: a program whose main thread ends without a shutdown must not hang.
        thread = threading.Thread(target=self._run, name="media-job-worker", daemon=True)
        thread.start()
        self._threads.add(thread)

    def _run(self) -> None:
        try:
            while True:
                with self._changed:
                    seen = self._news
                if not self._work() and not self._stays(seen):
                    return
        finally:
            with self._changed:
                self._threads.discard(threading.current_thread())

    def _stays(self, seen: int) -> bool:
        """Wait for news that the worker has not seen; False if it is surplus or the pool is finished."""
        with self._changed:
            while self._news == seen:
                finished = self._closed and not self._admissions
                if finished or self._limits.shrinks(len(self._threads), 0):
                    self._threads.discard(threading.current_thread())
                    return False
                self._changed.wait()
            return True

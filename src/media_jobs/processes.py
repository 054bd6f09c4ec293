"""One child process at a time: bounded output, a deadline, and nothing left behind."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from media_jobs.errors import FFmpegError, FFmpegTimeoutError, JobCancelledError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from media_jobs.cancellation import Cancellation

_READ_BYTES = 65_536


class Tail:
    """The last `limit` bytes of what was added."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = bytearray()
        self.cut = False

    def add(self, data: bytes) -> None:
        """Append, and forget what is too old."""
        self._kept += data
        if len(self._kept) > self._limit:
            self.cut = True
            del self._kept[: -self._limit]

    def text(self) -> str:
        """Return it as text; bytes that are no UTF-8 are replaced."""
        return self._kept.decode("utf-8", "replace")


@dataclass(frozen=True)
class ProcessResult:
    """How a process ended. `stdout_cut`: it wrote more than was kept."""

    returncode: int
    stdout: str
    stderr: str
    stdout_cut: bool


def run_process(
    command: Sequence[str],
    timeout_seconds: float,
    cancellation: Cancellation,
    *,
    stdout_limit: int,
    stderr_limit: int,
    monotonic: Callable[[], float] = time.monotonic,
) -> ProcessResult:
    """Run a command without a shell and return how it ended, with the last bytes of its output.

    It leads a process group of its own. When the time is over or the work is cancelled the whole group is
    killed, and FFmpegTimeoutError or JobCancelledError raised; the process is reaped in every case.
    """
    name = os.path.basename(command[0])  # noqa: PTH119 - a name for messages, no path work
    deadline = monotonic() + timeout_seconds

    def remaining() -> float:
        return deadline - monotonic()

    try:
        process = subprocess.Popen(  # noqa: S603 - a list, no shell; the program is ffmpeg or ffprobe
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise FFmpegError(f"{name} could not be started: {error}") from error
    assert process.stdout is not None  # noqa: S101 - PIPE above
    assert process.stderr is not None  # noqa: S101 - PIPE above

    def kill() -> None:
        # PermissionError: macOS, when only a process that ended but was not reaped yet is left in the group.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)

    stdout, stderr = Tail(stdout_limit), Tail(stderr_limit)
    in_time = False
    try:
        # Reaping waits until nobody can call `kill` any more: the id would be free for another process.
        with cancellation.interrupting(kill):
            in_time = _drain({process.stdout: stdout, process.stderr: stderr}, remaining)
        if in_time:
            process.wait(max(0.0, remaining()))
    except subprocess.TimeoutExpired:
        in_time = False
    finally:
        if not in_time:
            kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()
    if cancellation.cancelled:
        raise JobCancelledError(f"{name} was killed because its job was cancelled")
    if not in_time:
        raise FFmpegTimeoutError(f"{name} timed out: killed after {timeout_seconds:g} seconds")
    return ProcessResult(process.returncode, stdout.text(), stderr.text(), stdout.cut)


def _drain(pipes: dict[IO[bytes], Tail], remaining: Callable[[], float]) -> bool:
    """Read the pipes to their ends; False if the time was over first."""
    with selectors.DefaultSelector() as selector:
        for pipe, tail in pipes.items():
            selector.register(pipe, selectors.EVENT_READ, tail)
        while selector.get_map():
            seconds = remaining()
            if seconds <= 0:
                return False
            for key, _ in selector.select(seconds):
                data = os.read(key.fd, _READ_BYTES)
                if data:
                    key.data.add(data)
                else:
                    selector.unregister(key.fileobj)
    return True

"""Tiny media made by ffmpeg itself, gates for runners, and queues that are always shut down."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from media_jobs import Cancellation, MediaJob, MediaJobQueue
from sql_port.sqlite import SqliteDatabase

PATIENCE_SECONDS = 60


def _make(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y", *arguments], check=True)


@pytest.fixture(scope="session")
def ffmpeg() -> str:
    """The path of ffmpeg; skips the test where it is not installed."""
    found = shutil.which("ffmpeg")
    if found is None or shutil.which("ffprobe") is None:
        pytest.skip("ffmpeg and ffprobe are not installed")
    return found


@pytest.fixture(scope="session")
def media(ffmpeg: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of inputs; nobody writes to it."""
    folder = tmp_path_factory.mktemp("media")
    # Odd size, no sound: half a second of red, half a second of blue.
    colours = [f"color=c={colour}:size=33x17:rate=10:duration=0.5,format=rgb24" for colour in ("red", "blue")]
    inputs = [argument for colour in colours for argument in ("-f", "lavfi", "-i", colour)]
    _make(*inputs, "-filter_complex", "[0:v][1:v]concat", str(folder / "odd.gif"))
    _make("-f", "lavfi", "-i", "color=c=green:size=16x16", "-frames:v", "1", str(folder / "still.png"))
    _make(
        *("-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=2"),
        *("-f", "lavfi", "-i", "sine=duration=2", "-shortest"),
        *("-metadata", "title=Secret", "-metadata", "location=+59.3+018.0/"),
        *("-metadata:s:a", "handler_name=Private microphone", "-pix_fmt", "yuv420p"),
        str(folder / "sound.mp4"),
    )
    _make("-f", "lavfi", "-i", "sine=duration=0.2", str(folder / "sound.wav"))
    return folder


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], None]:
    """Wait for something that other threads or processes bring about; fail only after a minute."""

    def wait(happened: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        pause = threading.Event()
        while not happened():
            assert time.monotonic() < deadline, "it did not happen"
            pause.wait(0.005)

    return wait


@pytest.fixture
def alive() -> Callable[[int], bool]:
    """Whether a process runs; one that has ended but was not reaped by its new parent yet does not."""

    def runs(process_id: int) -> bool:
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            return False
        state = Path(f"/proc/{process_id}/stat")
        try:
            return state.read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return not state.parent.parent.exists()

    return runs


class Gate:
    """A runner that stops every job until it is opened, or until the job is cancelled."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.stopped: list[str] = []
        self._begun = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._is_open = False
        self._waiting: list[threading.Event] = []

    def __call__(self, job: MediaJob, cancellation: Cancellation) -> None:
        woken = threading.Event()
        with self._lock:
            self.order.append(job.job_type)
            self._waiting.append(woken)
            if self._is_open:
                woken.set()
        self._begun.release()
        with cancellation.interrupting(woken.set):
            woken.wait()
        if cancellation.cancelled:
            with self._lock:
                self.stopped.append(job.job_type)

    def open(self) -> None:
        """Let every job through, those to come as well."""
        with self._lock:
            self._is_open = True
            for woken in self._waiting:
                woken.set()

    def wait_for(self, jobs: int) -> None:
        """Wait until so many more jobs have begun."""
        for _ in range(jobs):
            assert self._begun.acquire(timeout=PATIENCE_SECONDS), "no job began"


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.open()


@pytest.fixture
def make_queue() -> Iterator[Callable[..., MediaJobQueue]]:
    made: list[tuple[MediaJobQueue, SqliteDatabase]] = []

    def make(*arguments: int, **options: Any) -> MediaJobQueue:
        database = options.pop("database", None) or SqliteDatabase()
        queue = MediaJobQueue(*arguments, database=database, **options)
        made.append((queue, database))
        return queue

    yield make
    for queue, database in made:
        queue.shutdown(wait=False)
        queue.shutdown(wait=True)
        database.close()

"""The queue with real threads. Gates and events decide what happens when, never the clock."""

from __future__ import annotations

import itertools
import os
import shlex
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import media_jobs
from media_jobs import (
    Cancellation,
    InvalidJobError,
    InvalidSettingsError,
    JobNotFoundError,
    JobPriority,
    JobStatus,
    JobStore,
    MediaJob,
    MediaJobError,
    MediaJobQueue,
    QueueClosedError,
    job_request,
)
from sql_port.sqlite import SqliteDatabase

MakeQueue = Callable[..., MediaJobQueue]
Eventually = Callable[[Callable[[], object]], None]
ENDLESS = ["-re", "-f", "lavfi", "-i", "testsrc=size=16x16:rate=5"]


def submit(queue: MediaJobQueue, name: str = "job", priority: JobPriority = JobPriority.NORMAL) -> str:
    return queue.submit_job(name, "in.gif", "out.mp4", ["-i", "in.gif", "out.mp4"], priority)


def do_nothing(job: MediaJob, cancellation: Cancellation) -> None:
    """Succeed."""


def test_two_hundred_quick_jobs_from_many_threads_each_run_once(make_queue: MakeQueue) -> None:
    ran: Counter[str] = Counter()
    lock = threading.Lock()

    def run(job: MediaJob, cancellation: Cancellation) -> None:
        with lock:
            ran[job.job_id] += 1
        if job.priority is JobPriority.LOW:
            raise MediaJobError("as planned")

    queue = make_queue(runner=run)
    ids: list[str] = []

    def submit_fifty() -> None:
        for _ in range(5):
            for priority in (*JobPriority, *[JobPriority.NORMAL] * 6):
                job_id = submit(queue, "quick", priority)
                with lock:
                    ids.append(job_id)

    submitters = [threading.Thread(target=submit_fifty) for _ in range(4)]
    for thread in submitters:
        thread.start()
    for thread in submitters:
        thread.join()
    queue.shutdown(wait=True)
    assert len(set(ids)) == 200
    assert ran == Counter(ids)
    metrics = queue.get_metrics()
    assert (metrics.total_jobs_processed, metrics.completed_jobs, metrics.failed_jobs) == (200, 180, 20)
    assert (metrics.queue_size, metrics.running_jobs, metrics.cancelled_jobs) == (0, 0, 0)
    assert metrics.active_workers == 0


def test_one_worker_runs_by_priority_and_then_in_order(make_queue: MakeQueue, gate: Any) -> None:
    queue = make_queue(1, 1, runner=gate)
    submit(queue, "first")
    gate.wait_for(1)
    order = [JobPriority.LOW, JobPriority.NORMAL, JobPriority.CRITICAL, JobPriority.HIGH]
    for number, priority in itertools.product((1, 2, 3), order):
        submit(queue, f"{priority.name}{number}", priority)
    gate.open()
    queue.shutdown(wait=True)
    assert gate.order == [
        "first",
        *[f"{priority.name}{number}" for priority in sorted(JobPriority) for number in (1, 2, 3)],
    ]


def test_the_pool_starts_small_grows_with_the_queue_and_shrinks_when_it_is_empty(
    make_queue: MakeQueue, gate: Any, eventually: Eventually
) -> None:
    queue = make_queue(1, 4, 3, 2, runner=gate)
    assert queue.get_metrics().active_workers == 1
    submit(queue)
    gate.wait_for(1)
    for _ in range(2):
        submit(queue)
    assert queue.get_metrics().active_workers == 1
    submit(queue)
    assert queue.get_metrics().active_workers == 2
    gate.wait_for(1)
    for _ in range(20):
        submit(queue)
    assert queue.get_metrics().active_workers == 4
    gate.wait_for(2)
    metrics = queue.get_metrics()
    assert (metrics.running_jobs, metrics.queue_size) == (4, 20)
    gate.open()
    eventually(lambda: queue.get_metrics().total_jobs_processed == 24)
    eventually(lambda: queue.get_metrics().active_workers == 1)
    submit(queue)
    queue.shutdown(wait=True)
    assert queue.get_metrics().total_jobs_processed == 25


def test_a_pool_that_may_not_shrink_keeps_its_workers(
    make_queue: MakeQueue, gate: Any, eventually: Eventually
) -> None:
    queue = make_queue(1, 2, 1, 0, runner=gate)
    submit(queue)
    gate.wait_for(1)
    submit(queue)
    gate.wait_for(1)
    gate.open()
    eventually(lambda: queue.get_metrics().total_jobs_processed == 2)
    assert queue.get_metrics().active_workers == 2


def test_a_backlog_found_at_the_start_makes_the_pool_grow(gate: Any, make_queue: MakeQueue) -> None:
    database = SqliteDatabase()
    store = JobStore(database)
    for number in range(6):
        store.add(job_request(f"old{number}", "in.gif", "out.mp4", []), 0.0)
    make_queue(1, 3, 3, 1, runner=gate, database=database)
    gate.wait_for(3)


def test_the_defaults_are_the_documented_ones(
    make_queue: MakeQueue, gate: Any, eventually: Eventually
) -> None:
    queue = make_queue(runner=gate)
    assert queue.get_metrics().active_workers == 2
    for _ in range(2):
        submit(queue)
    gate.wait_for(2)
    for _ in range(4):
        submit(queue)
    assert queue.get_metrics().active_workers == 2
    submit(queue)
    assert queue.get_metrics().active_workers == 3
    for _ in range(40):
        submit(queue)
    assert queue.get_metrics().active_workers == 10


@pytest.mark.parametrize("sizes", [(0, 1), (3, 2), (1, 2, 1, 2)])
def test_sizes_that_contradict_each_other_start_nothing(sizes: tuple[int, ...]) -> None:
    before = threading.active_count()
    with pytest.raises(InvalidSettingsError):
        MediaJobQueue(*sizes)
    assert threading.active_count() == before


def test_a_job_shows_its_life(make_queue: MakeQueue, gate: Any) -> None:
    ticks = itertools.count(100.0, 1.0)
    queue = make_queue(1, 1, runner=gate, clock=lambda: next(ticks))
    running = submit(queue, "transcode", JobPriority.HIGH)
    gate.wait_for(1)
    pending = queue.submit_job("x", Path("a.gif"), Path("b.mp4"), [], timeout_seconds=5, metadata={"a": [1]})
    job = queue.get_job_status(running)
    assert (job.job_id, job.job_type, job.status, job.priority) == (
        running,
        "transcode",
        JobStatus.RUNNING,
        JobPriority.HIGH,
    )
    assert job.started_at is not None
    assert (job.created_at < job.started_at, job.completed_at, job.error) == (True, None, None)
    waiting = queue.get_job_status(pending)
    assert (waiting.status.value, waiting.started_at, waiting.completed_at) == ("pending", None, None)
    assert (waiting.timeout_seconds, waiting.metadata, waiting.input_path) == (5, {"a": [1]}, "a.gif")
    gate.open()
    queue.shutdown(wait=True)
    done = queue.get_job_status(running)
    assert done.status is JobStatus.COMPLETED
    assert done.started_at is not None
    assert done.completed_at is not None
    assert done.completed_at > done.started_at
    assert queue.get_metrics().average_job_duration > 0.0


def test_a_queue_without_a_database_keeps_its_jobs_in_memory() -> None:
    queue = MediaJobQueue(1, 1, runner=do_nothing)
    job_id = submit(queue)
    assert queue.get_metrics().average_job_duration >= 0.0
    queue.shutdown()
    assert queue.get_job_status(job_id).status is JobStatus.COMPLETED
    queue._store._database.close()  # type: ignore[attr-defined]


def test_an_unknown_job_is_not_found(make_queue: MakeQueue) -> None:
    queue = make_queue()
    with pytest.raises(JobNotFoundError, match="no job 'nobody'") as caught:
        queue.get_job_status("nobody")
    assert caught.value.code == "job_not_found"
    assert isinstance(caught.value, LookupError)
    assert queue.cancel_job("nobody") is False
    assert queue.get_metrics().average_job_duration == 0.0


def test_an_invalid_job_is_not_queued(make_queue: MakeQueue) -> None:
    queue = make_queue()
    with pytest.raises(InvalidJobError):
        queue.submit_job("", "a", "b", [])
    assert queue.get_metrics().queue_size == 0


@pytest.mark.parametrize(
    ("raised", "error", "code"),
    [
        (MediaJobError("no luck"), "no luck", "media_job_error"),
        (KeyError("lost"), "KeyError: 'lost'", "runner_error"),
        (SystemExit(3), "SystemExit: 3", "runner_error"),
    ],
)
def test_whatever_a_runner_raises_fails_its_job_and_not_its_worker(
    make_queue: MakeQueue, raised: BaseException, error: str, code: str
) -> None:
    def run(job: MediaJob, cancellation: Cancellation) -> None:
        if job.job_type == "bad":
            raise raised

    queue = make_queue(1, 1, runner=run)
    bad, good = submit(queue, "bad"), submit(queue, "good")
    queue.shutdown(wait=True)
    job = queue.get_job_status(bad)
    assert (job.status, job.error, job.error_code) == (JobStatus.FAILED, error, code)
    assert queue.get_job_status(good).status is JobStatus.COMPLETED


def test_a_pending_job_is_cancelled_and_never_runs(make_queue: MakeQueue, gate: Any) -> None:
    queue = make_queue(1, 1, runner=gate)
    submit(queue, "running")
    gate.wait_for(1)
    pending = submit(queue, "pending")
    assert queue.cancel_job(pending) is True
    assert queue.cancel_job(pending) is False
    job = queue.get_job_status(pending)
    assert (job.status, job.started_at, job.error) == (JobStatus.CANCELLED, None, None)
    gate.open()
    queue.shutdown(wait=True)
    assert gate.order == ["running"]
    assert queue.get_metrics().cancelled_jobs == 1


def test_a_running_job_is_left_alone_unless_asked_for(
    make_queue: MakeQueue, gate: Any, eventually: Eventually
) -> None:
    queue = make_queue(1, 1, runner=gate)
    job_id = submit(queue, "running")
    gate.wait_for(1)
    assert queue.cancel_job(job_id) is False
    assert queue.get_job_status(job_id).status is JobStatus.RUNNING
    assert queue.cancel_job(job_id, running=True) is True
    eventually(lambda: gate.stopped == ["running"])
    queue.shutdown(wait=True)
    assert queue.get_job_status(job_id).status is JobStatus.CANCELLED
    assert queue.cancel_job(job_id, running=True) is False


def test_cancelling_races_with_running_and_somebody_wins(make_queue: MakeQueue) -> None:
    ran: list[str] = []

    def run(job: MediaJob, cancellation: Cancellation) -> None:
        ran.append(job.job_id)

    queue = make_queue(4, 4, runner=run)
    cancelled = [job_id for job_id in (submit(queue) for _ in range(100)) if queue.cancel_job(job_id)]
    queue.shutdown(wait=True)
    assert not set(cancelled) & set(ran)
    assert len(cancelled) + len(ran) == 100
    metrics = queue.get_metrics()
    assert (metrics.cancelled_jobs, metrics.completed_jobs) == (len(cancelled), len(ran))


def test_a_job_cancelled_between_its_lease_and_its_start_does_not_start(make_queue: MakeQueue) -> None:
    ran: list[str] = []
    cancelled: list[bool] = []

    class Meddler(SqliteDatabase):
        def execute(self, statement: str, *parameters: Any) -> list[dict[str, Any]]:
            rows = super().execute(statement, *parameters)
            if "SET lease_expires_at" not in statement:
                return rows
            return rows if not rows or cancelled else self._cancel(statement, parameters, rows[0]["job_id"])

        def _cancel(self, statement: str, parameters: Any, job_id: str) -> list[dict[str, Any]]:
            cancelled.append(JobStore(self).cancel(job_id, 0.0, running=True))
            return super().execute(statement, *parameters)

    queue = make_queue(1, 1, runner=lambda job, _: ran.append(job.job_type), database=Meddler())
    job_id = submit(queue, "cancelled")
    submit(queue, "other")
    queue.shutdown(wait=True)
    assert (cancelled, ran) == ([True], ["other"])
    assert queue.get_job_status(job_id).status is JobStatus.CANCELLED


def test_shutting_down_and_waiting_does_every_job_first(make_queue: MakeQueue, gate: Any) -> None:
    queue = make_queue(1, 2, 2, 1, runner=gate)
    ids = [submit(queue, f"job{number}") for number in range(8)]
    gate.wait_for(1)
    waiting = threading.Thread(target=queue.shutdown)
    waiting.start()
    gate.open()
    waiting.join()
    assert [queue.get_job_status(job_id).status for job_id in ids] == [JobStatus.COMPLETED] * 8
    with pytest.raises(QueueClosedError) as caught:
        submit(queue)
    assert caught.value.code == "queue_closed"
    queue.shutdown(wait=True)
    queue.shutdown(wait=False)
    assert queue.get_metrics().active_workers == 0


def test_shutting_down_at_once_cancels_what_waits_and_stops_what_runs(
    make_queue: MakeQueue, gate: Any
) -> None:
    queue = make_queue(2, 2, runner=gate)
    ids = [submit(queue, f"job{number}") for number in range(6)]
    gate.wait_for(2)
    queue.shutdown(wait=False)
    assert {queue.get_job_status(job_id).status for job_id in ids} == {JobStatus.CANCELLED}
    with pytest.raises(QueueClosedError):
        submit(queue)
    queue.shutdown(wait=True)
    assert sorted(gate.stopped) == ["job0", "job1"]
    assert len(gate.order) == 2
    metrics = queue.get_metrics()
    assert (metrics.active_workers, metrics.cancelled_jobs, metrics.total_jobs_processed) == (0, 6, 0)


def test_a_job_being_submitted_while_the_queue_is_abandoned_is_cancelled(make_queue: MakeQueue) -> None:
    ran: list[str] = []

    class Interrupted(JobStore):
        """Shuts its queue down in the middle of a submission."""

        def add(self, request: Any, now: float) -> MediaJob:
            queue.shutdown(wait=False)
            return super().add(request, now)

    database = SqliteDatabase()
    queue = make_queue(2, 2, runner=lambda job, _: ran.append(job.job_type), database=database)
    queue._store = Interrupted(database)
    job_id = submit(queue)
    queue.shutdown(wait=True)
    assert queue.get_job_status(job_id).status is JobStatus.CANCELLED
    assert ran == []


def test_jobs_of_a_process_that_died_are_run_again_and_not_for_ever(
    tmp_path: Path, make_queue: MakeQueue
) -> None:
    database = SqliteDatabase(str(tmp_path / "jobs.sqlite"))
    store = JobStore(database)
    ids = [
        store.add(job_request(name, "in.gif", "out.mp4", []), 0.0).job_id
        for name in ("dying", "deadly", "new")
    ]
    for _ in range(3):
        store.recover(1.0)
        store.lease("dead", 1.0, 60)
        assert store.lease("dead", 1.0, 60) is not None
    database.execute("UPDATE media_jobs SET attempts = 1 WHERE job_id = ?", ids[0])
    queue = make_queue(1, 1, runner=do_nothing, database=database)
    queue.shutdown(wait=True)
    jobs = [queue.get_job_status(job_id) for job_id in ids]
    assert [(job.status.value, job.attempts) for job in jobs] == [
        ("completed", 2),
        ("failed", 3),
        ("completed", 1),
    ]
    assert jobs[1].error_code == "attempts_exhausted"


def test_an_endless_ffmpeg_is_killed_by_its_timeout(
    ffmpeg: str, tmp_path: Path, make_queue: MakeQueue
) -> None:
    output = tmp_path / "out.gif"
    queue = make_queue(1, 1)
    arguments = [*ENDLESS, str(output)]
    job_id = queue.submit_job("endless", "testsrc", output, arguments, timeout_seconds=0.5)
    queue.shutdown(wait=True)
    job = queue.get_job_status(job_id)
    assert (job.status, job.error_code) == (JobStatus.FAILED, "ffmpeg_timeout")
    assert job.error == "ffmpeg timed out: killed after 0.5 seconds"
    assert list(tmp_path.iterdir()) == []


def test_cancelling_a_running_ffmpeg_leaves_no_process_and_no_file(
    ffmpeg: str,
    tmp_path: Path,
    make_queue: MakeQueue,
    monkeypatch: pytest.MonkeyPatch,
    eventually: Eventually,
) -> None:
    noted = note_process_id(ffmpeg, tmp_path / "bin", monkeypatch)
    folder = tmp_path / "work"
    folder.mkdir()
    queue = make_queue(1, 1)
    job_id = queue.submit_job("endless", "testsrc", folder / "out.gif", [*ENDLESS, str(folder / "out.gif")])
    eventually(lambda: noted.exists() and noted.read_text())
    assert queue.cancel_job(job_id, running=True)
    queue.shutdown(wait=True)
    job = queue.get_job_status(job_id)
    assert (job.status, job.error) == (JobStatus.CANCELLED, None)
    with pytest.raises(ProcessLookupError):
        os.kill(int(noted.read_text()), 0)
    assert list(folder.iterdir()) == []


def note_process_id(ffmpeg: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put an ffmpeg first on PATH that writes down its process id and then is the real one."""
    folder.mkdir()
    noted = folder / "id"
    program = folder / "ffmpeg"
    program.write_text(f'#!/bin/sh\necho $$ > {shlex.quote(str(noted))}\nexec {shlex.quote(ffmpeg)} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    return noted


def test_a_program_that_ends_without_a_shutdown_kills_what_runs(
    ffmpeg: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    eventually: Eventually,
    alive: Callable[[int], bool],
) -> None:
    noted = note_process_id(ffmpeg, tmp_path / "bin", monkeypatch)
    output = tmp_path / "out.gif"
    script = f"""
import pathlib, sys, threading
sys.path.insert(0, {str(Path(media_jobs.__file__).parents[1])!r})
from media_jobs import MediaJobQueue
queue = MediaJobQueue(1, 1)
queue.submit_job("endless", "testsrc", {str(output)!r}, {[*ENDLESS, str(output)]!r})
noted, pause = pathlib.Path({str(noted)!r}), threading.Event()
while not (noted.exists() and noted.read_text()):
    pause.wait(0.01)
"""
    subprocess.run([sys.executable, "-I", "-c", script], check=True, timeout=60)
    process_id = int(noted.read_text())
    eventually(lambda: not alive(process_id))
    assert [path.name for path in tmp_path.iterdir()] == ["bin"]


def test_a_missing_ffmpeg_fails_the_job_with_a_clear_error(
    tmp_path: Path, make_queue: MakeQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    queue = make_queue(1, 1)
    job_id = queue.submit_job(
        "t", "in.gif", tmp_path / "out.mp4", ["-i", "in.gif", str(tmp_path / "out.mp4")]
    )
    queue.shutdown(wait=True)
    job = queue.get_job_status(job_id)
    assert (job.status, job.error_code) == (JobStatus.FAILED, "ffmpeg_not_found")
    assert list(tmp_path.iterdir()) == []


def test_a_custom_command_runs_as_it_was_given(
    media: Path, tmp_path: Path, make_queue: MakeQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "input.mp4").write_bytes((media / "sound.mp4").read_bytes())
    queue = make_queue(1, 1)
    whole = queue.submit_job(
        job_type="transcode",
        input_path="input.mp4",
        output_path="output.mp4",
        ffmpeg_args=["-i", "input.mp4", "-c:v", "libx264", "-c:a", "aac", "output.mp4"],
        priority=JobPriority.HIGH,
        timeout_seconds=300,
    )
    frames = queue.submit_job(
        "frames", "input.mp4", "f%02d.png", ["-i", "input.mp4", "-frames:v", "3", "f%02d.png"]
    )
    broken = queue.submit_job("broken", "input.mp4", "x.mp4", ["-i", "input.mp4", "-c:v", "nothing", "x.mp4"])
    queue.shutdown(wait=True)
    assert queue.get_job_status(whole).error is None
    assert queue.get_job_status(frames).error is None
    assert "Unknown encoder 'nothing'" in (queue.get_job_status(broken).error or "")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["f01.png", "f02.png", "f03.png", "input.mp4", "output.mp4"]


DOCUMENTED = """
from media_jobs import MediaJobQueue, JobPriority, JobStatus, create_transcode_job, create_thumbnail_job

# Initialize job queue with autoscaling
queue = MediaJobQueue(
    min_workers=2,           # Minimum worker threads
    max_workers=10,          # Maximum worker threads
    scale_up_threshold=5,    # Scale up when queue has 5+ jobs
    scale_down_threshold=2   # Scale down when queue has <2 jobs
)

# Submit a custom media processing job
job_id = queue.submit_job(
    job_type="transcode",
    input_path="input.mp4",
    output_path="output.mp4",
    ffmpeg_args=["-i", "input.mp4", "-c:v", "libx264", "-c:a", "aac", "output.mp4"],
    priority=JobPriority.HIGH,
    timeout_seconds=300
)

# Or use convenience functions
transcode_job_id = create_transcode_job(
    queue=queue,
    input_path="video.mp4",
    output_path="video_h264.mp4",
    video_codec="libx264",
    audio_codec="aac",
    bitrate="2M",
    priority=JobPriority.CRITICAL
)

thumbnail_job_id = create_thumbnail_job(
    queue=queue,
    input_path="video.mp4",
    output_path="thumbnail.jpg",
    timestamp="00:00:05",
    width=640,
    priority=JobPriority.NORMAL
)

# Check job status
job = queue.get_job_status(job_id)
print(f"Status: {job.status.value}")
print(f"Started: {job.started_at}")
print(f"Completed: {job.completed_at}")

# Get worker pool metrics
metrics = queue.get_metrics()
print(f"Active workers: {metrics.active_workers}")
print(f"Queue size: {metrics.queue_size}")
print(f"Jobs processed: {metrics.total_jobs_processed}")
print(f"Avg duration: {metrics.average_job_duration:.2f}s")

# Cancel a pending job
if queue.cancel_job(job_id):
    print("Job cancelled")

# Graceful shutdown
queue.shutdown(wait=True)
"""


@pytest.mark.parametrize("with_files", [False, True])
def test_the_documented_example_runs(
    media: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    with_files: bool,
) -> None:
    monkeypatch.chdir(tmp_path)
    if with_files:
        for name in ("input.mp4", "video.mp4"):
            (tmp_path / name).write_bytes((media / "sound.mp4").read_bytes())
    names: dict[str, Any] = {}
    exec(DOCUMENTED, names)  # noqa: S102 - the example of the documents, word for word
    assert capsys.readouterr().out.startswith("Status: ")
    queue = names["queue"]
    jobs = [queue.get_job_status(names[name]) for name in ("transcode_job_id", "thumbnail_job_id")]
    if with_files:
        assert [job.error for job in jobs] == [None, None]
        assert (tmp_path / "thumbnail.jpg").stat().st_size > 0
    else:
        assert all("video.mp4: No such file or directory" in job.error for job in jobs)
        assert list(tmp_path.iterdir()) == []
    queue._store._database.close()

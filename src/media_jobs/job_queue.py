"""The documented queue: jobs in SQL, worked off by threads of this process."""

from __future__ import annotations

import atexit
import math
import secrets
import threading
import time
from typing import TYPE_CHECKING, Any

from media_jobs.cancellation import Cancellation
from media_jobs.errors import MediaJobError
from media_jobs.jobs import JobPriority, Lease, MediaJob, WorkerPoolMetrics, job_request
from media_jobs.pool import PoolLimits, WorkerPool
from media_jobs.runner import run_job
from media_jobs.store import JobStore
from sql_port import in_process

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping, Sequence

    from sql_port import Database

EXIT_SECONDS = 5


class MediaJobQueue:
    """Runs media jobs in order of priority, on as many threads as the load asks for.

    The pool starts with `min_workers`. While `scale_up_threshold` jobs or more wait, each job that is
    submitted or begun starts one more worker, up to `max_workers`; a worker with nothing to do ends while
    fewer than `scale_down_threshold` jobs wait, down to `min_workers`. A waiting job is never left for the
    sake of shrinking. `JobStore` states the order.

    `runner` does one job and raises to fail it; `database` keeps the jobs (in memory unless given, and for
    one queue at a time: jobs that were running in it when the queue starts are run again, three times in
    all). Without `shutdown` the end of the program cancels what is left and kills what runs.
    """

    def __init__(
        self,
        min_workers: int = 2,
        max_workers: int = 10,
        scale_up_threshold: int = 5,
        scale_down_threshold: int = 2,
        *,
        runner: Callable[[MediaJob, Cancellation], None] = run_job,
        database: Database | None = None,
        clock: Callable[[], float] = time.time,
        token_hex: Callable[[int], str] = secrets.token_hex,
    ) -> None:
        limits = PoolLimits(min_workers, max_workers, scale_up_threshold, scale_down_threshold)
        self._runner = runner
        self._clock = clock
        self._store = JobStore(database or in_process(), token_hex=token_hex)
        self._running: dict[str, Cancellation] = {}
        self._running_lock = threading.Lock()
        self._abandoned = False
        self._store.recover(clock())
        self._pool = WorkerPool(limits, self._work)
        self._pool.start()
        atexit.register(self._end_with_the_program)

    def submit_job(
        self,
        job_type: str,
        input_path: str | os.PathLike[str],
        output_path: str | os.PathLike[str],
        ffmpeg_args: Sequence[str],
        priority: JobPriority = JobPriority.NORMAL,
        timeout_seconds: float = 300,
        metadata: Mapping[str, Any] | None = None,
    ) -> str:
        """Queue a job and return its id; raise InvalidJobError or QueueClosedError.

        `ffmpeg_args` is the whole command line after `ffmpeg`, inputs and outputs included. It is run as
        given, without a shell; unlike the helpers' commands it is not kept from other protocols or playlists,
        so add `-protocol_whitelist file,pipe` where the input is not trusted. Where it names `output_path`
        the file appears there only when ffmpeg has succeeded. `metadata` must be JSON.
        """
        request = job_request(
            job_type, input_path, output_path, ffmpeg_args, priority, timeout_seconds, metadata
        )
        with self._pool.admission():
            job = self._store.add(request, self._clock())
            self._pool.grow(self._store.totals().pending)
        return job.job_id

    def get_job_status(self, job_id: str) -> MediaJob:
        """Return the job as it is now; raise JobNotFoundError. The newest 10,000 finished jobs are known."""
        return self._store.get(job_id)

    def cancel_job(self, job_id: str, *, running: bool = False) -> bool:
        """Cancel a pending job; True if it was cancelled.

        A job that already runs is left alone (False) unless `running` is set: then its ffmpeg is killed. A
        job that is unknown or finished gives False too.
        """
        cancelled = self._store.cancel(job_id, self._clock(), running=running)
        if cancelled:
            self._stop(job_id)
        return cancelled

    def get_metrics(self) -> WorkerPoolMetrics:
        """Return the counts as they are now."""
        totals = self._store.totals()
        processed = totals.completed + totals.failed
        return WorkerPoolMetrics(
            active_workers=self._pool.size,
            queue_size=totals.pending,
            total_jobs_processed=processed,
            average_job_duration=totals.processed_seconds / processed if processed else 0.0,
            running_jobs=totals.running,
            completed_jobs=totals.completed,
            failed_jobs=totals.failed,
            cancelled_jobs=totals.cancelled,
        )

    def shutdown(self, wait: bool = True) -> None:
        """Take no more jobs. Calling it again is fine; statuses and metrics stay readable.

        `wait=True` returns when every queued job is done. `wait=False` cancels the pending jobs, kills the
        running ones (CANCELLED too) and returns at once, while the workers tidy up.
        """
        self._pool.close()
        if wait:
            self._pool.join()
            atexit.unregister(self._end_with_the_program)
        else:
            self._abandoned = True
            self._store.cancel_all(self._clock())
            self._stop(None)

    def _end_with_the_program(self) -> None:
        self.shutdown(wait=False)
        # The workers still remove half-written files. A runner may ignore its cancellation: do not wait long.
        self._pool.join(EXIT_SECONDS)

    def _stop(self, job_id: str | None) -> None:
        """Stop the runner of that job, or of every job."""
        with self._running_lock:
            found = [stop for running, stop in self._running.items() if job_id in (None, running)]
        for cancellation in found:
            cancellation.cancel()

    def _work(self) -> bool:
        """Do the job whose turn it is; False if there is none."""
        if self._abandoned:
            self._store.cancel_all(self._clock())
            return False
        # For ever: the threads of this process do not vanish one by one, and a jump of the clock, or a laptop
        # that slept, must not start a job twice. A restart takes leases back.
        lease = self._store.lease(threading.current_thread().name, self._clock(), math.inf)
        if lease is None:
            return False
        self._pool.grow(self._store.totals().pending)
        cancellation = Cancellation()
        with self._running_lock:
            self._running[lease.job.job_id] = cancellation
        try:
            # A cancellation between the lease and the line above found nothing to stop.
            if self._store.heartbeat(lease.lease_id, self._clock(), math.inf):
                self._run(lease, cancellation)
        finally:
            with self._running_lock:
                del self._running[lease.job.job_id]
        return True

    def _run(self, lease: Lease, cancellation: Cancellation) -> None:
        try:
            self._runner(lease.job, cancellation)
        except MediaJobError as error:
            self._store.fail(lease.lease_id, self._clock(), str(error), error.code)
        except BaseException as error:  # noqa: BLE001 - whatever a runner raises belongs to its job
            text = f"{type(error).__name__}: {error}"
            self._store.fail(lease.lease_id, self._clock(), text, "runner_error")
        else:
            self._store.complete(lease.lease_id, self._clock())

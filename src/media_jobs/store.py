"""Jobs in SQL: whose turn it is, who holds which job, and how it ended.

The in-process queue and the `MediaJobs` Durable Object keep their jobs here. A runner leases a job and
reports under the id of that lease. Once a lease has run out and the job was given back, or the job was
cancelled, reports under the old id are refused (`False`), so a slow runner cannot overwrite another's result.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

from media_jobs.errors import InvalidSettingsError, JobNotFoundError
from media_jobs.jobs import JobPriority, JobRequest, JobTotals, Lease, MediaJob
from media_jobs.states import JobEvent, JobStatus, next_status
from sql_port import migrate

if TYPE_CHECKING:
    from collections.abc import Callable

    from sql_port import Database, Row, SqlValue

PATIENCE_SECONDS = 600
"""How much later than a job of the next lower priority one may come and still go first."""
MAX_ERROR_LENGTH = 2000


class JobStore:
    """The jobs of one queue.

    Order: by priority, and first come, first served within one. So that no job waits for ever, each step of
    priority is a head start of ten minutes and no more: a LOW job goes before a CRITICAL one that came more
    than thirty minutes later. A job given back keeps its turn. The newest `keep_finished` finished jobs are
    remembered, older ones only counted.
    """

    MIGRATIONS = (
        (
            "CREATE TABLE media_jobs ("
            " sequence INTEGER PRIMARY KEY,"
            " job_id TEXT NOT NULL UNIQUE,"
            " status TEXT NOT NULL,"
            " priority INTEGER NOT NULL,"
            " turn REAL NOT NULL,"
            " request TEXT NOT NULL,"
            " attempts INTEGER NOT NULL DEFAULT 0,"
            " created_at REAL NOT NULL,"
            " started_at REAL,"
            " completed_at REAL,"
            " finish_order INTEGER,"
            " error TEXT,"
            " error_code TEXT,"
            " lease_id TEXT,"
            " lease_worker TEXT,"
            " lease_expires_at REAL)"
        ),
        "CREATE INDEX media_jobs_turn ON media_jobs (status, turn, sequence)",
        "CREATE INDEX media_jobs_last_turn ON media_jobs (status, priority, turn)",
        "CREATE UNIQUE INDEX media_jobs_lease ON media_jobs (lease_id)",
        "CREATE INDEX media_jobs_expiry ON media_jobs (lease_expires_at)",
        "CREATE INDEX media_jobs_finish ON media_jobs (finish_order)",
        "CREATE TABLE media_job_totals (status TEXT PRIMARY KEY, jobs INTEGER NOT NULL, seconds REAL)",
    )

    def __init__(
        self,
        database: Database,
        *,
        max_attempts: int = 3,
        keep_finished: int = 10_000,
        token_hex: Callable[[int], str] = secrets.token_hex,
    ) -> None:
        if max_attempts < 1 or keep_finished < 1:
            raise InvalidSettingsError("max_attempts and keep_finished must be at least 1")
        self._database = database
        self._max_attempts = max_attempts
        self._keep_finished = keep_finished
        self._token_hex = token_hex
        migrate(database, "media_jobs", self.MIGRATIONS)

    def add(self, request: JobRequest, now: float) -> MediaJob:
        """Queue a job and return it."""

        def work() -> MediaJob:
            # A clock that was set back must not let a later job overtake an earlier one of its priority.
            (row,) = self._database.execute(
                "INSERT INTO media_jobs (job_id, status, priority, turn, request, created_at)"
                " VALUES (?, ?, CAST(? AS INTEGER), max(?, coalesce((SELECT max(turn) FROM media_jobs"
                " WHERE status = ? AND priority = CAST(? AS INTEGER)), 0)), ?, ?) RETURNING *",
                self._token_hex(16),
                JobStatus.PENDING.value,
                int(request.priority),
                now + int(request.priority) * PATIENCE_SECONDS,
                JobStatus.PENDING.value,
                int(request.priority),
                request.encoded,
                now,
            )
            self._count(JobStatus.PENDING, 1)
            return _job(row)

        return self._database.transaction(work)

    def get(self, job_id: str) -> MediaJob:
        """Return the job as it is now; raise JobNotFoundError."""
        return _job(self._row(job_id))

    def totals(self) -> JobTotals:
        """Return how many jobs are in which status."""
        rows = self._database.execute("SELECT status, jobs, seconds FROM media_job_totals")
        counts = dict.fromkeys(JobStatus, 0) | {JobStatus(row["status"]): row["jobs"] for row in rows}
        return JobTotals(
            pending=counts[JobStatus.PENDING],
            running=counts[JobStatus.RUNNING],
            completed=counts[JobStatus.COMPLETED],
            failed=counts[JobStatus.FAILED],
            cancelled=counts[JobStatus.CANCELLED],
            processed_seconds=sum((row["seconds"] for row in rows), 0.0),
        )

    def lease(self, worker: str, now: float, lease_seconds: float) -> Lease | None:
        """Give `worker` the job whose turn it is, after taking back what has run out; None if none waits."""
        if not lease_seconds > 0:
            raise InvalidSettingsError("lease_seconds must be above 0")

        def work() -> Lease | None:
            self.expire(now)
            waiting = self._database.execute(
                "SELECT job_id, status FROM media_jobs WHERE status = ? ORDER BY turn, sequence LIMIT 1",
                JobStatus.PENDING.value,
            )
            if not waiting:
                return None
            status = self._move(waiting[0], JobEvent.LEASE)
            lease_id = self._token_hex(16)
            (row,) = self._database.execute(
                "UPDATE media_jobs SET status = ?, attempts = attempts + 1, started_at = ?,"
                " lease_id = ?, lease_worker = ?, lease_expires_at = ? WHERE job_id = ? RETURNING *",
                status.value,
                now,
                lease_id,
                worker,
                now + lease_seconds,
                waiting[0]["job_id"],
            )
            return Lease(lease_id, _job(row), now + lease_seconds)

        return self._database.transaction(work)

    def heartbeat(self, lease_id: str, now: float, lease_seconds: float) -> bool:
        """Prolong a lease. False: it is lost (job cancelled, finished or given back), so stop the work."""
        rows = self._database.execute(
            "UPDATE media_jobs SET lease_expires_at = ? WHERE lease_id = ? AND status = ? RETURNING job_id",
            now + lease_seconds,
            lease_id,
            JobStatus.RUNNING.value,
        )
        return bool(rows)

    def complete(self, lease_id: str, now: float) -> bool:
        """Report success. True, on every call, if this lease completed the job; False if it was lost."""
        return self._report(lease_id, JobEvent.COMPLETE, now)

    def fail(self, lease_id: str, now: float, error: str, error_code: str) -> bool:
        """Report failure, which is final. True, on every call, if this lease failed the job."""
        return self._report(lease_id, JobEvent.FAIL, now, error, error_code)

    def expire(self, now: float) -> list[MediaJob]:
        """Take back jobs whose lease has run out: to the queue, or to FAILED after the last attempt."""
        return self._take_back("lease_expires_at <= ? ORDER BY lease_expires_at, sequence", now, now)

    def recover(self, now: float) -> list[MediaJob]:
        """Take back, like `expire`, every job that runs: for a queue whose runners ended with its process."""
        return self._take_back("status = ? ORDER BY turn, sequence", JobStatus.RUNNING.value, now)

    def cancel(self, job_id: str, now: float, *, running: bool = False) -> bool:
        """Cancel a pending job, with `running` also one that runs. False: unknown, finished or running."""
        allowed = (JobStatus.PENDING, JobStatus.RUNNING) if running else (JobStatus.PENDING,)

        def work() -> bool:
            try:
                row = self._row(job_id)
            except JobNotFoundError:
                return False
            if row["status"] not in allowed:
                return False
            self._finish(row, JobEvent.CANCEL, now)
            return True

        return self._database.transaction(work)

    def cancel_all(self, now: float) -> int:
        """Cancel every job that waits or runs; return how many."""

        def work() -> int:
            rows = self._database.execute(
                "SELECT * FROM media_jobs WHERE status IN (?, ?)",
                JobStatus.PENDING.value,
                JobStatus.RUNNING.value,
            )
            for row in rows:
                self._finish(row, JobEvent.CANCEL, now)
            return len(rows)

        return self._database.transaction(work)

    def _row(self, job_id: str) -> Row:
        rows = self._database.execute("SELECT * FROM media_jobs WHERE job_id = ?", job_id)
        if not rows:
            raise JobNotFoundError(f"no job {job_id!r}")
        return rows[0]

    def _take_back(self, which: str, value: SqlValue, now: float) -> list[MediaJob]:
        def take(row: Row) -> MediaJob:
            if row["attempts"] >= self._max_attempts:
                error = f"no result after {row['attempts']} attempts; the last was by {row['lease_worker']}"
                return self._finish(row, JobEvent.EXHAUST, now, error, "attempts_exhausted")
            status = self._move(row, JobEvent.EXPIRE)
            (moved,) = self._database.execute(
                "UPDATE media_jobs SET status = ?, started_at = NULL, lease_id = NULL,"
                " lease_expires_at = NULL WHERE job_id = ? RETURNING *",
                status.value,
                row["job_id"],
            )
            return _job(moved)

        def work() -> list[MediaJob]:
            statement = f"SELECT * FROM media_jobs WHERE {which}"  # noqa: S608 - constant
            return [take(row) for row in self._database.execute(statement, value)]

        return self._database.transaction(work)

    def _report(
        self, lease_id: str, event: JobEvent, now: float, error: str | None = None, code: str | None = None
    ) -> bool:
        def work() -> bool:
            rows = self._database.execute("SELECT * FROM media_jobs WHERE lease_id = ?", lease_id)
            if not rows:
                return False
            if rows[0]["status"] == JobStatus.RUNNING:
                self._finish(rows[0], event, now, error, code)
                return True
            return bool(rows[0]["status"] == next_status(JobStatus.RUNNING, event))

        return self._database.transaction(work)

    def _finish(
        self, row: Row, event: JobEvent, now: float, error: str | None = None, code: str | None = None
    ) -> MediaJob:
        ran = 0.0 if event is JobEvent.CANCEL else max(0.0, now - row["started_at"])
        status = self._move(row, event, ran)
        (count,) = self._database.execute(
            "SELECT sum(jobs) AS finished FROM media_job_totals WHERE status NOT IN (?, ?)",
            JobStatus.PENDING.value,
            JobStatus.RUNNING.value,
        )
        (finished,) = self._database.execute(
            "UPDATE media_jobs SET status = ?, completed_at = ?, finish_order = CAST(? AS INTEGER),"
            " error = ?, error_code = ?, lease_id = ?, lease_expires_at = NULL WHERE job_id = ? RETURNING *",
            status.value,
            now,
            count["finished"],
            _storable(error),
            code,
            None if event is JobEvent.EXHAUST else row["lease_id"],
            row["job_id"],
        )
        self._database.execute(
            "DELETE FROM media_jobs WHERE finish_order <= CAST(? AS INTEGER)",
            count["finished"] - self._keep_finished,
        )
        return _job(finished)

    def _move(self, row: Row, event: JobEvent, seconds: float = 0.0) -> JobStatus:
        """Return the status after `event`, counting the job there and no longer where it was."""
        before = JobStatus(row["status"])
        after = next_status(before, event)
        self._count(before, -1)
        self._count(after, 1, seconds)
        return after

    def _count(self, status: JobStatus, jobs: int, seconds: float = 0.0) -> None:
        self._database.execute(
            "INSERT INTO media_job_totals (status, jobs, seconds) VALUES (?, CAST(? AS INTEGER), ?)"
            " ON CONFLICT (status) DO UPDATE"
            " SET jobs = jobs + excluded.jobs, seconds = seconds + excluded.seconds",
            status.value,
            jobs,
            seconds,
        )


def _storable(error: str | None) -> str | None:
    """Return the message with what SQL text cannot hold (file names that are no UTF-8) replaced."""
    return error and error[:MAX_ERROR_LENGTH].encode("utf-8", "replace").decode()


def _job(row: Row) -> MediaJob:
    request = json.loads(row["request"])
    return MediaJob(
        job_id=row["job_id"],
        job_type=request["job_type"],
        input_path=request["input_path"],
        output_path=request["output_path"],
        ffmpeg_args=tuple(request["ffmpeg_args"]),
        status=JobStatus(row["status"]),
        priority=JobPriority(row["priority"]),
        timeout_seconds=request["timeout_seconds"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        completed_at=row["completed_at"],
        error=row["error"],
        error_code=row["error_code"],
        attempts=row["attempts"],
        metadata=request["metadata"],
    )

"""The life of a job as a table. Finished jobs never change again."""

from __future__ import annotations

from enum import Enum, StrEnum

from media_jobs.errors import InvalidTransitionError


class JobStatus(StrEnum):
    """Where a job is in its life."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobEvent(Enum):
    """What can happen to a job."""

    LEASE = "lease"
    COMPLETE = "complete"
    FAIL = "fail"
    EXPIRE = "expire"
    EXHAUST = "exhaust"
    CANCEL = "cancel"


TRANSITIONS: dict[tuple[JobStatus, JobEvent], JobStatus] = {
    (JobStatus.PENDING, JobEvent.LEASE): JobStatus.RUNNING,
    (JobStatus.PENDING, JobEvent.CANCEL): JobStatus.CANCELLED,
    (JobStatus.RUNNING, JobEvent.COMPLETE): JobStatus.COMPLETED,
    (JobStatus.RUNNING, JobEvent.FAIL): JobStatus.FAILED,
    (JobStatus.RUNNING, JobEvent.EXPIRE): JobStatus.PENDING,
    (JobStatus.RUNNING, JobEvent.EXHAUST): JobStatus.FAILED,
    (JobStatus.RUNNING, JobEvent.CANCEL): JobStatus.CANCELLED,
}


def next_status(status: JobStatus, event: JobEvent) -> JobStatus:
    """Return where `event` takes a job that is in `status`; raise InvalidTransitionError."""
    try:
        return TRANSITIONS[status, event]
    except KeyError:
        raise InvalidTransitionError(f"a {status.value} job knows no {event.value!r}") from None

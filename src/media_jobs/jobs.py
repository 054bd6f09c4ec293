"""What a job is, and the checks it passes before it is queued."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from media_jobs.errors import InvalidJobError

if TYPE_CHECKING:
    from media_jobs.states import JobStatus

MAX_REQUEST_BYTES = 1_000_000
"""A job is one row, and a row has two megabytes at most."""
MAX_JOB_TYPE_LENGTH = 100
MAX_TIMEOUT_SECONDS = 7 * 86_400


class JobPriority(IntEnum):
    """How urgent a job is; the smaller number goes first."""

    CRITICAL = 0
    HIGH = 1
    NORMAL = 2
    LOW = 3


@dataclass(frozen=True)
class JobRequest:
    """What was asked for, made by `job_request`, which checks it. `encoded` is all the rest as JSON."""

    priority: JobPriority
    encoded: str


@dataclass(frozen=True)
class MediaJob:
    """A job as it was when asked for; ask again to see it change.

    Timestamps are seconds since the epoch, `started_at` that of the latest attempt. `metadata` is what was
    given, as JSON returns it. `error_code` goes with `error` and is stable.
    """

    job_id: str
    job_type: str
    input_path: str
    output_path: str
    ffmpeg_args: tuple[str, ...]
    status: JobStatus
    priority: JobPriority
    timeout_seconds: float
    created_at: float
    started_at: float | None = None
    completed_at: float | None = None
    error: str | None = None
    error_code: str | None = None
    attempts: int = 0
    metadata: dict[str, Any] = field(default_factory=dict)
    """Any: the submitter, not the type checker, knows what it holds."""


@dataclass(frozen=True)
class Lease:
    """The right to run one job until `expires_at`, and the id to report under."""

    lease_id: str
    job: MediaJob
    expires_at: float


@dataclass(frozen=True)
class JobTotals:
    """Counts of jobs; finished ones stay counted after they are forgotten.

    `processed_seconds` is the time that completed and failed jobs ran.
    """

    pending: int
    running: int
    completed: int
    failed: int
    cancelled: int
    processed_seconds: float


@dataclass(frozen=True)
class WorkerPoolMetrics:
    """The pool and its work so far.

    `active_workers` are the threads that live, busy or waiting; `queue_size` the jobs that wait. A job counts
    as processed when it completed or failed, and `average_job_duration` is the mean of those in seconds, 0.0
    before the first.
    """

    active_workers: int
    queue_size: int
    total_jobs_processed: int
    average_job_duration: float
    running_jobs: int
    completed_jobs: int
    failed_jobs: int
    cancelled_jobs: int


def checked_path(name: str, value: object) -> str:
    """Return the path as text, or raise InvalidJobError."""
    path = os.fspath(value) if isinstance(value, os.PathLike) else value
    if not path or not _reaches_a_process(path):
        raise InvalidJobError(f"{name} must be a path of text, not empty and without NUL")
    return str(path)


def checked_arguments(arguments: object) -> tuple[str, ...]:
    """Return ffmpeg's arguments as they will reach it, one by one, or raise InvalidJobError."""
    if isinstance(arguments, (str, bytes)) or not isinstance(arguments, Sequence):
        raise InvalidJobError("ffmpeg arguments are a list of strings; no shell will split one string")
    for argument in arguments:
        if not _reaches_a_process(argument):
            raise InvalidJobError(f"{argument!r} cannot be an argument: strings without NUL only")
    return tuple(arguments)


def _reaches_a_process(text: object) -> bool:
    """Return whether the system can take `text` as an argument or a path."""
    if not isinstance(text, str) or "\0" in text:
        return False
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return False
    return True


def checked_timeout(seconds: object) -> float:
    """Return the seconds, or raise InvalidJobError unless they are positive and at most a week."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise InvalidJobError("timeout_seconds must be a number")
    if not 0 < seconds <= MAX_TIMEOUT_SECONDS:
        raise InvalidJobError(f"timeout_seconds must be above 0 and at most {MAX_TIMEOUT_SECONDS}")
    return seconds


def _check_kinds(job_type: object, priority: object, metadata: object) -> None:
    if not isinstance(job_type, str) or not 0 < len(job_type) <= MAX_JOB_TYPE_LENGTH:
        raise InvalidJobError(f"job_type must be a string of 1 to {MAX_JOB_TYPE_LENGTH} characters")
    if not isinstance(priority, JobPriority):
        raise InvalidJobError(f"priority must be a JobPriority, not {priority!r}")
    if metadata is not None and not isinstance(metadata, Mapping):
        raise InvalidJobError("metadata must be a mapping")


def job_request(
    job_type: str,
    input_path: str | os.PathLike[str],
    output_path: str | os.PathLike[str],
    ffmpeg_args: Sequence[str],
    priority: JobPriority = JobPriority.NORMAL,
    timeout_seconds: float = 300,
    metadata: Mapping[str, Any] | None = None,
) -> JobRequest:
    """Return the checked request, or raise InvalidJobError with a sentence that names the fault."""
    _check_kinds(job_type, priority, metadata)
    given = {
        "job_type": job_type,
        "input_path": checked_path("input_path", input_path),
        "output_path": checked_path("output_path", output_path),
        "ffmpeg_args": checked_arguments(ffmpeg_args),
        "timeout_seconds": checked_timeout(timeout_seconds),
        "metadata": dict(metadata or {}),
    }
    try:
        encoded = json.dumps(given, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidJobError(f"metadata must be JSON: {error}") from error
    if len(encoded) > MAX_REQUEST_BYTES:
        raise InvalidJobError(f"a job of {len(encoded)} bytes; at most {MAX_REQUEST_BYTES} are allowed")
    return JobRequest(priority, encoded)

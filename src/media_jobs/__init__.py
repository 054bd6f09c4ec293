"""Media jobs: a priority queue, an autoscaling pool of workers, and ffmpeg.

Jobs, states, commands and the SQL store are pure and load anywhere. `MediaJobQueue`, `FFmpegRuntime` and
`Cancellation` need threads or processes, which a Worker does not have, so they load when first asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from media_jobs.errors import (
    FFmpegError,
    FFmpegNotFound,
    FFmpegTimeoutError,
    InvalidJobError,
    InvalidSettingsError,
    InvalidTransitionError,
    JobCancelledError,
    JobNotFoundError,
    MediaJobError,
    OutputError,
    ProbeError,
    QueueClosedError,
)
from media_jobs.helpers import create_thumbnail_job, create_transcode_job
from media_jobs.jobs import JobPriority, JobTotals, Lease, MediaJob, WorkerPoolMetrics, job_request
from media_jobs.states import JobEvent, JobStatus, next_status
from media_jobs.store import JobStore

if TYPE_CHECKING:
    from media_jobs.cancellation import Cancellation
    from media_jobs.ffmpeg import FFmpegRuntime
    from media_jobs.job_queue import MediaJobQueue

__all__ = [
    "Cancellation",
    "FFmpegError",
    "FFmpegNotFound",
    "FFmpegRuntime",
    "FFmpegTimeoutError",
    "InvalidJobError",
    "InvalidSettingsError",
    "InvalidTransitionError",
    "JobCancelledError",
    "JobEvent",
    "JobNotFoundError",
    "JobPriority",
    "JobStatus",
    "JobStore",
    "JobTotals",
    "Lease",
    "MediaJob",
    "MediaJobError",
    "MediaJobQueue",
    "OutputError",
    "ProbeError",
    "QueueClosedError",
    "WorkerPoolMetrics",
    "create_thumbnail_job",
    "create_transcode_job",
    "job_request",
    "next_status",
]

_LOADED_ON_USE = {
    "Cancellation": "media_jobs.cancellation",
    "FFmpegRuntime": "media_jobs.ffmpeg",
    "MediaJobQueue": "media_jobs.job_queue",
}


def __getattr__(name: str) -> object:
    """Load the parts that need threads or processes."""
    if name in _LOADED_ON_USE:
        return getattr(importlib.import_module(_LOADED_ON_USE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""Runs one job with ffmpeg."""

from __future__ import annotations

from typing import TYPE_CHECKING

from media_jobs.errors import FFmpegError
from media_jobs.ffmpeg import FFmpegRuntime, last_lines
from media_jobs.staging import staged_output

if TYPE_CHECKING:
    from media_jobs.cancellation import Cancellation
    from media_jobs.jobs import MediaJob


def run_job(job: MediaJob, cancellation: Cancellation) -> None:
    """Do the job; return when its output is in place, raise a MediaJobError when there is none."""
    with staged_output(job) as arguments:
        # Errors only, so that the end of stderr is the reason. A job's own -loglevel comes later and wins.
        returncode, _, stderr = FFmpegRuntime.execute_ffmpeg(
            ["-loglevel", "error", *arguments], job.timeout_seconds, cancellation=cancellation
        )
        if returncode != 0:
            raise FFmpegError(f"ffmpeg ended with {returncode}: {last_lines(stderr)}")

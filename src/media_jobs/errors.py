"""What can go wrong with a media job; every class has a stable `code`."""

from __future__ import annotations


class MediaJobError(Exception):
    """The base of this package's errors."""

    code = "media_job_error"


class InvalidJobError(MediaJobError, ValueError):
    """A job, or an argument of the runtime, that cannot be right; nothing was queued or started."""

    code = "invalid_job"


class InvalidSettingsError(MediaJobError, ValueError):
    """A queue or store that cannot work as configured."""

    code = "invalid_settings"


class InvalidTransitionError(MediaJobError):
    """A job cannot go from its status by that event."""

    code = "invalid_transition"


class JobNotFoundError(MediaJobError, LookupError):
    """No such job, or one so long finished that it was forgotten."""

    code = "job_not_found"


class QueueClosedError(MediaJobError, RuntimeError):
    """The queue was shut down and takes no more jobs."""

    code = "queue_closed"


class JobCancelledError(MediaJobError):
    """The work was stopped because its job was cancelled."""

    code = "job_cancelled"


class OutputError(MediaJobError):
    """The output cannot be written, or none was made."""

    code = "output_failed"


class FFmpegError(MediaJobError):
    """ffmpeg ended with an error; the message ends with what it wrote last."""

    code = "ffmpeg_failed"


class FFmpegNotFound(FFmpegError):  # noqa: N818 - reads as what happened
    """ffmpeg or ffprobe is not installed."""

    code = "ffmpeg_not_found"


class FFmpegTimeoutError(FFmpegError, TimeoutError):
    """ffmpeg or ffprobe took too long and was killed with its children."""

    code = "ffmpeg_timeout"


class ProbeError(FFmpegError):
    """The file is missing, or is no media that may be probed."""

    code = "probe_failed"

"""Ready-made jobs. Their commands are built by `media_jobs.commands`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from media_jobs.commands import thumbnail_arguments, transcode_arguments
from media_jobs.jobs import JobPriority, checked_path

if TYPE_CHECKING:
    import os

    from media_jobs.job_queue import MediaJobQueue


def create_transcode_job(
    queue: MediaJobQueue,
    input_path: str | os.PathLike[str],
    output_path: str | os.PathLike[str],
    video_codec: str = "libx264",
    audio_codec: str = "aac",
    bitrate: str = "1M",
    priority: JobPriority = JobPriority.NORMAL,
) -> str:
    """Queue a transcode of a local file and return the job's id; raise InvalidJobError.

    The result has even dimensions, yuv420p, no metadata of the source, and the index first in an MP4.
    """
    source, target = checked_path("input_path", input_path), checked_path("output_path", output_path)
    return queue.submit_job(
        job_type="transcode",
        input_path=source,
        output_path=target,
        ffmpeg_args=transcode_arguments(source, target, video_codec, audio_codec, bitrate),
        priority=priority,
        metadata={"video_codec": video_codec, "audio_codec": audio_codec, "bitrate": bitrate},
    )


def create_thumbnail_job(
    queue: MediaJobQueue,
    input_path: str | os.PathLike[str],
    output_path: str | os.PathLike[str],
    timestamp: str = "00:00:01",
    width: int = 320,
    priority: JobPriority = JobPriority.NORMAL,
) -> str:
    """Queue a still picture (JPEG, PNG or WebP) and return the job's id; raise InvalidJobError.

    Where the media ends before `timestamp`, as many GIFs do, the picture is the first frame.
    """
    source, target = checked_path("input_path", input_path), checked_path("output_path", output_path)
    return queue.submit_job(
        job_type="thumbnail",
        input_path=source,
        output_path=target,
        ffmpeg_args=thumbnail_arguments(source, target, timestamp, width),
        priority=priority,
        metadata={"timestamp": timestamp, "width": width},
    )

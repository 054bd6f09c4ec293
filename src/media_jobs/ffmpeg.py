"""ffmpeg and ffprobe as found on PATH."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from media_jobs.cancellation import Cancellation
from media_jobs.commands import input_arguments
from media_jobs.errors import FFmpegNotFound, ProbeError
from media_jobs.jobs import checked_arguments, checked_path, checked_timeout
from media_jobs.probe import described
from media_jobs.processes import ProcessResult, run_process

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

STDOUT_LIMIT_BYTES = 1024 * 1024
STDERR_LIMIT_BYTES = 64 * 1024
PROBE_TIMEOUT_SECONDS = 30


class FFmpegRuntime:
    """Runs ffmpeg and ffprobe; without state, so the methods work on the class and on an instance."""

    @staticmethod
    def execute_ffmpeg(
        args: Sequence[str], timeout_seconds: float = 300, *, cancellation: Cancellation | None = None
    ) -> tuple[int, str, str]:
        """Run `ffmpeg -hide_banner -nostdin -nostats -y` with `args`; return (returncode, stdout, stderr).

        The arguments reach ffmpeg one by one, through no shell, and as they are: what they let ffmpeg open is
        the caller's decision. Of the output the last 1 MiB of stdout and 64 KiB of stderr are kept. A return
        code other than 0 is returned, not raised. Raises FFmpegNotFound, FFmpegTimeoutError (ffmpeg and its
        children were killed), JobCancelledError, InvalidJobError.
        """
        arguments = checked_arguments(args)
        command = [_program("ffmpeg"), "-hide_banner", "-nostdin", "-nostats", "-y", *arguments]
        result = _run(command, timeout_seconds, cancellation)
        return result.returncode, result.stdout, result.stderr

    @staticmethod
    def probe_media(file_path: str | os.PathLike[str]) -> dict[str, Any]:
        """Return what ffprobe says of a local file: `format` and `streams`, and the facts most asked for.

        Those are `duration_seconds`, `size_bytes`, `bit_rate`, `width`, `height`, `frame_rate`, `frames`,
        `video_codec`, `audio_codec` (each None where there is none), `has_video` and `has_audio`. Raises
        ProbeError where the file is missing or no media (a playlist is none: it names other files),
        FFmpegNotFound, FFmpegTimeoutError.
        """
        path = checked_path("file_path", file_path)
        wanted = ("-print_format", "json", "-show_format", "-show_streams")
        command = [
            _program("ffprobe"),
            *("-hide_banner", "-loglevel", "error", *wanted, *input_arguments(path)),
        ]
        result = _run(command, PROBE_TIMEOUT_SECONDS, None)
        if result.returncode != 0:
            raise ProbeError(f"ffprobe ended with {result.returncode}: {last_lines(result.stderr)}")
        if result.stdout_cut:
            raise ProbeError(f"ffprobe wrote more than {STDOUT_LIMIT_BYTES} bytes")
        try:
            return described(json.loads(result.stdout))
        except ValueError as error:
            raise ProbeError(f"ffprobe wrote no JSON: {error}") from error


def last_lines(stderr: str, lines: int = 4, characters: int = 800) -> str:
    """Return the end of what ffmpeg wrote, as one line."""
    kept = [line.strip() for line in stderr.splitlines() if line.strip()][-lines:]
    return "; ".join(kept)[-characters:] or "it wrote no message"


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise FFmpegNotFound(f"{name} is not on PATH; install ffmpeg (Debian: apt-get install ffmpeg)")
    return path


def _run(command: list[str], timeout_seconds: float, cancellation: Cancellation | None) -> ProcessResult:
    return run_process(
        command,
        checked_timeout(timeout_seconds),
        cancellation or Cancellation(),
        stdout_limit=STDOUT_LIMIT_BYTES,
        stderr_limit=STDERR_LIMIT_BYTES,
    )

"""Outputs appear whole or not at all."""

from __future__ import annotations

import re
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from media_jobs.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from media_jobs.jobs import MediaJob

_PROTOCOL = re.compile(r"[A-Za-z0-9+.-]+:|-$")


def output_position(arguments: Sequence[str], output_path: str) -> int | None:
    """Return where the arguments name the output, or None if they do not, or it is no local file."""
    for position in reversed(range(len(arguments))):
        is_input = position > 0 and arguments[position - 1] == "-i"
        if is_input or local_path(arguments[position]) is None:
            continue
        if arguments[position] in (output_path, f"file:{output_path}"):
            return position
    return None


def local_path(argument: str) -> str | None:
    """Return the path of an output as ffmpeg reads it, or None for standard output and other protocols."""
    if argument.startswith("file:"):
        return argument.removeprefix("file:")
    return None if _PROTOCOL.match(argument) else argument


@contextmanager
def staged_output(job: MediaJob) -> Iterator[list[str]]:
    """Yield the job's arguments with the output in a new folder beside its place; publish after the block.

    The name stays, so that formats chosen by suffix and files named after the output (segments, numbered
    frames) come out right. The files are moved only when the block ends without an exception, the output
    itself last; else they are deleted. Arguments that do not name `output_path` as a local file are yielded
    as they are. Raises OutputError.
    """
    arguments = list(job.ffmpeg_args)
    position = output_position(arguments, job.output_path)
    if position is None:
        yield arguments
        return
    target = Path(local_path(arguments[position]) or "")
    folder = target.parent / f".media-job-{job.job_id}"
    try:
        # An earlier attempt may have died here together with its machine.
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    except OSError as error:
        raise OutputError(f"cannot write to the folder of {job.output_path}: {error.strerror}") from error
    try:
        arguments[position] = f"file:{folder / target.name}"
        yield arguments
        _publish(folder, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _publish(folder: Path, target: Path) -> None:
    made = sorted(folder.iterdir(), key=lambda path: path.name == target.name)
    if not any(path.stat().st_size for path in made):
        raise OutputError("ffmpeg ended without an error but wrote no output")
    try:
        for path in made:
            path.replace(target.parent / path.name)
    except OSError as error:
        raise OutputError(f"cannot put {target} in place: {error.strerror}") from error

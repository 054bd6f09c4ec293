from __future__ import annotations

import os
import shlex
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from media_jobs import (
    Cancellation,
    FFmpegError,
    FFmpegNotFound,
    FFmpegRuntime,
    FFmpegTimeoutError,
    InvalidJobError,
    JobCancelledError,
)
from media_jobs.processes import ProcessResult, Tail, run_process

ENDLESS = ["-re", "-f", "lavfi", "-i", "testsrc=size=16x16:rate=5", "-f", "null", "-"]
Eventually = Callable[[Callable[[], object]], None]
Alive = Callable[[int], bool]
Family = tuple[list[str], Callable[[], list[int]]]


def run(command: list[str], timeout_seconds: float = 60, **options: object) -> ProcessResult:
    settings = {"cancellation": Cancellation(), "stdout_limit": 1000, "stderr_limit": 1000} | options
    return run_process(command, timeout_seconds, **settings)  # type: ignore[arg-type]


@pytest.fixture
def family(ffmpeg: str, tmp_path: Path) -> Family:
    """A program that starts ffmpeg as its child, and the ids of both once both run."""
    noted = tmp_path / "ids"
    script = tmp_path / "wrapper"
    script.write_text(
        "#!/bin/sh\n"
        f"{shlex.quote(ffmpeg)} -nostdin -hide_banner {shlex.join(ENDLESS)} &\n"
        f"echo $$ $! > {shlex.quote(str(noted))}.new\n"
        f"mv {shlex.quote(str(noted))}.new {shlex.quote(str(noted))}\n"
        "wait\n"
    )
    script.chmod(0o755)
    return [str(script)], lambda: [int(word) for word in noted.read_text().split()] if noted.exists() else []


def test_the_deadline_kills_the_whole_family(family: Family, eventually: Eventually, alive: Alive) -> None:
    command, ids = family
    # This clock stands still until both processes run, and then is past every deadline.
    with pytest.raises(FFmpegTimeoutError, match=r"timed out: killed after 0\.05 seconds") as caught:
        run(command, 0.05, monotonic=lambda: 1000.0 if ids() else 0.0)
    assert caught.value.code == "ffmpeg_timeout"
    assert isinstance(caught.value, TimeoutError)
    leader, child = ids()
    with pytest.raises(ProcessLookupError):
        os.kill(leader, 0)
    eventually(lambda: not alive(child))


def test_cancelling_kills_the_whole_family(family: Family, eventually: Eventually, alive: Alive) -> None:
    command, ids = family
    cancellation = Cancellation()
    raised: list[BaseException] = []

    def work() -> None:
        try:
            run(command, cancellation=cancellation)
        except JobCancelledError as error:
            raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    eventually(ids)
    leader, child = ids()
    assert alive(leader)
    assert alive(child)
    cancellation.cancel()
    thread.join()
    assert len(raised) == 1
    with pytest.raises(ProcessLookupError):
        os.kill(leader, 0)
    eventually(lambda: not alive(child))


def test_work_that_was_cancelled_before_it_began_ends_at_once() -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(JobCancelledError) as caught:
        run(["sleep", "1000"], cancellation=cancellation)
    assert caught.value.code == "job_cancelled"


def test_a_process_that_closes_its_output_and_lives_on_is_killed_at_the_deadline() -> None:
    with pytest.raises(FFmpegTimeoutError, match="sh timed out"):
        run(["sh", "-c", "exec >&- 2>&-; exec sleep 1000"], 0.2)


def test_children_that_outlive_their_parent_are_killed_at_the_deadline(
    tmp_path: Path, eventually: Eventually, alive: Alive
) -> None:
    noted = tmp_path / "id"
    script = f"sleep 1000 & echo $! > {shlex.quote(str(noted))}; exit 0"

    def clock() -> float:
        return 1000.0 if noted.exists() and noted.read_text().strip() else 0.0

    with pytest.raises(FFmpegTimeoutError):
        run(["sh", "-c", script], 0.05, monotonic=clock)
    eventually(lambda: not alive(int(noted.read_text())))


def test_output_and_return_code_come_back() -> None:
    result = run(["sh", "-c", r"printf 'out\377'; printf err >&2; exit 3"])
    assert result == ProcessResult(3, "out\N{REPLACEMENT CHARACTER}", "err", stdout_cut=False)


def test_only_the_end_of_long_output_is_kept() -> None:
    script = "i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done; echo error >&2"
    result = run(["sh", "-c", script])
    assert len(result.stdout) == 1000
    assert result.stdout.endswith("line 4999\n")
    assert (result.stdout_cut, result.stderr) == (True, "error\n")


def test_a_tail_keeps_exactly_its_limit() -> None:
    tail = Tail(4)
    for piece, kept, cut in ((b"abcd", "abcd", False), (b"", "abcd", False), (b"ef", "cdef", True)):
        tail.add(piece)
        assert (tail.text(), tail.cut) == (kept, cut)


def test_a_process_reads_nothing_from_our_standard_input() -> None:
    assert run(["cat"]).stdout == ""


@pytest.mark.parametrize("command", [["/nowhere/ffmpeg"], ["sh", "-c", "x" * 5_000_000]])
def test_a_program_that_cannot_start_is_an_error(command: list[str]) -> None:
    with pytest.raises(FFmpegError, match="could not be started") as caught:
        run(command)
    assert caught.value.code == "ffmpeg_failed"


def test_ffmpeg_runs_and_answers_as_documented(ffmpeg: str) -> None:
    returncode, stdout, _ = FFmpegRuntime.execute_ffmpeg(["-version"])
    assert returncode == 0
    assert stdout.startswith("ffmpeg version")
    returncode, stdout, stderr = FFmpegRuntime().execute_ffmpeg(
        args=["-i", "missing.mp4"], timeout_seconds=60
    )
    assert returncode != 0
    assert stdout == ""
    assert "missing.mp4: No such file or directory" in stderr
    assert "ffmpeg version" not in stderr


def test_ffmpeg_arguments_pass_through_no_shell(media: Path, tmp_path: Path) -> None:
    output = tmp_path / "$(touch hacked); `id` 'x.png"
    returncode, _, stderr = FFmpegRuntime.execute_ffmpeg(
        ["-i", str(media / "odd.gif"), "-frames:v", "1", str(output)]
    )
    assert returncode == 0, stderr
    assert [path.name for path in tmp_path.iterdir()] == [output.name]


def test_endless_ffmpeg_times_out(ffmpeg: str) -> None:
    with pytest.raises(FFmpegTimeoutError, match=r"ffmpeg timed out: killed after 0\.3 seconds"):
        FFmpegRuntime.execute_ffmpeg(ENDLESS, timeout_seconds=0.3)


def test_endless_ffmpeg_is_cancelled(ffmpeg: str) -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(JobCancelledError):
        FFmpegRuntime.execute_ffmpeg(ENDLESS, cancellation=cancellation)


@pytest.mark.parametrize(("args", "timeout"), [("-version", 1), (["a\0"], 1), (["-version"], 0), ([1], 1)])
def test_arguments_that_cannot_be_right_start_nothing(ffmpeg: str, args: list[str], timeout: float) -> None:
    with pytest.raises(InvalidJobError):
        FFmpegRuntime.execute_ffmpeg(args, timeout)


def test_without_ffmpeg_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FFmpegNotFound, match="ffmpeg is not on PATH; install ffmpeg"):
        FFmpegRuntime.execute_ffmpeg(["-version"])


def test_a_stop_is_called_inside_its_block_only() -> None:
    cancellation = Cancellation()
    called: list[str] = []
    with cancellation.interrupting(lambda: called.append("before")):
        states = [cancellation.cancelled]
    with cancellation.interrupting(lambda: called.append("inside")):
        cancellation.cancel()
        assert called == ["inside"]
    states.append(cancellation.cancelled)
    assert states == [False, True]
    with cancellation.interrupting(lambda: called.append("afterwards")):
        assert called == ["inside", "afterwards"]

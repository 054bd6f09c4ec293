from __future__ import annotations

from pathlib import Path

import pytest

from media_jobs import JobPriority, JobStatus, MediaJob, OutputError
from media_jobs.staging import local_path, output_position, staged_output


def job_for(output: object, *arguments: str) -> MediaJob:
    return MediaJob(
        "j1", "t", "in.gif", str(output), arguments, JobStatus.RUNNING, JobPriority.NORMAL, 300, 0.0
    )


def written(arguments: list[str], at: int = -1) -> Path:
    return Path(arguments[at].removeprefix("file:"))


@pytest.mark.parametrize(
    ("arguments", "output", "position"),
    [
        (["-i", "a.gif", "b.mp4"], "b.mp4", 2),
        (["-i", "a.gif", "file:b.mp4"], "b.mp4", 2),
        (["-i", "a.mp4", "-c", "copy", "a.mp4"], "a.mp4", 4),
        (["-i", "a.mp4", "-f", "null", "-"], "a.mp4", None),
        (["-i", "a.gif", "b.mp4", "-t", "1", "b.mp4"], "b.mp4", 5),
        (["-i", "a.gif", "c.mp4"], "b.mp4", None),
        (["-i", "a.gif", "-"], "-", None),
        (["-i", "a.gif", "pipe:1"], "pipe:1", None),
        (["-i", "a.gif", "rtmp://host/app"], "rtmp://host/app", None),
        (["-i", "a.gif", "file:c:d.mp4"], "c:d.mp4", 2),
        (["-i", "a.gif", "dir/c:d.mp4"], "dir/c:d.mp4", 2),
        (["b.mp4"], "b.mp4", 0),
        ([], "b.mp4", None),
    ],
)
def test_the_output_is_found_where_it_is_named(
    arguments: list[str], output: str, position: int | None
) -> None:
    assert output_position(arguments, output) == position


@pytest.mark.parametrize(
    ("argument", "path"),
    [
        ("a.mp4", "a.mp4"),
        ("file:-", "-"),
        ("-", None),
        ("-a.mp4", "-a.mp4"),
        ("a+b.c-d:x", None),
        ("a b:c", "a b:c"),
    ],
)
def test_an_argument_is_read_as_ffmpeg_reads_it(argument: str, path: str | None) -> None:
    assert local_path(argument) == path


def test_an_output_appears_when_all_is_done(tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    target.write_text("old")
    with staged_output(job_for(target, "-i", "in.gif", str(target))) as arguments:
        assert arguments[:2] == ["-i", "in.gif"]
        assert written(arguments).name == "out.mp4"
        written(arguments).write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_leaves_nothing_and_changes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    target.write_text("old")

    def work() -> None:
        with staged_output(job_for(target, str(target))) as arguments:
            written(arguments).write_text("half")
            raise KeyError("failed")

    with pytest.raises(KeyError):
        work()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_files_beside_the_output_come_along(tmp_path: Path) -> None:
    target = tmp_path / "list.m3u8"
    with staged_output(job_for(target, str(target))) as arguments:
        written(arguments).write_text("list0.ts")
        written(arguments).with_name("list0.ts").write_text("segment")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["list.m3u8", "list0.ts"]


@pytest.mark.parametrize("content", [None, b""])
def test_success_without_an_output_is_a_failure(tmp_path: Path, content: bytes | None) -> None:
    target = tmp_path / "out.mp4"

    def work() -> None:
        with staged_output(job_for(target, str(target))) as arguments:
            if content is not None:
                written(arguments).write_bytes(content)

    with pytest.raises(OutputError, match="wrote no output") as caught:
        work()
    assert caught.value.code == "output_failed"
    assert list(tmp_path.iterdir()) == []


def test_what_a_dead_attempt_left_is_in_nobodys_way(tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    left = tmp_path / ".media-job-j1"
    left.mkdir()
    (left / "out.mp4").write_text("half")
    (left / "other").write_text("half")
    with staged_output(job_for(target, str(target))) as arguments:
        assert not written(arguments).exists()
        written(arguments).write_text("whole")
    assert list(tmp_path.iterdir()) == [target]


def test_a_missing_folder_is_named_in_the_error(tmp_path: Path) -> None:
    target = tmp_path / "missing" / "out.mp4"
    with (
        pytest.raises(OutputError, match=r"folder of .*out\.mp4: No such file"),
        staged_output(job_for(target, str(target))),
    ):
        pytest.fail("the block must not run")


def test_an_output_that_is_a_folder_is_an_error(tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    target.mkdir()

    def work() -> None:
        with staged_output(job_for(target, str(target))) as arguments:
            written(arguments).write_text("new")

    with pytest.raises(OutputError, match="cannot put"):
        work()
    assert list(tmp_path.iterdir()) == [target]


def test_arguments_that_do_not_name_the_output_are_left_alone(tmp_path: Path) -> None:
    with staged_output(job_for(tmp_path / "out.mp4", "-i", "in.gif", "-f", "null", "-")) as arguments:
        assert arguments == ["-i", "in.gif", "-f", "null", "-"]
        assert list(tmp_path.iterdir()) == []

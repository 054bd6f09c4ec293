from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_jobs import InvalidJobError, JobPriority, job_request

GOOD: dict[str, Any] = {
    "job_type": "transcode",
    "input_path": "in.gif",
    "output_path": "out.mp4",
    "ffmpeg_args": ["-i", "in.gif", "out.mp4"],
}


def test_the_documented_defaults_hold() -> None:
    request = job_request(**GOOD)
    assert request.priority is JobPriority.NORMAL
    assert json.loads(request.encoded) == GOOD | {"timeout_seconds": 300, "metadata": {}}


def test_paths_may_be_path_objects_and_arguments_any_sequence() -> None:
    given_request = GOOD | {"input_path": Path("a") / "b.gif", "ffmpeg_args": ("-version",)}
    encoded = json.loads(job_request(**given_request).encoded)
    assert encoded["input_path"] == str(Path("a") / "b.gif")
    assert encoded["ffmpeg_args"] == ["-version"]


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("job_type", "", "job_type"),
        ("job_type", "x" * 101, "job_type"),
        ("job_type", None, "job_type"),
        ("input_path", "", "input_path"),
        ("input_path", None, "input_path"),
        ("input_path", b"in.gif", "input_path"),
        ("input_path", "a\0b", "input_path"),
        ("output_path", 7, "output_path"),
        ("output_path", "\ud800", "output_path"),
        ("ffmpeg_args", "-i in.gif out.mp4", "one string"),
        ("ffmpeg_args", b"-i", "one string"),
        ("ffmpeg_args", None, "list of strings"),
        ("ffmpeg_args", {"-i"}, "list of strings"),
        ("ffmpeg_args", ["-i", 5], "5"),
        ("ffmpeg_args", ["-i", "a\0b"], "NUL"),
        ("ffmpeg_args", ["\ud800"], "argument"),
        ("priority", 1, "JobPriority"),
        ("priority", "HIGH", "JobPriority"),
        ("timeout_seconds", 0, "timeout_seconds"),
        ("timeout_seconds", -1, "timeout_seconds"),
        ("timeout_seconds", float("nan"), "timeout_seconds"),
        ("timeout_seconds", float("inf"), "timeout_seconds"),
        ("timeout_seconds", 10**400, "timeout_seconds"),
        ("timeout_seconds", True, "timeout_seconds"),
        ("timeout_seconds", "300", "timeout_seconds"),
        ("metadata", ["a"], "metadata"),
        ("metadata", {"a": object()}, "metadata must be JSON"),
        ("metadata", {"a": float("nan")}, "metadata must be JSON"),
        ("metadata", {("a",): 1}, "metadata must be JSON"),
        ("metadata", {"a": "x" * 1_000_000}, "at most"),
    ],
)
def test_what_cannot_be_right_is_refused_by_name(field: str, value: object, named: str) -> None:
    with pytest.raises(InvalidJobError, match=named) as caught:
        job_request(**(GOOD | {field: value}))
    assert caught.value.code == "invalid_job"
    assert isinstance(caught.value, ValueError)


def test_metadata_that_contains_itself_is_refused() -> None:
    endless: dict[str, object] = {}
    endless["self"] = endless
    with pytest.raises(InvalidJobError, match="metadata must be JSON"):
        job_request(**(GOOD | {"metadata": endless}))


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {
            name: st.none() | st.text() | st.binary() | st.integers() | st.floats() | st.lists(st.text())
            for name in [*GOOD, "priority", "timeout_seconds", "metadata"]
        }
    )
)
def test_no_input_raises_anything_undocumented(arguments: dict[str, Any]) -> None:
    try:
        job_request(**arguments)
    except InvalidJobError:
        return


def test_critical_comes_before_low() -> None:
    assert sorted(JobPriority) == [
        JobPriority.CRITICAL,
        JobPriority.HIGH,
        JobPriority.NORMAL,
        JobPriority.LOW,
    ]

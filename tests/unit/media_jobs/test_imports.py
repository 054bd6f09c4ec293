from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import media_jobs

SOURCE = Path(media_jobs.__file__).parents[1]


def run(script: str) -> str:
    command = [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(SOURCE)!r}); {script}"]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def test_importing_the_package_loads_neither_threads_nor_processes() -> None:
    loaded = run(
        "before = set(sys.modules); import media_jobs; print(*sorted(set(sys.modules) - before))"
    ).split()
    assert "media_jobs.store" in loaded
    assert not {"threading", "subprocess", "selectors", "sqlite3", "atexit"} & set(loaded)
    assert not {"media_jobs.job_queue", "media_jobs.processes", "media_jobs.cancellation"} & set(loaded)


def test_every_exported_name_exists() -> None:
    absent = f"[name for name in {media_jobs.__all__!r} if name not in globals()]"
    assert run(f"from media_jobs import *; print({absent})") == "[]\n"


def test_other_names_do_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        media_jobs.Nothing  # noqa: B018 - asking for it is the test

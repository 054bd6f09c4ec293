"""The documented packages import on every supported CPython that this machine has."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "sharelinks, analytics, cdn, ratelimit, observability, moderation, ai_safety_scanner, media_jobs, "
    "giphy_publisher, tenor_publisher, redirecting, pages, oembed, qr, link_transfer, library, "
    "resilience, http_api, link_safety, casework, moderating"
)


def interpreters() -> list[str]:
    """The running Python and any other supported one on the PATH."""
    others = [shutil.which(f"python3.{minor}") for minor in (11, 12, 13, 14)]
    return [sys.executable, *(path for path in others if path)]


@pytest.mark.parametrize("interpreter", interpreters())
def test_the_library_imports(interpreter: str) -> None:
    version = [interpreter, "-c", "import sys; raise SystemExit(sys.version_info < (3, 11))"]
    if subprocess.run(version, capture_output=True, check=False).returncode != 0:
        return  # a shim of a version manager, or too old
    search = os.pathsep.join([str(ROOT / "src"), sysconfig.get_paths()["purelib"]])
    command = [interpreter, "-W", "error", "-c", f"import {PACKAGES}"]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": search}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr

"""What several tests of this directory need."""

from __future__ import annotations

import shutil

import pytest


@pytest.fixture(scope="session")
def ffmpeg() -> str:
    """Return the program; without it the tests that compare are skipped by name, never passed."""
    program = shutil.which("ffmpeg")
    if program is None:
        pytest.skip("ffmpeg is not installed: no second opinion on pictures")
    return program

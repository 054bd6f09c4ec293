"""What several tests of this directory need."""

from __future__ import annotations

import shutil

import pytest


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: no second opinion on media")
    return found


@pytest.fixture(scope="session")
def ffmpeg() -> str:
    """Return the program; without it the tests that compare are skipped by name, never passed."""
    return _program("ffmpeg")


@pytest.fixture(scope="session")
def ffprobe() -> str:
    """Return the program that tells facts; without it the tests that compare are skipped by name."""
    return _program("ffprobe")

"""What the examples take for granted: their files, and services that answer to their keys."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.documented.markdown import Block
from tests.stubs.giphy import GiphyStub
from tests.stubs.openai import OpenAIStub
from tests.stubs.tenor import TenorStub

# One white pixel: header, two colours, a graphic control, an image, the trailer.
GIF = bytes.fromhex(
    "474946383961 01000100800000 ffffff000000 21f9040000000000 2c00000000010001000002 02440100 3b"
)
GIF_PATHS = ("path/to/gif.gif", "uploads/cat.gif", "uploads/funny_cat.gif")

Run = Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class Services:
    """The stubs, which know the keys that the documents use."""

    openai: OpenAIStub
    giphy: GiphyStub
    tenor: TenorStub


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """Start the stubs and name them in the environment, as docs/publishers.md describes."""
    with ExitStack() as stack:
        found = Services(
            stack.enter_context(OpenAIStub(api_key="your-openai-api-key")),
            stack.enter_context(GiphyStub("your-giphy-api-key")),
            stack.enter_context(TenorStub("your-tenor-api-key")),
        )
        monkeypatch.setenv("OPENAI_BASE_URL", found.openai.base_url)
        monkeypatch.setenv("GIPHY_UPLOAD_BASE_URL", found.giphy.url)
        monkeypatch.setenv("GIPHY_API_BASE_URL", found.giphy.url)
        monkeypatch.setenv("TENOR_API_BASE_URL", found.tenor.url)
        yield found


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a directory that holds the GIFs the examples name."""
    for name in GIF_PATHS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(GIF)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def videos(workplace: Path) -> bool:
    """Make the videos the examples name; False where there is no ffmpeg to make or read them."""
    if shutil.which("ffmpeg") is None:
        return False
    sources = ("-f", "lavfi", "-i", "testsrc=s=64x48:r=5:d=6", "-f", "lavfi", "-i", "sine=d=6", "-shortest")
    quietly = ("ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y")
    subprocess.run([*quietly, *sources, str(workplace / "video.mp4")], check=True)
    shutil.copy(workplace / "video.mp4", workplace / "input.mp4")
    return True


@pytest.fixture
def run(workplace: Path, services: Services) -> Run:
    """Return what executes blocks one after the other and gives back the names they leave behind."""

    def execute(blocks: list[Block], names: dict[str, Any] | None = None) -> dict[str, Any]:
        names = {"__name__": "__example__"} if names is None else names
        for block in blocks:
            # Line numbers in a traceback are those of the document.
            code = "\n" * (block.line - 1) + block.code
            exec(compile(code, block.document, "exec"), names)  # noqa: S102 - the documents are the test
        return names

    return execute

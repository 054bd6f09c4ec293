"""Assets that a browser can show: real files, drawn by ffmpeg, each with bytes of its own."""

from __future__ import annotations

import itertools
import subprocess
from pathlib import Path
from typing import Any

from tests.edge.assets import decide, file, id_of, reference
from tests.harness.local_edge import LocalEdge

TITLE = 'Cats & "dogs" <script>document.title = "mine"</script>'
WIDTH, HEIGHT = 160, 90
SHOWS = f"document.querySelector('img')?.complete && document.querySelector('img').naturalWidth === {WIDTH}"
PLAYS = "(video => video && !video.paused && video.currentTime > 0)(document.querySelector('video'))"
_CODING = {
    "gif": [],
    "png": ["-frames:v", "1"],
    "jpg": ["-frames:v", "1"],
    "mp4": ["-pix_fmt", "yuv420p", "-movflags", "faststart"],
    "webm": ["-c:v", "libvpx", "-b:v", "100k"],
}
_numbers = itertools.count(1)


def draw(folder: Path, extension: str) -> bytes:
    """Return two seconds of moving colours, or the first of their pictures."""
    number = next(_numbers)
    made = folder / f"{number}.{extension}"
    source = f"testsrc=size={WIDTH}x{HEIGHT}:rate=10:duration=2,hue=h={number * 7}"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, *_CODING[extension], str(made)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return made.read_bytes()


def published(product: LocalEdge, content: bytes, extension: str, **words: Any) -> str:
    """Return the id of an approved asset of these bytes."""
    size = {"width": WIDTH, "height": HEIGHT}
    file(product, content, extension, held_by=reference(**words), **size)
    asset_id = id_of(content)
    assert decide(product, asset_id, "approved")["outcome"] == "changed"
    return asset_id

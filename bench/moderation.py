"""What the looks at an upload cost without the network, and how that grows: `python bench/moderation.py`.

Text rules over title, tags and description, and the choice of frames from a GIF with their PNGs, in CPU time
of one CPython process: the least of a few runs. Inside a Worker the same takes about twice as long. Prints a
JSON object a row; `ratio` is the cost against the row before, `growth` the work against it: linear work has
them equal.
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from ai_safety_scanner import image_samples  # noqa: E402 - src/ must be on the path first
from moderation import ContentScanner  # noqa: E402 - see above
from tests.unit.gif.gif_writer import Gif, Image  # noqa: E402 - see above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RUNS = 3
SIZE = (480, 270)
FRAMES = (8, 16, 32)
SCREENS = ((240, 135), (480, 270), (960, 540))
CAPTION = ("a", "cat", "jumps", "over", "the", "lazy", "dog", "and", "looks", "surprised")
WORDS = (50, 100, 200, 400)


def cpu_seconds(work: Callable[[], object]) -> float:
    def once() -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    return min(once() for _ in range(RUNS))


def animation(width: int, height: int, frames: int, *, noisy: bool) -> bytes:
    """Return frames of noise, which pack worst, or of one colour each, which pack best."""
    source = random.Random(1)  # noqa: S311 - pixels, not secrets
    palette = [(grey, grey, grey) for grey in range(256)]
    pixels = width * height
    pictures = [source.randbytes(pixels) if noisy else bytes([7 * n % 256]) * pixels for n in range(frames)]
    return bytes(Gif(width, height, [Image(width, height, one) for one in pictures], palette=palette))


def gif_rows(kind: str, shapes: list[tuple[int, int, int]], *, noisy: bool) -> Iterator[dict[str, Any]]:
    for width, height, frames in shapes:
        data = animation(width, height, frames, noisy=noisy)
        pixels = width * height * frames
        seconds = cpu_seconds(lambda data=data: image_samples(data))
        row = {"look": f"{kind}, {'noise' if noisy else 'flat'}", "screen": f"{width}x{height}"}
        yield {**row, "frames": frames, "bytes": len(data), "work": pixels, "cpu_s": seconds}


def text_rows() -> Iterator[dict[str, Any]]:
    scanner = ContentScanner()
    for count in WORDS:
        text = " ".join(CAPTION[n % len(CAPTION)] for n in range(count))
        seconds = cpu_seconds(lambda text=text: scanner.scan_metadata("Funny cat", ["cat", "jump"], text))
        yield {"look": "text rules", "work": count, "cpu_s": seconds}


def rows() -> Iterator[dict[str, Any]]:
    yield from text_rows()
    for noisy in (False, True):
        yield from gif_rows("more frames", [(*SIZE, frames) for frames in FRAMES], noisy=noisy)
        yield from gif_rows("larger frames", [(*screen, 8) for screen in SCREENS], noisy=noisy)


def main() -> None:
    before: dict[str, Any] = {}
    for row in rows():
        if before.get("look") == row["look"]:
            row["growth"] = round(row["work"] / before["work"], 2)
            row["ratio"] = round(row["cpu_s"] / before["cpu_s"], 2)
        before = row
        print(json.dumps({**row, "cpu_s": round(row["cpu_s"], 5)}), flush=True)


if __name__ == "__main__":
    main()

"""`npm run bench -- moderation`: what a look costs without the network, and how that grows.

--quick       one run of fewer sizes instead of the least of three
--json PATH   the same for machines

The moderator's own functions: text rules over words and targets, and the choice of frames with their PNGs.
CPU time of one CPython process; inside a Worker the same takes about twice as long. `growth` is the work
against the row before it, `bytes_growth` the size of the file, `ratio` the cost: work that costs in
proportion has them equal.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from moderating.content import Content  # noqa: E402 - src/ must be on the path first
from moderating.opinions import Opinion  # noqa: E402 - see above
from moderating.pictures import samples_of  # noqa: E402 - see above
from moderating.words import judge_by_rules  # noqa: E402 - see above
from moderation import Thresholds  # noqa: E402 - see above
from tests.unit.gif.gif_writer import Gif, Image  # noqa: E402 - see above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RUNS = 3
SCREEN = (480, 270)
FRAMES = (8, 16, 32, 64)
SCREENS = ((240, 135), (480, 270), (960, 540))
CAPTION = ("a", "cat", "jumps", "over", "the", "lazy", "dog", "and", "looks", "surprised")
WORDS = (50, 100, 200, 400, 800)
TARGETS = (1, 10, 100)
MEBIBYTE = 1024 * 1024


def cpu_seconds(runs: int, work: Callable[..., object], *given: object) -> float:
    def once() -> float:
        start = time.process_time()
        work(*given)
        return time.process_time() - start

    return min(once() for _ in range(runs))


def content(*targets: str, file: bytes = b"", words: int = 20) -> Content:
    async def read() -> bytes:
        return file

    caption = " ".join(CAPTION[n % len(CAPTION)] for n in range(words))
    return Content("asset:a", "0" * 64, "Funny cat", ("cat", "jump"), caption, targets, read=read)


def animation(width: int, height: int, frames: int, *, noisy: bool) -> bytes:
    """Return frames of noise, which pack worst, or of one colour each, which pack best."""
    source = random.Random(1)  # noqa: S311 - pixels, not secrets
    palette = [(grey, grey, grey) for grey in range(256)]
    pixels = width * height
    pictures = [source.randbytes(pixels) if noisy else bytes([7 * n % 256]) * pixels for n in range(frames)]
    return bytes(Gif(width, height, [Image(width, height, one) for one in pictures], palette=palette))


def look(upload: Content) -> None:
    """Do all of a look that needs no network."""
    judge_by_rules(upload, Thresholds())
    found = asyncio.run(samples_of(upload))
    assert not isinstance(found, Opinion), found.reason  # noqa: S101 - a refused file would cost nothing


def word_rows(runs: int) -> Iterator[dict[str, Any]]:
    for count in WORDS:
        seconds = cpu_seconds(runs, judge_by_rules, content(words=count), Thresholds())
        yield {"look": "rules, more words", "work": count, "unit": "words", "cpu_s": seconds}
    for count in TARGETS:
        urls = [f"https://example.com/{number}/a-lazy-dog?jumps=over" for number in range(count)]
        seconds = cpu_seconds(runs, judge_by_rules, content(*urls), Thresholds())
        yield {"look": "rules, more targets", "work": count, "unit": "targets", "cpu_s": seconds}


def gif_rows(
    kind: str, shapes: list[tuple[int, int, int]], runs: int, *, noisy: bool
) -> Iterator[dict[str, Any]]:
    for width, height, frames in shapes:
        data = animation(width, height, frames, noisy=noisy)
        seconds = cpu_seconds(runs, look, content(file=data))
        yield {
            "look": f"{kind}, {'noise' if noisy else 'flat'}",
            "screen": f"{width}x{height}",
            "frames": frames,
            "bytes": len(data),
            "work": width * height * frames,
            "unit": "pixels",
            "cpu_s": seconds,
            "mib_per_s": round(len(data) / MEBIBYTE / seconds, 2),
        }


def rows(*, quick: bool) -> Iterator[dict[str, Any]]:
    runs = 1 if quick else RUNS
    most = 3 if quick else len(FRAMES)
    yield from word_rows(runs)
    for noisy in (False, True):
        yield from gif_rows(
            "file, more frames", [(*SCREEN, frames) for frames in FRAMES[:most]], runs, noisy=noisy
        )
        yield from gif_rows("file, larger frames", [(*screen, 8) for screen in SCREENS], runs, noisy=noisy)


def compared(found: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Set each row against the one before it of the same kind."""
    before: dict[str, Any] = {}
    for row in found:
        row["looks_per_s"] = round(1 / row["cpu_s"], 1)
        if before.get("look") == row["look"]:
            row["growth"] = round(row["work"] / before["work"], 2)
            if "bytes" in row:
                row["bytes_growth"] = round(row["bytes"] / before["bytes"], 2)
            row["ratio"] = round(row["cpu_s"] / before["cpu_s"], 2)
        before = row
        yield {**row, "cpu_s": round(row["cpu_s"], 5)}


def main() -> None:
    parser = argparse.ArgumentParser(prog="npm run bench -- moderation")
    parser.add_argument("--quick", action="store_true", help="one run of fewer sizes")
    parser.add_argument("--json", type=Path, help="where to write the same for machines")
    asked = parser.parse_args()
    judge_by_rules(content(), Thresholds())  # The rules are compiled once, at the first look.
    measured = []
    for row in compared(rows(quick=asked.quick)):
        measured.append(row)
        print(json.dumps(row), flush=True)
    if asked.json:
        setup = {"quick": asked.quick, "cores": os.cpu_count(), "python": platform.python_version()}
        asked.json.write_text(json.dumps({"setup": setup, "rows": measured}, indent=2) + "\n")


if __name__ == "__main__":
    main()

"""Fuzzes what reads uploads: the inspector, the GIF walker and the form reader.

    PYTHONPATH=src python -m tests.fuzz.uploads --seconds 600 --seed 1

A case is a file or form of the corpus, damaged. Nothing but a refusal may come out, the same however the
bytes are cut; what is accepted must keep the limits, be nothing else as well, and bear no byte more. Files
that are accepted go back into the pool, so that damage adds up.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gif import GifError, GifInfo, GifWalker
from tests.corpus.uploads.good import GOOD
from tests.corpus.uploads.hostile import HOSTILE
from tests.fuzz.mutations import cut, mutated
from tests.unit.uploads.forms import file, form, read, text
from tests.unit.uploads.outcomes import SHORT_HEAD, head_of, outcome
from uploads import DEFAULT_LIMITS, Inspection
from uploads.foreign import HEAD_BYTES

LONGEST_SEED_BYTES = 5_000
MOST_OF_A_TYPE = 1_000
FORMS = (
    form(text("title", "Grüße"), file(b"GIF89a\r\n--"), text("tags", "a,b")),
    form(file(b"\r\n" * 40, filename='a"b.gif')),
    form(file(b""), end=b"--"),
)


class FoundError(AssertionError):
    """Something that must not happen; the message says what."""


class Pool:
    """Files to damage; every type is drawn as often as another, though some bear damage better."""

    def __init__(self) -> None:
        self._by_type: dict[str, list[bytes]] = {}
        for data, found in GOOD.values():
            self.add(found.content_type, data)
        # Files that are hostile by their size alone take long and teach nothing more.
        hostile = [data for data, code in HOSTILE.values() if data and code != "too_many_blocks"]
        self._hostile = [data for data in hostile if len(data) <= LONGEST_SEED_BYTES]

    def draw(self, chance: random.Random) -> list[bytes]:
        """Return the files of one type, or the hostile ones."""
        if chance.random() < 0.3:
            return self._hostile
        return self._by_type[chance.choice(sorted(self._by_type))]

    def add(self, content_type: str, data: bytes) -> None:
        """Keep a file that is accepted, up to a number; the corpus comes first and stays."""
        files = self._by_type.setdefault(content_type, [])
        if len(files) < MOST_OF_A_TYPE and len(data) <= LONGEST_SEED_BYTES:
            files.append(data)


def walked(pieces: Sequence[bytes]) -> GifInfo | str:
    walker = GifWalker()
    try:
        for piece in pieces:
            walker.feed(piece)
        return walker.finish()
    except GifError as error:
        return error.code


def check_file(chance: random.Random, data: bytes) -> str:
    """Inspect one file; return its type or the code of its refusal."""
    pieces = cut(chance, data)
    told = outcome([data])
    for head_bytes in (HEAD_BYTES, SHORT_HEAD):
        with head_of(head_bytes):
            whole, in_parts = outcome([data]), outcome(pieces)
        if in_parts != whole:
            raise FoundError(f"the cut {list(map(len, pieces))} tells {in_parts}, whole {whole}")
    if data.startswith(b"GIF") and walked(pieces) != walked([data]):
        raise FoundError(f"the GIF walker tells otherwise when cut {list(map(len, pieces))}")
    if isinstance(told, str):
        return told
    check_accepted(data, told)
    return told.content_type


def check_accepted(data: bytes, told: Inspection) -> None:
    if (told.bytes, told.sha256) != (len(data), hashlib.sha256(data).hexdigest()):
        raise FoundError("size or hash is wrong")
    frames = told.frames or 1
    is_animation = frames > 1 and told.content_type.startswith("image/")
    most = DEFAULT_LIMITS.max_picture_pixels if frames == 1 else DEFAULT_LIMITS.max_screen_pixels
    if not 0 < told.width * told.height <= most or min(told.width, told.height) < 1 or frames < 1:
        raise FoundError(f"the size is beyond the limits: {told}")
    if is_animation and frames * told.width * told.height > DEFAULT_LIMITS.max_animation_pixels:
        raise FoundError(f"the animation is beyond the limits: {told}")
    if not (told.duration_ms or 0) >= 0 or (
        told.content_type.startswith("video/") and (told.duration_ms or 0) > DEFAULT_LIMITS.max_film_ms
    ):
        raise FoundError(f"the duration is beyond the limits: {told}")
    if not isinstance(outcome([data + b"\0"]), str):
        raise FoundError("a byte more is accepted as well")
    if told.content_type == "image/gif":
        info = walked([data])
        if not isinstance(info, GifInfo) or (info.width, info.height, info.frames, info.end) != (
            *(told.width, told.height, told.frames),
            len(data),
        ):
            raise FoundError(f"the GIF walker finds {info}")
    if zipfile.is_zipfile(io.BytesIO(data)) and opens(data):
        raise FoundError("Python opens it as an archive")


def opens(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return bool(archive.namelist())
    except Exception:  # noqa: BLE001 - zipfile raises many things for a broken archive
        return False


def check_form(chance: random.Random, data: bytes) -> str:
    """Read one form; return the code of its refusal, or that it was read."""
    bytewise = read(data[at : at + 1] for at in range(len(data)))
    pieces = cut(chance, data)
    for told in (read([data]), read(pieces)):
        if told[1] != bytewise[1] or (not told[1] and told != bytewise):
            raise FoundError(f"the cut {list(map(len, pieces))} tells {told}, byte by byte {bytewise}")
    return bytewise[1] or "form"


@dataclass
class Report:
    """How often each outcome came, and the case that took the longest."""

    told: Counter[str] = field(default_factory=Counter)
    most_cpu_seconds: float = 0.0
    slowest: bytes = b""


def fuzz(chance: random.Random, goes_on: Callable[[int], bool], keep: Path) -> Report:
    """Run cases as long as told, which is asked with their number. What is found lies in `keep`."""
    files = Pool()
    report = Report()
    while goes_on(report.told.total()):
        is_form = chance.random() < 0.1
        pool = FORMS if is_form else files.draw(chance)
        data = mutated(chance, chance.choice(pool), pool)
        began = time.process_time()
        try:
            code = (check_form if is_form else check_file)(chance, data)
        except Exception:
            path = keep / f"found-{hashlib.sha256(data).hexdigest()[:16]}"
            path.write_bytes(data)
            print(f"kept {path}", file=sys.stderr)
            raise
        report.told[code] += 1
        took = time.process_time() - began
        if took > report.most_cpu_seconds:
            report.most_cpu_seconds, report.slowest = took, data
        if "/" in code:
            files.add(code, data)
    return report


def main() -> None:
    """Fuzz for a time, then print how often each outcome came."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()))
    chosen = arguments.parse_args()
    end = time.monotonic() + chosen.seconds
    report = fuzz(random.Random(chosen.seed), lambda _: time.monotonic() < end, chosen.keep)
    slowest = chosen.keep / "slowest"
    slowest.write_bytes(report.slowest)
    print(f"{report.told.total()} cases, nothing found")
    print(f"the slowest, {slowest}, took {report.most_cpu_seconds:.2f} s of CPU")
    for code, count in report.told.most_common():
        print(f"{count:9} {code}")


if __name__ == "__main__":
    main()

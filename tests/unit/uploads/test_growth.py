"""Work and memory for large files: steps are counted, so that a busy machine changes nothing.

Each file repeats what its format repeats, in pieces of the size that the edge reads. A walk over thirty times
the bytes may take thirty times the steps, and no more memory.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest

from tests.corpus.uploads import writers as w
from tests.corpus.uploads.good import gif
from tests.unit.gif.gif_writer import Image
from tests.unit.uploads.outcomes import in_pieces
from tests.unit.uploads.work import lines_run
from uploads import Inspector

CHUNK = 262_144
KILO = 1024
NOISE = bytes(range(1, 255)) * 34


def large_gif(kilobytes: int) -> bytes:
    return gif(*[Image(4, 3, b"", data=NOISE * 2)] * (kilobytes // 16))


def large_png(kilobytes: int) -> bytes:
    return w.png(*[w.png_chunk(b"IDAT", NOISE[: 8 * KILO])] * (kilobytes // 8))


def large_apng(kilobytes: int) -> bytes:
    frames = kilobytes // 64
    parts = [w.animation_control(frames), w.frame_control(0), w.png_chunk(b"IDAT", bytes(64 * KILO))]
    for index in range(1, frames):
        data = (2 * index).to_bytes(4, "big") + bytes(64 * KILO)
        parts += [w.frame_control(2 * index - 1), w.png_chunk(b"fdAT", data)]
    return w.png(*parts)


def large_jpeg(kilobytes: int) -> bytes:
    return w.jpeg(
        scan=w.jpeg_scan() + (b"\xff\x00" * 4 + NOISE[:244] + b"\xff\xd0\x11\x11") * (4 * kilobytes)
    )


def large_webp(kilobytes: int) -> bytes:
    picture = w.chunk(b"VP8L", w.lossless() + bytes(16 * KILO))
    return w.animated_webp(*[w.anmf(picture)] * (kilobytes // 16))


def large_mp4(kilobytes: int) -> bytes:
    """Samples of a kilobyte, sixty times as many as there are frames a second."""
    samples = kilobytes
    tables = (w.stsd(), w.stts((samples, 16)), w.stsz(*[KILO] * samples), w.stco(*range(40, 40 + samples)))
    return w.mp4(w.moov(w.mvhd(), w.trak(tables=w.stbl(*tables))), w.box(b"mdat", bytes(KILO * samples)))


def large_fragmented_mp4(kilobytes: int) -> bytes:
    film = w.box(b"mdat", bytes(32 * KILO))
    start = w.moov(w.mvhd(0), w.trak(tables=w.EMPTY_TABLES), w.box(b"mvex", w.trex()))
    return w.mp4(start, *[w.moof(w.tfhd(), w.trun(5)) + film] * (kilobytes // 32))


def large_webm(kilobytes: int) -> bytes:
    seconds = kilobytes // 64
    blocks = [w.block(time, data=bytes(4 * KILO)) for time in range(0, 960, 60)]
    return w.webm(
        w.info(), w.tracks(), *(w.cluster(*blocks, time=1000 * at, unknown=True) for at in range(seconds))
    )


def large_avif(kilobytes: int) -> bytes:
    return w.avif(media=w.box(b"mdat", bytes(KILO * kilobytes)))


LARGE = [
    *(large_gif, large_png, large_apng, large_jpeg, large_webp),
    *(large_mp4, large_fragmented_mp4, large_webm, large_avif),
]


def inspect_in_chunks(data: bytes) -> None:
    inspector = Inspector()
    for piece in in_pieces(data, CHUNK):
        inspector.feed(piece)
    inspector.finish()


@pytest.mark.parametrize("make", LARGE, ids=lambda make: make.__name__)
def test_work_grows_no_faster_than_the_bytes(make: Callable[[int], bytes]) -> None:
    small, large = make(1_024), make(23 * 1_024)
    assert len(large) > 22_000_000
    few, many = lines_run(lambda: inspect_in_chunks(small)), lines_run(lambda: inspect_in_chunks(large))
    assert many / len(large) <= 1.1 * few / len(small)


@pytest.mark.parametrize("make", LARGE, ids=lambda make: make.__name__)
def test_memory_does_not_grow_with_the_bytes(make: Callable[[int], bytes]) -> None:
    """What may grow is a record for every frame of a GIF, of which there are at most 2,000."""
    peaks = []
    for kilobytes in (2 * 1_024, 8 * 1_024):
        data = make(kilobytes)
        tracemalloc.start()
        inspect_in_chunks(data)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 600_000
    assert peaks[1] < 2_000_000


def many_fills(size: int) -> bytes:
    return w.jpeg(scan=w.jpeg_scan() + b"\xff" * size)


def many_almost_markup(size: int) -> bytes:
    return gif(b"!\xfe" + (b"\xff" + b"<scrip" * 42 + b"<sc") * (size // 256) + b"\0", Image(4, 3, bytes(12)))


def many_tiny_sub_blocks(size: int) -> bytes:
    return gif(Image(4, 3, b"", data=bytes(size // 2), sub_block=1))


def many_archive_ends(size: int) -> bytes:
    return w.mp4(w.moov(), w.box(b"mdat", b"PK\5\6" * (size // 4)))


@pytest.mark.parametrize("make", [many_fills, many_almost_markup, many_tiny_sub_blocks, many_archive_ends])
def test_nor_does_hostile_repetition_cost_more(make: Callable[[int], bytes]) -> None:
    small, large = make(100_000), make(1_600_000)
    few, many = lines_run(lambda: inspect_in_chunks(small)), lines_run(lambda: inspect_in_chunks(large))
    assert many / len(large) <= 1.1 * few / len(small)

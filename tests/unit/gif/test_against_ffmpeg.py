"""Every frame, pixel for pixel, as ffmpeg unpacks it.

ffmpeg begins with the background colour where browsers begin with nothing, so the corpus lets every file
without transparency cover its screen; beyond that the two must agree.
"""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from gif import decode_frames
from tests.unit.gif.gif_writer import Gif, Image, loop

SIZE = (37, 29)


def ffmpeg_frames(ffmpeg: str, path: Path, size: tuple[int, int]) -> list[bytes]:
    done = subprocess.run(
        [
            *[ffmpeg, "-v", "error", "-trans_color", "0", "-ignore_loop", "1", "-i", str(path)],
            *["-vsync", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgba", "-"],
        ],
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""
    step = 4 * size[0] * size[1]
    assert len(done.stdout) % step == 0
    return [done.stdout[at : at + step] for at in range(0, len(done.stdout), step)]


def assert_same_frames(ffmpeg: str, path: Path, size: tuple[int, int]) -> int:
    ours = [bytes(frame.rgba) for frame in decode_frames(path.read_bytes())]
    theirs = ffmpeg_frames(ffmpeg, path, size)
    assert len(ours) == len(theirs)
    for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        different = [at // 4 for at in range(0, len(one), 4) if one[at : at + 4] != other[at : at + 4]]
        assert not different, f"frame {index} differs at {len(different)} pixels, first {different[0]}"
    return len(ours)


def random_gif(seed: int) -> Gif:
    """Return an animation with every feature that ffmpeg and browsers read alike."""
    chance = random.Random(seed)
    width, height = SIZE

    def palette() -> list[tuple[int, int, int]]:
        return [(chance.randrange(256), chance.randrange(256), chance.randrange(256)) for _ in range(256)]

    images: list[Image | bytes] = [loop(0)]
    for number in range(8):
        left = chance.randrange(width) if number else 0
        top = chance.randrange(height) if number else 0
        image_width = chance.randint(1, width - left) if number else width
        image_height = chance.randint(1, height - top) if number else height
        bits = chance.randint(2, 8)
        indices = bytes(chance.randrange(1 << bits) for _ in range(image_width * image_height))
        images.append(
            Image(
                image_width,
                image_height,
                indices,
                left=left,
                top=top,
                palette=palette() if chance.random() < 0.5 else None,
                interlaced=chance.random() < 0.5,
                delay_cs=10,
                disposal=chance.randrange(4),
                transparent=chance.randrange(1 << bits),
                min_code_bits=bits,
                clear_every=chance.choice([None, 5, 40]),
                defer_clear=chance.random() < 0.5,
                sub_block=chance.choice([1, 50, 255]),
            )
        )
    return Gif(width, height, images, palette=palette())


@pytest.mark.parametrize("seed", range(40))
def test_random_animations_unpack_as_in_ffmpeg(ffmpeg: str, tmp_path: Path, seed: int) -> None:
    path = tmp_path / "random.gif"
    path.write_bytes(bytes(random_gif(seed)))
    assert assert_same_frames(ffmpeg, path, SIZE) == 8


def test_a_table_that_stays_full_unpacks_as_in_ffmpeg(ffmpeg: str, tmp_path: Path) -> None:
    path = tmp_path / "deferred.gif"
    palette = [(index, index // 2, 255 - index) for index in range(256)]
    indices = bytes((at * at >> 3) % 251 for at in range(200 * 150))
    path.write_bytes(bytes(Gif(200, 150, [Image(200, 150, indices, defer_clear=True)], palette=palette)))
    assert assert_same_frames(ffmpeg, path, (200, 150)) == 1


FILTERS = {
    "test pattern": "testsrc2=size=96x64:rate=10:duration=1",
    "mandelbrot": "mandelbrot=size=80x60:rate=5:end_pts=5,trim=end_frame=5",
    "life with transparency": "life=size=64x48:rate=5:seed=7,trim=end_frame=6,format=rgba,colorkey=black",
    "moving box": (
        "color=red:size=70x50:rate=10:duration=1[a];color=blue:size=12x12:rate=10:duration=1[b];"
        "[a][b]overlay=x=n*5:y=10"
    ),
    "own palette a frame": (
        "testsrc=size=90x70:rate=4:duration=1,split[a][b];[a]palettegen=stats_mode=single[p];"
        "[b][p]paletteuse=new=1:dither=sierra2"
    ),
    "few colours": (
        "testsrc=size=50x40:rate=3:duration=1,split[a][b];[a]palettegen=max_colors=4[p];[b][p]paletteuse"
    ),
}


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("flags", ["0", "+offsetting", "+transdiff", "+offsetting+transdiff"])
def test_files_that_ffmpeg_made_unpack_as_in_ffmpeg(
    ffmpeg: str, tmp_path: Path, name: str, flags: str
) -> None:
    path = tmp_path / "made.gif"
    subprocess.run(
        [ffmpeg, "-v", "error", "-f", "lavfi", "-i", FILTERS[name], "-gifflags", flags, str(path)], check=True
    )
    content = path.read_bytes()
    size = (int.from_bytes(content[6:8], "little"), int.from_bytes(content[8:10], "little"))
    assert assert_same_frames(ffmpeg, path, size) >= 3

"""Real files: what ffmpeg makes is accepted, and described as ffprobe, which decodes it, describes it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.corpus.uploads.hostile import ZIP
from tests.unit.uploads.outcomes import in_pieces, outcome
from uploads import Inspection, inspect

FILM = "testsrc2=size=98x66:rate=12.5:duration=1.6"
FRAMES, DURATION_MS = 20, 1600
ONE = ("-frames:v", "1")
H264 = ("-c:v", "libx264", "-pix_fmt", "yuv420p")
AV1 = ("-c:v", "libaom-av1", "-cpu-used", "8")
HEVC = ("-c:v", "libx265", "-x265-params", "log-level=none")
SINE = ("-f", "lavfi", "-i", "sine=duration=1.6")

STILLS: dict[str, tuple[str, ...]] = {
    "still.gif": ONE,
    "colours.png": ONE,
    "palette.png": (*ONE, "-pix_fmt", "pal8"),
    "deep grey.png": (*ONE, "-pix_fmt", "gray16be"),
    "deep with alpha.png": (*ONE, "-pix_fmt", "rgba64be"),
    "bits.png": (*ONE, "-pix_fmt", "monob"),
    "plain.jpg": ONE,
    "grey.jpg": (*ONE, "-pix_fmt", "gray"),
    "444.jpg": (*ONE, "-pix_fmt", "yuvj444p"),
    "fixed tables.jpg": (*ONE, "-huffman", "default"),
    "lossy.webp": (*ONE, "-lossless", "0"),
    "lossless.webp": (*ONE, "-lossless", "1"),
    "alpha.webp": (*ONE, "-vf", "format=yuva420p", "-lossless", "0"),
    "still.avif": (*ONE, *AV1, "-still-picture", "1"),
}
ANIMATIONS: dict[str, tuple[str, ...]] = {
    "plain.gif": (),
    "whole frames.gif": ("-gifflags", "0"),
    "own palettes.gif": (*("-vf", "split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=new=1"),),
    "moving.apng": (),
    "sequence.avif": AV1,
}
FILMS: dict[str, tuple[str, ...]] = {
    "plain.mp4": H264,
    "index first.mp4": (*H264, "-movflags", "+faststart"),
    "fragments.mp4": (*H264, "-movflags", "frag_keyframe+empty_moov"),
    "dash.mp4": (*H264, "-movflags", "dash+frag_every_frame"),
    "cmaf.mp4": (*H264, "-bf", "0", "-movflags", "cmaf+frag_keyframe"),
    "lead in.mp4": (*H264, "-movflags", "delay_moov+frag_keyframe"),
    "wide pixels.mp4": (*H264, "-vf", "setsar=2/1"),
    "with sound.mp4": (*SINE, *H264, "-c:a", "aac"),
    "with texts.mp4": (*H264, "-metadata", "title=a < b", "-movflags", "use_metadata_tags"),
    "hev1.mp4": HEVC,
    "hvc1.mp4": (*HEVC, "-tag:v", "hvc1"),
    "av1.mp4": AV1,
    "vp9.mp4": ("-c:v", "libvpx-vp9"),
    "vp8.webm": ("-c:v", "libvpx"),
    "vp9.webm": ("-c:v", "libvpx-vp9"),
    "av1.webm": AV1,
    "alpha.webm": ("-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p"),
    "with sound.webm": (*SINE, "-c:v", "libvpx", "-c:a", "libopus"),
    "index first.webm": ("-c:v", "libvpx-vp9", "-cues_to_front", "1"),
}
TYPES = {
    "gif": ("image/gif", "gif"),
    "png": ("image/png", "png"),
    "apng": ("image/png", "png"),
    "jpg": ("image/jpeg", "jpg"),
    "webp": ("image/webp", "webp"),
    "avif": ("image/avif", "avif"),
    "mp4": ("video/mp4", "mp4"),
    "webm": ("video/webm", "webm"),
}
REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "a.bmp": (ONE, "unsupported_type"),
    "a.tiff": (ONE, "unsupported_type"),
    "a.jp2": (ONE, "unsupported_type"),
    "a.mov": (H264, "unsupported_type"),
    "a.mkv": (H264, "unsupported_type"),
    "a.avi": ((), "unsupported_type"),
    "a.flv": ((), "unsupported_type"),
    "old.mp4": (("-c:v", "mpeg4"), "unsupported_coding"),
    "sound.mp4": ((*SINE, "-vn", "-c:a", "aac"), "no_frames"),
    "sound.webm": ((*SINE, "-vn", "-c:a", "libopus"), "no_frames"),
    "large.gif": (("-vf", "scale=4096:2162", *ONE), "too_many_pixels"),
}


class Probed(NamedTuple):
    width: int
    height: int
    frames: int
    duration_ms: int | None


class Studio:
    """Makes each file once."""

    def __init__(self, ffmpeg: str, folder: Path) -> None:
        self._ffmpeg = ffmpeg
        self._folder = folder

    def make(self, name: str, arguments: tuple[str, ...], source: tuple[str, ...] = ()) -> Path:
        path = self._folder / name
        if not path.exists():
            quietly = (self._ffmpeg, "-v", "error", "-nostdin", "-y")
            subprocess.run([*quietly, *(source or ("-f", "lavfi", "-i", FILM)), *arguments, path], check=True)
        return path


@pytest.fixture(scope="session")
def studio(ffmpeg: str, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return Studio(ffmpeg, tmp_path_factory.mktemp("uploads"))


def probe(ffprobe: str, path: Path) -> Probed:
    command = [ffprobe, "-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", path]
    told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    streams: list[dict[str, Any]] = [each for each in told["streams"] if each["codec_type"] == "video"]
    picture = streams[0]
    across, down = map(int, picture.get("sample_aspect_ratio", "1:1").split(":"))
    size = (round(picture["width"] * (across / down if across else 1)), picture["height"])
    if any(abs(side.get("rotation", 0)) == 90 for side in picture.get("side_data_list", [])):
        size = size[::-1]
    # A sequence of pictures has its length with the stream only, a WebM with the file only.
    seconds = picture.get("duration") or told["format"].get("duration")
    return Probed(*size, int(picture["nb_read_frames"]), round(1000 * float(seconds)) if seconds else None)


def described(inspection: Inspection) -> Probed:
    return Probed(inspection.width, inspection.height, inspection.frames or 0, inspection.duration_ms)


@pytest.mark.parametrize("name", STILLS)
def test_a_still_is_described_as_ffprobe_does(studio: Studio, ffprobe: str, name: str) -> None:
    path = studio.make(name, STILLS[name])
    inspection = inspect(path.read_bytes())
    assert (inspection.content_type, inspection.extension) == TYPES[path.suffix[1:]]
    assert described(inspection) == probe(ffprobe, path)._replace(duration_ms=None) == (98, 66, 1, None)
    assert inspection.loop_count is None


@pytest.mark.parametrize("name", {**ANIMATIONS, **FILMS})
def test_what_moves_is_described_as_ffprobe_does(studio: Studio, ffprobe: str, name: str) -> None:
    path = studio.make(name, {**ANIMATIONS, **FILMS}[name])
    inspection = inspect(path.read_bytes())
    assert (inspection.content_type, inspection.extension) == TYPES[path.suffix[1:]]
    probed = probe(ffprobe, path)
    # ffprobe tells no length of an APNG; the film's is known.
    duration_ms = probed.duration_ms or DURATION_MS
    assert described(inspection) == probed._replace(duration_ms=duration_ms)
    assert inspection.frames == FRAMES
    assert DURATION_MS <= (inspection.duration_ms or 0) <= DURATION_MS + 50


def test_a_webp_animation_is_described(studio: Studio) -> None:
    """ffprobe 5 cannot read these."""
    path = studio.make("moving.webp", ("-c:v", "libwebp_anim", "-loop", "2"))
    inspection = inspect(path.read_bytes())
    assert (inspection.content_type, inspection.extension) == TYPES["webp"]
    assert described(inspection) == (98, 66, FRAMES, DURATION_MS)
    assert inspection.loop_count == 2


@pytest.mark.parametrize(
    ("name", "arguments", "loop_count"),
    [
        ("for ever.gif", ("-loop", "0"), 0),
        ("seven.gif", ("-loop", "7"), 7),
        ("once.gif", ("-loop", "-1"), None),
        ("for ever.apng", ("-plays", "0"), 0),
        ("four.apng", ("-plays", "4"), 4),
        ("for ever.webp", ("-c:v", "libwebp_anim", "-loop", "0"), 0),
    ],
)
def test_loops_are_told(
    studio: Studio, name: str, arguments: tuple[str, ...], loop_count: int | None
) -> None:
    assert inspect(studio.make(name, arguments).read_bytes()).loop_count == loop_count


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_film_has_the_size_it_is_shown_in(studio: Studio, ffprobe: str, degrees: int) -> None:
    source = studio.make("plain.mp4", FILMS["plain.mp4"])
    turned = ("-c", "copy", "-metadata:s:v:0", f"rotate={degrees}")
    path = studio.make(f"turned {degrees}.mp4", turned, ("-i", str(source)))
    inspection = inspect(path.read_bytes())
    assert described(inspection) == probe(ffprobe, path)
    assert (inspection.width, inspection.height) == ((98, 66) if degrees == 180 else (66, 98))


def test_a_film_recorded_without_an_end_is_described(studio: Studio, ffprobe: str) -> None:
    """Browsers record so: no length, clusters of unknown size. Known is when the last frame begins."""
    path = studio.make("live.webm", ("-c:v", "libvpx", "-live", "1"))
    assert probe(ffprobe, path) == (98, 66, FRAMES, None)
    assert described(inspect(path.read_bytes())) == (98, 66, FRAMES, DURATION_MS - 80)


@pytest.mark.parametrize("name", REFUSED)
def test_other_media_are_refused(studio: Studio, name: str) -> None:
    arguments, code = REFUSED[name]
    assert outcome([studio.make(name, arguments).read_bytes()]) == code


@pytest.mark.parametrize("name", {**STILLS, **ANIMATIONS, **FILMS})
def test_a_real_file_is_refused_when_it_is_cut_or_more_than_itself(studio: Studio, name: str) -> None:
    data = studio.make(name, {**STILLS, **ANIMATIONS, **FILMS}[name]).read_bytes()
    for end in (len(data) // 4, len(data) // 2, len(data) - 1):
        assert outcome([data[:end]]) in {"truncated", "box_missing", "media_outside_file"}
    assert outcome([data + b"\0"]) == "trailing_data"
    assert outcome([data + ZIP]) == "zip_polyglot"
    assert outcome([data + b"<html><script>alert(1)</script>"]) == "html_polyglot"
    assert outcome(in_pieces(data, 997)) == outcome([data])

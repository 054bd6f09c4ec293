"""The helpers, from the queue to a file that ffprobe accepts."""

from __future__ import annotations

import http.server
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from media_jobs import (
    FFmpegRuntime,
    InvalidJobError,
    JobStatus,
    MediaJob,
    MediaJobQueue,
    create_thumbnail_job,
    create_transcode_job,
)

MakeQueue = Callable[..., MediaJobQueue]


@pytest.fixture
def finish(ffmpeg: str, make_queue: MakeQueue) -> Callable[..., MediaJob]:
    """Put one job in a queue by a helper, work it off, and return it."""

    def run(create: Callable[..., str], *arguments: object, **options: object) -> MediaJob:
        queue = make_queue(1, 1)
        job_id = create(queue, *arguments, **options)
        queue.shutdown(wait=True)
        return queue.get_job_status(job_id)

    return run


def colour_of(picture: Path) -> str:
    """Return which of red, green and blue the picture has most of."""
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        str(picture),
        "-vf",
        "scale=1:1",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-",
    ]
    levels = subprocess.run(command, check=True, capture_output=True).stdout
    return ("red", "green", "blue")[max(range(3), key=lambda channel: levels[channel])]


def first_boxes(mp4: Path) -> list[str]:
    content, boxes, at = mp4.read_bytes(), [], 0
    while at < len(content):
        boxes.append(content[at + 4 : at + 8].decode("latin-1"))
        at += int.from_bytes(content[at : at + 4], "big")
    return boxes


def test_a_silent_gif_of_odd_size_becomes_a_playable_mp4(
    media: Path, tmp_path: Path, finish: Callable[..., MediaJob]
) -> None:
    output = tmp_path / "out.mp4"
    job = finish(create_transcode_job, media / "odd.gif", output)
    assert (job.status, job.error, job.job_type) == (JobStatus.COMPLETED, None, "transcode")
    assert job.metadata == {"video_codec": "libx264", "audio_codec": "aac", "bitrate": "1M"}
    probed = FFmpegRuntime.probe_media(output)
    assert (probed["width"], probed["height"], probed["has_audio"]) == (34, 18, False)
    assert (probed["video_codec"], probed["streams"][0]["pix_fmt"]) == ("h264", "yuv420p")
    assert probed["streams"][0]["r_frame_rate"] == probed["streams"][0]["avg_frame_rate"] == "10/1"
    assert probed["duration_seconds"] == pytest.approx(1.0, abs=0.11)
    boxes = first_boxes(output)
    assert boxes.index("moov") < boxes.index("mdat")
    assert list(tmp_path.iterdir()) == [output]


def test_sound_is_kept_and_metadata_is_not(
    media: Path, tmp_path: Path, finish: Callable[..., MediaJob]
) -> None:
    output = tmp_path / "out.mp4"
    job = finish(create_transcode_job, media / "sound.mp4", output, bitrate="200k")
    assert job.status is JobStatus.COMPLETED, job.error
    probed = FFmpegRuntime.probe_media(output)
    assert (probed["video_codec"], probed["audio_codec"]) == ("h264", "aac")
    source = (media / "sound.mp4").read_bytes()
    for secret in (b"Secret", b"loci", b"Private microphone"):
        assert secret in source
        assert secret not in output.read_bytes()


@pytest.mark.parametrize(
    ("name", "codecs", "expected"),
    [
        ("out.webm", {"video_codec": "libvpx-vp9", "audio_codec": "libopus"}, ("vp9", "opus")),
        ("out.mkv", {"video_codec": "copy", "audio_codec": "copy"}, ("h264", "aac")),
        ("out.MP4", {"audio_codec": "copy"}, ("h264", "aac")),
    ],
)
def test_other_codecs_and_containers_work(
    media: Path,
    tmp_path: Path,
    finish: Callable[..., MediaJob],
    name: str,
    codecs: dict[str, str],
    expected: tuple[str, str],
) -> None:
    job = finish(create_transcode_job, media / "sound.mp4", tmp_path / name, **codecs)
    assert job.status is JobStatus.COMPLETED, job.error
    probed = FFmpegRuntime.probe_media(tmp_path / name)
    assert (probed["video_codec"], probed["audio_codec"]) == expected


def test_a_still_picture_becomes_a_video_too(
    media: Path, tmp_path: Path, finish: Callable[..., MediaJob]
) -> None:
    job = finish(create_transcode_job, media / "still.png", tmp_path / "out.mp4")
    assert job.status is JobStatus.COMPLETED, job.error
    assert FFmpegRuntime.probe_media(tmp_path / "out.mp4")["frames"] == 1


def test_a_file_may_be_transcoded_onto_itself(
    media: Path, tmp_path: Path, finish: Callable[..., MediaJob]
) -> None:
    movie = tmp_path / "movie.mp4"
    movie.write_bytes((media / "sound.mp4").read_bytes())
    job = finish(create_transcode_job, movie, movie)
    assert job.status is JobStatus.COMPLETED, job.error
    assert b"Secret" not in movie.read_bytes()
    assert FFmpegRuntime.probe_media(movie)["has_audio"]


@pytest.mark.parametrize(
    ("name", "codec"), [("t.jpg", "mjpeg"), ("t.JPEG", "mjpeg"), ("t.png", "png"), ("t.webp", "webp")]
)
def test_thumbnails_have_the_width_that_was_asked_for(
    media: Path, tmp_path: Path, finish: Callable[..., MediaJob], name: str, codec: str
) -> None:
    job = finish(create_thumbnail_job, media / "sound.mp4", tmp_path / name)
    assert (job.status, job.error, job.job_type) == (JobStatus.COMPLETED, None, "thumbnail")
    assert job.metadata == {"timestamp": "00:00:01", "width": 320}
    probed = FFmpegRuntime.probe_media(tmp_path / name)
    assert (probed["video_codec"], probed["width"], probed["height"]) == (codec, 320, 240)
    assert list(tmp_path.iterdir()) == [tmp_path / name]


@pytest.mark.parametrize(
    ("timestamp", "colour"), [("0", "red"), ("00:00:00.7", "blue"), ("00:00:01", "red"), ("01:00:00", "red")]
)
def test_a_thumbnail_shows_its_moment_or_the_first_frame_where_the_media_ends_before(
    media: Path, tmp_path: Path, finish: Callable[..., MediaJob], timestamp: str, colour: str
) -> None:
    job = finish(create_thumbnail_job, media / "odd.gif", tmp_path / "t.png", timestamp=timestamp, width=33)
    assert job.status is JobStatus.COMPLETED, job.error
    assert FFmpegRuntime.probe_media(tmp_path / "t.png")["width"] == 33
    assert colour_of(tmp_path / "t.png") == colour


def test_a_still_picture_has_a_thumbnail(
    media: Path, tmp_path: Path, finish: Callable[..., MediaJob]
) -> None:
    job = finish(create_thumbnail_job, media / "still.png", tmp_path / "t.jpg")
    assert job.status is JobStatus.COMPLETED, job.error
    assert colour_of(tmp_path / "t.jpg") == "green"


def test_a_very_flat_picture_has_a_thumbnail_of_at_least_two_rows(
    ffmpeg: str, tmp_path: Path, finish: Callable[..., MediaJob]
) -> None:
    flat = tmp_path / "flat.png"
    drawn = ["-f", "lavfi", "-i", "color=c=red:size=1000x2", "-frames:v", "1", str(flat)]
    assert FFmpegRuntime.execute_ffmpeg(drawn)[0] == 0
    job = finish(create_thumbnail_job, flat, tmp_path / "t.png", width=64)
    assert job.status is JobStatus.COMPLETED, job.error
    assert FFmpegRuntime.probe_media(tmp_path / "t.png")["height"] == 2


@pytest.mark.parametrize(
    ("create", "source", "output", "reason"),
    [
        (create_transcode_job, "missing.gif", "out.mp4", "missing.gif: No such file or directory"),
        (create_thumbnail_job, "missing.gif", "out.png", "missing.gif: No such file or directory"),
        (create_transcode_job, "sound.wav", "out.mp4", "matches no streams"),
        (create_thumbnail_job, "sound.wav", "out.png", "matches no streams"),
        (create_transcode_job, "odd.gif", "out.unknown", "Unable to find a suitable output format"),
        (create_transcode_job, "odd.gif", "missing/out.mp4", "cannot write to the folder"),
    ],
)
def test_failures_name_their_reason_and_leave_no_file(
    media: Path,
    tmp_path: Path,
    finish: Callable[..., MediaJob],
    create: Callable[..., str],
    source: str,
    output: str,
    reason: str,
) -> None:
    job = finish(create, media / source, tmp_path / output)
    assert job.status is JobStatus.FAILED
    assert job.error is not None
    assert reason in job.error
    assert job.error_code == ("output_failed" if "folder" in reason else "ffmpeg_failed")
    assert job.completed_at is not None
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_looks_like_an_option_or_a_protocol_is_a_name(
    media: Path, tmp_path: Path, finish: Callable[..., MediaJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("-y.gif", "concat:a.gif", "%d.gif"):
        (tmp_path / name).write_bytes((media / "odd.gif").read_bytes())
        for create, output in (
            (create_transcode_job, f"-f {name}.mp4"),
            (create_thumbnail_job, f"http:{name}%d.png"),
        ):
            job = finish(create, name, output)
            assert job.status is JobStatus.COMPLETED, job.error
            assert (tmp_path / output).stat().st_size > 0


class Recorder(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


@pytest.mark.parametrize("create", [create_transcode_job, create_thumbnail_job])
@pytest.mark.parametrize("target", ["address", "file"])
def test_a_playlist_can_make_ffmpeg_open_neither_an_address_nor_another_file(
    media: Path, tmp_path: Path, finish: Callable[..., MediaJob], create: Callable[..., str], target: str
) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    server.asked = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/secret.ts"
        segment = address if target == "address" else (media / "sound.mp4").as_uri()
        playlist = tmp_path / "upload.mp4"
        playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{segment}\n#EXT-X-ENDLIST\n")
        job = finish(create, playlist, tmp_path / ("o.mp4" if create is create_transcode_job else "o.png"))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert job.status is JobStatus.FAILED
    assert server.asked == []  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == [playlist]


@pytest.mark.parametrize("create", [create_transcode_job, create_thumbnail_job])
def test_a_helper_queues_nothing_that_is_invalid(create: Callable[..., str], make_queue: MakeQueue) -> None:
    queue = make_queue(1, 1)
    with pytest.raises(InvalidJobError, match="input_path"):
        create(queue, "", "out.png")
    with pytest.raises(InvalidJobError, match="output_path"):
        create(queue, "in.gif", "")
    assert queue.get_metrics().queue_size == 0

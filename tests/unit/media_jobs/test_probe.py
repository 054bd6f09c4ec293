from __future__ import annotations

from pathlib import Path

import pytest

from media_jobs import FFmpegNotFound, FFmpegRuntime, InvalidJobError, ProbeError
from media_jobs.probe import described


@pytest.mark.parametrize(
    ("said", "fact", "expected"),
    [
        ({}, "duration_seconds", None),
        ({"format": {"duration": "1.500000"}}, "duration_seconds", 1.5),
        ({"format": {"duration": "N/A"}}, "duration_seconds", None),
        ({"format": {"duration": "inf"}}, "duration_seconds", None),
        ({"format": {"size": "1656"}}, "size_bytes", 1656),
        ({"format": {"bit_rate": "13248"}}, "bit_rate", 13248),
        ({"streams": []}, "has_video", False),
        ({"streams": [{"codec_type": "video"}]}, "has_video", True),
        ({"streams": [{"codec_type": "video", "avg_frame_rate": "30000/1001"}]}, "frame_rate", 30000 / 1001),
        ({"streams": [{"codec_type": "video", "avg_frame_rate": "0/0"}]}, "frame_rate", None),
        ({"streams": [{"codec_type": "video", "avg_frame_rate": "25"}]}, "frame_rate", None),
        ({"streams": [{"codec_type": "video", "nb_frames": "5"}]}, "frames", 5),
        ({"streams": [{"codec_type": "video", "disposition": {"attached_pic": 1}}]}, "has_video", False),
        ({"streams": [{"codec_type": "audio", "codec_name": "aac"}]}, "audio_codec", "aac"),
        ({"streams": [{"codec_type": "subtitle"}]}, "has_audio", False),
    ],
)
def test_facts_come_out_of_what_ffprobe_says(said: dict[str, object], fact: str, expected: object) -> None:
    assert described(said)[fact] == expected


def test_a_gif_is_described(media: Path) -> None:
    probed = FFmpegRuntime.probe_media(str(media / "odd.gif"))
    assert probed["format"]["format_name"] == "gif"
    assert probed["streams"][0]["codec_name"] == "gif"
    facts = {name: probed[name] for name in ("width", "height", "video_codec", "audio_codec", "frame_rate")}
    assert facts == {"width": 33, "height": 17, "video_codec": "gif", "audio_codec": None, "frame_rate": 10.0}
    assert probed["duration_seconds"] == pytest.approx(1.0)
    assert (probed["has_video"], probed["has_audio"]) == (True, False)
    assert probed["size_bytes"] == (media / "odd.gif").stat().st_size


def test_a_movie_with_sound_is_described_on_an_instance_too(media: Path) -> None:
    probed = FFmpegRuntime().probe_media(media / "sound.mp4")
    assert (probed["video_codec"], probed["audio_codec"]) == ("h264", "aac")
    assert probed["duration_seconds"] == pytest.approx(2.0, abs=0.1)
    assert probed["frames"] == 20


def test_a_name_that_looks_like_an_option_is_a_name(
    media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "-version").write_bytes((media / "odd.gif").read_bytes())
    assert FFmpegRuntime.probe_media("-version")["width"] == 33


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.gif", None),
        ("empty.gif", b""),
        ("text.gif", b"hello, this is no picture"),
        ("list.mp4", b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nodd.gif\n#EXT-X-ENDLIST\n"),
        ("concat.gif", b"ffconcat version 1.0\nfile odd.gif\n"),
    ],
)
def test_what_is_no_media_by_itself_is_refused(
    media: Path, tmp_path: Path, name: str, content: bytes | None
) -> None:
    (tmp_path / "odd.gif").write_bytes((media / "odd.gif").read_bytes())
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ProbeError, match="ffprobe ended with 1") as caught:
        FFmpegRuntime.probe_media(tmp_path / name)
    assert caught.value.code == "probe_failed"


def test_a_path_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidJobError, match="file_path"):
        FFmpegRuntime.probe_media("")


def test_without_ffprobe_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FFmpegNotFound, match="ffprobe is not on PATH; install ffmpeg") as caught:
        FFmpegRuntime.probe_media("a.gif")
    assert caught.value.code == "ffmpeg_not_found"


@pytest.mark.parametrize(
    ("script", "reason"),
    [("echo no json", "no JSON"), ("yes 1234567 | head -c 2000000", "more than 1048576 bytes")],
)
def test_a_strange_ffprobe_is_an_error_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    program = tmp_path / "ffprobe"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(ProbeError, match=reason):
        FFmpegRuntime.probe_media("a.gif")

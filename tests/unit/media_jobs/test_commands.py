from __future__ import annotations

import pytest

from media_jobs import InvalidJobError
from media_jobs.commands import DEMUXERS, input_arguments, thumbnail_arguments, transcode_arguments


def test_inputs_and_outputs_are_named_as_files_whatever_they_look_like() -> None:
    for name in ("-y.mp4", "https://example.com/a.mp4", "concat:a|b.mp4", "pipe:0.mp4"):
        arguments = transcode_arguments(name, name, "libx264", "aac", "1M")
        assert arguments[arguments.index("-i") + 1] == f"file:{name}"
        assert arguments[-1] == f"file:{name}"
    arguments = thumbnail_arguments("-x", "-x.png", "1", 320)
    assert [arguments[at + 1] for at, argument in enumerate(arguments) if argument == "-i"] == ["file:-x"] * 2
    assert arguments[-1] == "file:-x.png"


def test_every_input_is_guarded_before_it_is_named() -> None:
    for arguments in (
        transcode_arguments("a", "b.mp4", "libx264", "aac", "1M"),
        thumbnail_arguments("a", "b.png", "1", 320),
    ):
        inputs = arguments.count("-i")
        for option, value in (
            ("-protocol_whitelist", "file,pipe"),
            ("-format_whitelist", f"{DEMUXERS},image2"),
        ):
            at = [arguments[i + 1] for i, argument in enumerate(arguments) if argument == option]
            assert at == [value] * inputs


def test_numbered_pictures_are_not_read_as_a_sequence() -> None:
    for name, demuxers in (("a.jpg", f"{DEMUXERS},image2"), ("a%d.jpg", DEMUXERS)):
        arguments = input_arguments(name)
        assert arguments[arguments.index("-format_whitelist") + 1] == demuxers


def test_no_format_that_names_other_files_is_allowed() -> None:
    assert not {"hls", "dash", "concat", "image2", "applehttp", "lavfi"} & set(DEMUXERS.split(","))


@pytest.mark.parametrize(("output", "first"), [("a.mp4", True), ("a.MOV", True), ("a.webm", False)])
def test_the_index_goes_first_only_where_there_is_one(output: str, first: bool) -> None:
    assert ("+faststart" in transcode_arguments("a", output, "libx264", "aac", "1M")) is first


def test_copied_pictures_are_neither_scaled_nor_rated() -> None:
    arguments = transcode_arguments("a", "b.mp4", "copy", "aac", "1M")
    assert not {"-vf", "-pix_fmt", "-b:v"} & set(arguments)
    assert arguments[arguments.index("-c:v") + 1] == "copy"


@pytest.mark.parametrize("codec", ["", "-y", "a b", "x" * 65, "libx264\n", None, 7])
def test_codecs_are_names(codec: str) -> None:
    with pytest.raises(InvalidJobError, match="video_codec"):
        transcode_arguments("a", "b.mp4", codec, "aac", "1M")
    with pytest.raises(InvalidJobError, match="audio_codec"):
        transcode_arguments("a", "b.mp4", "libx264", codec, "1M")


@pytest.mark.parametrize("bitrate", ["1M", "2M", "800k", "1.5M", "64000", "999999999"])
def test_bitrates_as_ffmpeg_knows_them_are_taken(bitrate: str) -> None:
    arguments = transcode_arguments("a", "b.mp4", "libx264", "aac", bitrate)
    assert arguments[arguments.index("-b:v") + 1] == bitrate


@pytest.mark.parametrize("bitrate", ["", "0", "-1M", "M", "1MB", "1M -y", "1e9", 1_000_000])
@pytest.mark.parametrize("codec", ["libx264", "copy"])
def test_other_bitrates_are_refused(bitrate: str, codec: str) -> None:
    with pytest.raises(InvalidJobError, match="bitrate"):
        transcode_arguments("a", "b.mp4", codec, "aac", bitrate)


@pytest.mark.parametrize("timestamp", ["0", "1.5", "90", "05:30", "5:30.25", "00:00:01", "100:59:59.999999"])
def test_timestamps_are_clock_times_or_seconds(timestamp: str) -> None:
    arguments = thumbnail_arguments("a", "b.jpg", timestamp, 320)
    assert arguments[arguments.index("-ss") + 1] == timestamp


@pytest.mark.parametrize(
    "timestamp", ["", "-1", "1:2:3:4", "00:60:00", "00:00:60", "1.", "1s", "now", None, 1]
)
def test_other_timestamps_are_refused(timestamp: str) -> None:
    with pytest.raises(InvalidJobError, match="timestamp"):
        thumbnail_arguments("a", "b.jpg", timestamp, 320)


@pytest.mark.parametrize("width", [0, -1, 8193, 1.5, True, "320", None])
def test_widths_are_whole_and_bounded(width: int) -> None:
    with pytest.raises(InvalidJobError, match="width"):
        thumbnail_arguments("a", "b.jpg", "0", width)


@pytest.mark.parametrize("output", ["a", "a.gif", "a.mp4", "a.jpg.exe", ".jpg"])
def test_a_thumbnail_is_a_picture(output: str) -> None:
    with pytest.raises(InvalidJobError, match=r"must end in \.jpg"):
        thumbnail_arguments("a", output, "0", 320)

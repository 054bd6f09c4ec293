"""The ffmpeg commands of the helpers, as pure functions of their parameters.

Uploaded files are not trusted. Inputs are named with `file:`, so a name is never read as an option or a
protocol; only local files may be opened, so a playlist cannot make the runner fetch an address; and only
self-contained formats are read, so a playlist cannot pull other local files into the output either.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from media_jobs.errors import InvalidJobError

DEMUXERS = (
    "gif,apng,png_pipe,jpeg_pipe,webp_pipe,bmp_pipe,tiff_pipe,mov,mp4,matroska,webm,avi,flv,ogg,"
    "mpeg,mpegts,mpegvideo,h264,hevc,wav,mp3,aac,flac"
)
"""Formats whose files hold their media themselves. Playlists (hls, dash, concat) name other files."""

MAX_WIDTH = 8192
MAX_FRAME_RATE = 60
_CODEC = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_BITRATE = re.compile(r"[1-9][0-9]{0,8}(\.[0-9]{1,3})?[kKMG]?")
_TIMESTAMP = re.compile(r"([0-9]{1,3}:)?[0-5]?[0-9]:[0-5]?[0-9](\.[0-9]{1,6})?|[0-9]{1,6}(\.[0-9]{1,6})?")
_FASTSTART_SUFFIXES = (".mp4", ".m4v", ".mov")
_IMAGE_ENCODERS = {
    ".jpg": ("-c:v", "mjpeg", "-q:v", "3"),
    ".jpeg": ("-c:v", "mjpeg", "-q:v", "3"),
    ".png": ("-c:v", "png"),
    ".webp": ("-c:v", "libwebp"),
}


def input_arguments(path: str, *options: str) -> list[str]:
    """Return the arguments that open an untrusted local file as one input."""
    # Large JPEGs are read by image2. It takes a percent sign in a name for a sequence of files, so not then.
    demuxers = DEMUXERS if "%" in path else f"{DEMUXERS},image2"
    guard = ["-protocol_whitelist", "file,pipe", "-format_whitelist", demuxers]
    return [*guard, *options, "-i", f"file:{path}"]


def _checked(pattern: re.Pattern[str], name: str, value: object) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise InvalidJobError(f"{name} {value!r} is not valid")
    return value


def _check_width(width: object) -> None:
    if isinstance(width, bool) or not isinstance(width, int) or not 1 <= width <= MAX_WIDTH:
        raise InvalidJobError(f"width must be a whole number from 1 to {MAX_WIDTH}")


def transcode_arguments(
    input_path: str, output_path: str, video_codec: str, audio_codec: str, bitrate: str
) -> list[str]:
    """Return the command for a video that plays everywhere.

    Square pixels, even dimensions, yuv420p, a constant frame rate of at most 60, the index at the front of an
    MP4, no metadata of the source. The sound is kept where there is some. With `video_codec="copy"` the
    pictures stay as they are.
    """
    video = ["-c:v", _checked(_CODEC, "video_codec", video_codec)]
    _checked(_BITRATE, "bitrate", bitrate)
    if video_codec != "copy":
        rate = f"'if(gt(source_fps,0),min(source_fps,{MAX_FRAME_RATE}),25)'"
        even = f"scale=w=ceil(iw*sar/2)*2:h=ceil(ih/2)*2,setsar=1,fps={rate}"
        video += ["-b:v", bitrate, "-vf", even, "-pix_fmt", "yuv420p"]
    index_first = PurePath(output_path).suffix.lower() in _FASTSTART_SUFFIXES
    return [
        *input_arguments(input_path),
        # The first real video, not a cover picture, and the first sound if there is one.
        *("-map", "0:V:0", "-map", "0:a:0?"),
        *video,
        *("-c:a", _checked(_CODEC, "audio_codec", audio_codec)),
        *("-map_metadata", "-1", "-map_chapters", "-1"),
        *(("-movflags", "+faststart") if index_first else ()),
        f"file:{output_path}",
    ]


def thumbnail_arguments(input_path: str, output_path: str, timestamp: str, width: int) -> list[str]:
    """Return the command for one still picture of that width, upscaled if need be, in proportion.

    It shows the first frame at or after `timestamp`, or the first of all where the media ends before that:
    both are read, and what is written last stays.
    """
    _check_width(width)
    encoder = _IMAGE_ENCODERS.get(PurePath(output_path).suffix.lower())
    if encoder is None:
        raise InvalidJobError(f"a thumbnail's name must end in {', '.join(_IMAGE_ENCODERS)}")
    picture = f"trim=end_frame=1,scale=w={width}:h=ceil({width}*ih/(iw*sar)/2)*2,setsar=1"
    return [
        *input_arguments(input_path),
        *input_arguments(input_path, "-ss", _checked(_TIMESTAMP, "timestamp", timestamp)),
        "-filter_complex",
        f"[0:V:0]{picture}[first];[1:V:0]{picture}[wanted];[first][wanted]concat=unsafe=1[last_written]",
        *("-map", "[last_written]", "-map_metadata", "-1", "-frames:v", "2"),
        *encoder,
        *("-f", "image2", "-update", "1"),
        f"file:{output_path}",
    ]

"""The facts most asked for, out of ffprobe's JSON."""

from __future__ import annotations

import math
from typing import Any


def described(probed: dict[str, Any]) -> dict[str, Any]:
    """Return ffprobe's answer with the convenient facts beside its `format` and `streams`.

    Any: the shape is ffprobe's. Facts it does not state, or states as no number, are None.
    """
    container = probed.get("format", {})
    streams = probed.get("streams", [])
    video: dict[str, Any] = next((stream for stream in streams if _is_video(stream)), {})
    audio: dict[str, Any] = next((stream for stream in streams if stream.get("codec_type") == "audio"), {})
    return {
        "format": container,
        "streams": streams,
        "duration_seconds": _number(container.get("duration")),
        "size_bytes": _whole(container.get("size")),
        "bit_rate": _whole(container.get("bit_rate")),
        "width": video.get("width"),
        "height": video.get("height"),
        "frame_rate": _ratio(video.get("avg_frame_rate")),
        "frames": _whole(video.get("nb_frames")),
        "video_codec": video.get("codec_name"),
        "audio_codec": audio.get("codec_name"),
        "has_video": bool(video),
        "has_audio": bool(audio),
    }


def _is_video(stream: dict[str, Any]) -> bool:
    """Return whether the stream is moving pictures or the picture itself, not a cover image."""
    return stream.get("codec_type") == "video" and not stream.get("disposition", {}).get("attached_pic")


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _whole(text: str | None) -> int | None:
    number = _number(text)
    return None if number is None else int(number)


def _ratio(text: str | None) -> float | None:
    above, _, below = (text or "").partition("/")
    numerator, denominator = _number(above), _number(below)
    return numerator / denominator if numerator and denominator else None

"""How much a file may be, in bytes, in what it unpacks to, and in what it takes to walk; and why."""

from __future__ import annotations

from dataclasses import dataclass

from assets.quotas import LARGEST_FILE_BYTES
from gif import DEFAULT_LIMITS as GIF_LIMITS
from uploads.errors import UploadError


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """The defaults bound what viewers and scanners must unpack; an account's quota lowers `max_bytes`."""

    max_bytes: int = LARGEST_FILE_BYTES
    """The most that any account may upload."""
    max_picture_pixels: int = 40_000_000
    """A still: what phones take (up to 40 megapixels); unpacked it is 160 MB in the viewer."""
    max_screen_pixels: int = GIF_LIMITS.max_screen_pixels
    """One frame of an animation or film: 4K either way up, 33 MB unpacked."""
    max_animation_pixels: int = GIF_LIMITS.max_total_pixels
    """All frames of an animation: the moderator's decoder takes no more."""
    max_animation_frames: int = GIF_LIMITS.max_frames
    """As many as the moderator's decoder takes."""
    max_film_ms: int = 600_000
    """Ten minutes: this is a place for clips, and runners convert them whole."""
    max_film_frames: int = 36_000
    """Ten minutes at 60 frames a second."""
    max_tracks: int = 8
    """Picture, sound, subtitles and some to spare; each costs memory while the file is walked."""
    max_metadata_bytes: int = 8_000_000
    """Colour profiles and editing histories have megabytes; the rest of a file must be picture or sound."""
    max_blocks: int = 200_000
    """Steps of the walk: 90 MB of PNG in 8 KiB chunks take 11,000, ten minutes of film about 100,000."""
    max_box_depth: int = 8
    """The deepest box we know lies five deep."""
    max_index_bytes: int = 262_144
    """The description of an AVIF is held in memory; one with a thousand tiles has 100 KB."""
    max_scans: int = 100
    """Passes over a progressive JPEG: encoders write about ten, and a viewer decodes the picture in each."""

    def check_picture(self, width: int, height: int) -> None:
        """Refuse a still that is empty or too large."""
        _check_area(width, height, self.max_picture_pixels)

    def check_screen(self, width: int, height: int) -> None:
        """Refuse an animation's or film's frame that is empty or too large."""
        _check_area(width, height, self.max_screen_pixels)

    def check_animation(self, width: int, height: int, frames: int) -> None:
        """Refuse an animation with too many frames, or too many pixels in all of them."""
        self.check_screen(width, height)
        if frames > self.max_animation_frames:
            raise UploadError("too_many_frames")
        if width * height * frames > self.max_animation_pixels:
            raise UploadError("too_many_pixels")

    def check_film(self, frames: int, duration_ms: float) -> None:
        """Refuse a film with too many frames, or one that plays too long."""
        if frames > self.max_film_frames:
            raise UploadError("too_many_frames")
        if duration_ms > self.max_film_ms:
            raise UploadError("too_long")


def _check_area(width: int, height: int, most: int) -> None:
    if width <= 0 or height <= 0:
        raise UploadError("zero_dimension")
    if width * height > most:
        raise UploadError("too_many_pixels")


DEFAULT_LIMITS = UploadLimits()

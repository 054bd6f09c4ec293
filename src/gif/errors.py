"""What can be wrong with a GIF."""

from __future__ import annotations

from typing import Final

MESSAGES: Final[dict[str, str]] = {
    "not_a_gif": "the file does not begin with GIF87a or GIF89a",
    "truncated": "the file ends before its trailer",
    "bad_block": "a block is malformed or of a kind that GIF does not have",
    "bad_lzw_size": "an image names a code size outside 2 to 8 bits",
    "bad_image_data": "an image's compressed data is corrupt or too short",
    "zero_dimension": "the screen or an image is 0 pixels wide or high",
    "frame_outside_screen": "an image reaches beyond the logical screen",
    "no_palette": "an image has neither a palette of its own nor a global one",
    "no_frames": "the file holds no image",
    "too_many_frames": "the file holds more images than the limit",
    "too_many_pixels": "width x height, or that times the images, is over the limit",
    "too_many_blocks": "the file is cut into more blocks than the limit",
    "trailing_data": "more bytes follow the trailer than the limit",
}


class GifError(ValueError):
    """A GIF that is refused; `code` is one of the keys of MESSAGES and stays stable."""

    def __init__(self, code: str) -> None:
        super().__init__(MESSAGES[code])
        self.code = code

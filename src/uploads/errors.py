"""What can be wrong with an upload, and the status that tells it."""

from __future__ import annotations

from typing import Final

_MEDIA: Final[dict[str, str]] = {
    "empty_file": "the file has no bytes",
    "truncated": "the file ends too early",
    "trailing_data": "more bytes follow the end of the picture or film",
    "zip_polyglot": "the file is an archive as well",
    "html_polyglot": "the file holds markup that a browser could run",
    "pdf_polyglot": "the file is a PDF document as well",
    "zero_dimension": "the picture is 0 pixels wide or high",
    "too_many_pixels": "width x height, or that times the frames, is over the limit",
    "too_many_frames": "there are more frames than the limit",
    "too_many_blocks": "the file is cut into more pieces than the limit",
    "too_long": "the film plays longer than the limit",
    "too_much_metadata": "what is neither picture nor sound is larger than the limit",
    "no_frames": "the file holds no picture",
    "frame_outside_screen": "a frame reaches beyond the picture's edges",
}
_GIF: Final[dict[str, str]] = {
    "bad_block": "a block is malformed or of a kind that GIF does not have",
    "bad_lzw_size": "an image names a code size outside 2 to 8 bits",
    "no_palette": "an image has neither a palette of its own nor a global one",
}
_PNG: Final[dict[str, str]] = {
    "png_bad_header": "the IHDR chunk is missing or makes no sense",
    "png_bad_chunk": "a chunk's length or type is not possible",
    "png_bad_crc": "a chunk's checksum does not match",
    "png_bad_order": "a chunk is repeated, missing or in the wrong place",
    "png_bad_palette": "the palette is missing, unexpected or of a wrong size",
    "png_bad_animation": "the animation's chunks contradict each other",
}
_JPEG: Final[dict[str, str]] = {
    "jpeg_bad_marker": "a marker is missing or of a kind that JPEG does not have there",
    "jpeg_bad_segment": "a segment's length does not fit its contents",
    "jpeg_bad_frame": "the frame header is missing, repeated or makes no sense",
    "jpeg_too_many_scans": "the picture is drawn in more passes than the limit",
}
_WEBP: Final[dict[str, str]] = {
    "webp_bad_size": "a chunk's size does not fit where it lies",
    "webp_bad_layout": "a chunk is repeated, missing or in the wrong place",
    "webp_bad_picture": "a picture's header makes no sense or contradicts the file's",
}
_BOXES: Final[dict[str, str]] = {
    "box_bad_size": "a box's size does not fit where it lies",
    "box_too_deep": "boxes lie in boxes beyond the limit",
    "box_missing": "a box that the format demands is missing",
    "box_repeated": "a box that may occur once is repeated",
    "box_bad_content": "a box's contents make no sense",
    "samples_contradict": "the tables of samples contradict each other",
    "media_outside_file": "the file points to bytes outside its media",
}
_EBML: Final[dict[str, str]] = {
    "ebml_bad_id": "an element's id is malformed or not one of WebM there",
    "ebml_bad_size": "an element's size does not fit where it lies",
    "ebml_missing": "an element that WebM demands is missing",
    "ebml_repeated": "an element that may occur once is repeated",
    "ebml_bad_content": "an element's contents make no sense",
    "ebml_attachment": "files are attached to the film",
}
_TYPES: Final[dict[str, str]] = {
    "unsupported_type": "the contents are none of GIF, PNG, JPEG, WebP, AVIF, MP4 and WebM",
    "unsupported_coding": "the picture or film is coded in a way that browsers do not show",
    "svg_file": "SVG is not taken: it can hold scripts",
    "html_file": "the file is a web page",
    "zip_file": "the file is an archive",
    "pdf_file": "the file is a PDF document",
}
_FORM: Final[dict[str, str]] = {
    "form_bad_boundary": "the content type names no boundary, or one that is not allowed",
    "form_preamble": "the form does not begin with its boundary",
    "form_bad_delimiter": "a boundary is followed by neither a line break nor two dashes",
    "form_bad_header": "a part's header cannot be read",
    "form_header_too_large": "a part's header is larger than the limit",
    "form_too_many_fields": "the form has more fields than the limit",
    "form_repeated_file": "the form has more than one file",
    "form_unexpected_file": "a file is sent in a field that takes none, or a text where a file belongs",
    "form_truncated": "the form ends before its last boundary",
    "form_trailing_data": "more bytes follow the form's last boundary",
    "form_no_file": "the form has no field named file",
    "form_bad_text": "a text in the form is not UTF-8",
}
_SIZES: Final[dict[str, str]] = {
    "file_too_large": "the file is larger than the limit",
    "form_field_too_large": "the texts in the form are larger than the limit",
}

MESSAGES: Final[dict[str, str]] = {
    **_MEDIA,
    **_GIF,
    **_PNG,
    **_JPEG,
    **_WEBP,
    **_BOXES,
    **_EBML,
    **_TYPES,
    **_FORM,
    **_SIZES,
}
_STATUSES: Final[dict[str, int]] = {
    **dict.fromkeys(_TYPES, 415),
    **dict.fromkeys(_FORM, 400),
    **dict.fromkeys(_SIZES, 413),
}


class UploadError(ValueError):
    """An upload that is refused; `code` is one of the keys of MESSAGES and stays stable.

    `status` is 415 for a type that is not taken, 413 for a size, 400 for a form that cannot be read, and 422
    for a file whose contents are refused.
    """

    def __init__(self, code: str) -> None:
        super().__init__(MESSAGES[code])
        self.code = code
        self.status = _STATUSES.get(code, 422)

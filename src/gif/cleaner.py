"""What of a GIF to keep: everything a viewer shows, nothing that only hides there.

Left out are comments, plain text, unknown extensions and applications, sub-blocks behind the ones that are
understood, and whatever follows the trailer. Pixels, timing and looping stay as they are. Colour tables and
compressed image data are kept byte for byte, so a reader that ignores the format can still be shown other
content there: the copy must also be served with its own content type and `nosniff`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gif.errors import GifError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gif.info import GifInfo


def keep_spans(info: GifInfo) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) offsets of a clean copy: in order, not empty, not touching one another."""
    start = 0
    for span in info.dropped:
        if span.start > start:
            yield start, span.start
        start = span.end
    yield start, info.end


def clean_size(info: GifInfo) -> int:
    """Return how many bytes the clean copy has."""
    return sum(end - start for start, end in keep_spans(info))


def clean_chunks(chunks: Iterable[bytes], info: GifInfo) -> Iterator[bytes]:
    """Yield the clean copy of a file that arrives in chunks of any size.

    Raises GifError ("truncated") when the chunks end before the walked file did.
    """
    spans = keep_spans(info)
    start, end = next(spans)
    offset = 0
    for chunk in chunks:
        chunk_end = offset + len(chunk)
        while start < chunk_end:
            yield chunk[max(start - offset, 0) : end - offset]
            if end > chunk_end:
                break
            following = next(spans, None)
            if following is None:
                return
            start, end = following
        offset = chunk_end
    raise GifError("truncated")

"""Writes multipart forms for the tests, well formed or not, and tells what a reader makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from uploads.errors import UploadError
from uploads.form import FileBytes, FormEvent, FormLimits, FormReader

BOUNDARY = "x.Y'9"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def part(disposition: str, body: bytes, *headers: str) -> bytes:
    lines = [f"Content-Disposition: {disposition}", *headers]
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n" + body


def text(name: str, value: str | bytes) -> bytes:
    return part(f'form-data; name="{name}"', value.encode() if isinstance(value, str) else value)


def file(data: bytes = b"GIF", name: str = "file", filename: str = "a.gif") -> bytes:
    return part(f'form-data; name="{name}"; filename="{filename}"', data, "Content-Type: image/gif")


def form(*parts: bytes, end: bytes = b"--\r\n") -> bytes:
    mark = b"--" + BOUNDARY.encode()
    return b"".join(mark + b"\r\n" + each + b"\r\n" for each in parts) + mark + end


def read(
    pieces: Iterable[bytes], content_type: str = TYPE, limits: FormLimits | None = None
) -> tuple[list[FormEvent], str]:
    """Return the events, file bytes joined, and the code of the refusal, or nothing."""
    events: list[FormEvent] = []
    try:
        reader = FormReader(content_type, limits or FormLimits())
        for piece in pieces:
            events += reader.feed(piece)
        reader.finish()
    except UploadError as error:
        return joined(events), error.code
    return joined(events), ""


def joined(events: list[FormEvent]) -> list[FormEvent]:
    made: list[FormEvent] = []
    for event in events:
        if isinstance(event, FileBytes) and made and isinstance(made[-1], FileBytes):
            made[-1] = FileBytes(made[-1].data + event.data)
        else:
            made.append(event)
    return made


def cut_at(data: bytes, places: Iterable[int]) -> Iterator[bytes]:
    """Yield the data in pieces that end at these places."""
    for start, end in pairwise([0, *sorted(places), len(data)]):
        yield data[start:end]

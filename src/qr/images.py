"""A QR code as a picture of exactly the size that was asked for."""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qr.errors import QrError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MIN_SIZE = 64
MAX_SIZE = 2_048
MAX_MARGIN = 16
LEVELS = ("L", "M", "Q", "H")

_COLOUR = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Rows of dark (1) and light (0) modules without the quiet zone, and how to show them."""

    rows: tuple[Sequence[int], ...]
    size: int
    margin: int
    dark: bytes
    light: bytes

    @property
    def width(self) -> int:
        """Return the modules from edge to edge, quiet zone included."""
        return len(self.rows) + 2 * self.margin


def svg(
    text: str,
    *,
    size: int = 256,
    margin: int = 4,
    level: str = "M",
    dark: str = "#000000",
    light: str = "#ffffff",
) -> str:
    """Return the code of `text` as an SVG image, `size` pixels wide where nothing else is said.

    `margin` is the quiet zone in modules, `level` the least error correction (L, M, Q or H; a better one is
    taken where the code stays as small), colours are `#rgb` or `#rrggbb`. The text itself is not in the file.
    Raises QrError: `invalid_text`, `text_too_long`, `invalid_size`, `invalid_margin`, `invalid_level`,
    `invalid_colour`.
    """
    drawing = _draw(text, size, margin, level, dark, light)
    path = "".join(
        f"M{start + margin} {y + margin}h{length}v1h-{length}z"
        for y, row in enumerate(drawing.rows)
        for start, length in _dark_runs(row)
    )
    width = drawing.width
    box = f'width="{size}" height="{size}" viewBox="0 0 {width} {width}" shape-rendering="crispEdges"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {box}>'
        f'<path fill="#{drawing.light.hex()}" d="M0 0h{width}v{width}H0z"/>'
        f'<path fill="#{drawing.dark.hex()}" d="{path}"/></svg>\n'
    )


def png(
    text: str,
    *,
    size: int = 256,
    margin: int = 4,
    level: str = "M",
    dark: str = "#000000",
    light: str = "#ffffff",
) -> bytes:
    """Return the code of `text` as a PNG image of `size` by `size` pixels, in two colours.

    Parameters and errors are those of `svg`; `invalid_size` also when a module would get less than a pixel.
    All modules have the same whole number of pixels: what is left over widens the quiet zone.
    """
    drawing = _draw(text, size, margin, level, dark, light)
    scale = size // drawing.width
    if not scale:
        raise QrError(f"this code needs a size of at least {drawing.width} pixels", "invalid_size")
    header = struct.pack(">IIBBBBB", size, size, 1, 3, 0, 0, 0)
    pixels = zlib.compress(b"".join(_scan_lines(drawing, scale)), 6)
    chunks = ((b"IHDR", header), (b"PLTE", drawing.light + drawing.dark), (b"IDAT", pixels), (b"IEND", b""))
    return _PNG_SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def _draw(text: str, size: int, margin: int, level: str, dark: str, light: str) -> _Drawing:
    _check_number(size, MIN_SIZE, MAX_SIZE, "size")
    _check_number(margin, 0, MAX_MARGIN, "margin")
    if level not in LEVELS:
        raise QrError(f"level must be one of {', '.join(LEVELS)}", "invalid_level")
    colours = _colour(dark, "dark"), _colour(light, "light")
    return _Drawing(_modules(text, level), size, margin, *colours)


def _check_number(value: object, least: int, most: int, name: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise QrError(f"{name} must be a whole number from {least} to {most}", f"invalid_{name}")


def _colour(value: object, name: str) -> bytes:
    if not isinstance(value, str) or not _COLOUR.fullmatch(value):
        raise QrError(f"{name} must be a colour such as #1a2b3c", "invalid_colour")
    digits = value[1:]
    return bytes.fromhex(digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


def _modules(text: object, level: str) -> tuple[Sequence[int], ...]:
    if not isinstance(text, str) or not text or _has_surrogates(text):
        raise QrError("the text of a code must be text, and not empty", "invalid_text")
    # Its writers bring half of the standard library's network code along.
    import segno  # noqa: PLC0415

    try:
        code = segno.make_qr(text, error=level, encoding=None if text.isascii() else "utf-8")
    except segno.DataOverflowError as error:
        raise QrError("the text does not fit into a QR code", "text_too_long") from error
    return tuple(code.matrix)


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _dark_runs(row: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = None
    for x, module in enumerate([*row, 0]):
        if module and start is None:
            start = x
        elif not module and start is not None:
            yield start, x - start
            start = None


def _scan_lines(drawing: _Drawing, scale: int) -> Iterator[bytes]:
    """Yield the lines of the image, one bit a pixel, each after its filter byte."""
    row_bytes = (drawing.size + 7) // 8
    before = (drawing.size - scale * len(drawing.rows)) // 2
    after = drawing.size - scale * len(drawing.rows) - before
    blank = bytes(1 + row_bytes)
    yield blank * before
    for row in drawing.rows:
        bits = "0" * before + "".join(("1" if module else "0") * scale for module in row)
        line = int(bits.ljust(8 * row_bytes, "0"), 2).to_bytes(row_bytes, "big")
        yield (b"\0" + line) * scale
    yield blank * after


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

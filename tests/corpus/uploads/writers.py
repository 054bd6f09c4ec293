"""Writes small media files for the tests, well formed or not; shares no code with what it tests."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png_chunk(kind: bytes, data: bytes = b"", crc: int | None = None) -> bytes:
    made = zlib.crc32(kind + data) if crc is None else crc
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", made)


def png_header(
    width: int = 4, height: int = 3, depth: int = 8, colour: int = 2, rest: bytes = b"\0\0\0"
) -> bytes:
    return png_chunk(b"IHDR", struct.pack(">IIBB", width, height, depth, colour) + rest)


def png_pixels(width: int = 4, height: int = 3, samples: int = 3) -> bytes:
    return zlib.compress((b"\0" + bytes(width * samples)) * height)


IEND = png_chunk(b"IEND")


def png(*chunks: bytes, header: bytes | None = None, end: bytes = IEND) -> bytes:
    body = chunks or (png_chunk(b"IDAT", png_pixels()),)
    return PNG_SIGNATURE + (png_header() if header is None else header) + b"".join(body) + end


def frame_control(
    number: int,
    size: tuple[int, int] = (4, 3),
    place: tuple[int, int] = (0, 0),
    delay: tuple[int, int] = (1, 10),
    ops: bytes = b"\0\0",
) -> bytes:
    return png_chunk(b"fcTL", struct.pack(">IIIIIHH", number, *size, *place, *delay) + ops)


def frame_data(number: int, size: tuple[int, int] = (4, 3)) -> bytes:
    return png_chunk(b"fdAT", struct.pack(">I", number) + png_pixels(*size))


def animation_control(frames: int, plays: int = 0) -> bytes:
    return png_chunk(b"acTL", struct.pack(">II", frames, plays))


def apng(frames: int = 3, plays: int = 2) -> bytes:
    chunks = [animation_control(frames, plays), frame_control(0), png_chunk(b"IDAT", png_pixels())]
    for index in range(1, frames):
        chunks += [frame_control(2 * index - 1, (2, 2), (1, 1)), frame_data(2 * index, (2, 2))]
    return png(*chunks)


def segment(marker: int, data: bytes = b"", length: int | None = None) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2 if length is None else length) + data


SOI, EOI = b"\xff\xd8", b"\xff\xd9"
JFIF = segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1\0\0")
QUANTIZATION = segment(0xDB, b"\0" + b"\1" * 64)
# One code of one bit in each table: no difference, and end of block.
HUFFMAN = segment(0xC4, b"\x00\x01" + bytes(15) + b"\0") + segment(0xC4, b"\x10\x01" + bytes(15) + b"\0")


def jpeg_frame(
    width: int = 16, height: int = 8, marker: int = 0xC0, precision: int = 8, components: int = 1
) -> bytes:
    table = b"".join(bytes([number + 1, 0x11, 0]) for number in range(components))
    return segment(marker, struct.pack(">BHHB", precision, height, width, components) + table)


def jpeg_scan(blocks: int = 2) -> bytes:
    bits = "00" * blocks
    padded = bits + "1" * (-len(bits) % 8)
    data = bytes(int(padded[at : at + 8], 2) for at in range(0, len(padded), 8))
    return segment(0xDA, b"\1\1\0\0\x3f\0") + data.replace(b"\xff", b"\xff\0")


def jpeg(*extra: bytes, frame: bytes | None = None, scan: bytes | None = None, end: bytes = EOI) -> bytes:
    """A grey picture; `extra` segments go before the frame header."""
    parts = [SOI, JFIF, *extra, QUANTIZATION, jpeg_frame() if frame is None else frame, HUFFMAN]
    return b"".join([*parts, jpeg_scan() if scan is None else scan, end])


def exif(orientation: int, order: str = "<") -> bytes:
    head = b"II*\0" if order == "<" else b"MM\0*"
    entries = struct.pack(f"{order}HHHIHHHHIHH", 2, 0x010F, 2, 1, 0, 0, 0x0112, 3, 1, orientation, 0)
    return segment(0xE1, b"Exif\0\0" + head + struct.pack(f"{order}I", 8) + entries + bytes(4))


def chunk(name: bytes, data: bytes = b"", size: int | None = None) -> bytes:
    return name + struct.pack("<I", len(data) if size is None else size) + data + b"\0" * (len(data) % 2)


def riff(*chunks: bytes, size: int | None = None, form: bytes = b"WEBP") -> bytes:
    body = form + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def lossless(width: int = 4, height: int = 3, version: int = 0, signature: int = 0x2F) -> bytes:
    """One colour: five prefix codes with one symbol each, and no bit for a pixel."""
    bits, count = 0, 0
    for value, size in [(width - 1, 14), (height - 1, 14), (1, 1), (version, 3), (0, 1), (0, 1), (0, 1)]:
        bits |= value << count
        count += size
    for symbol in (255, 0, 0, 255, 0):
        # A simple code, with one symbol, in eight bits where one does not do.
        wide = symbol > 1
        for value, size in [(1, 1), (0, 1), (int(wide), 1), (symbol, 8 if wide else 1)]:
            bits |= value << count
            count += size
    return bytes([signature]) + bits.to_bytes(-(-count // 8), "little")


def lossy(width: int = 4, height: int = 3, key: bool = True, partition: int = 2) -> bytes:
    """The head of a lossy picture; its contents are none."""
    tag = (0 if key else 1) | 0x10 | partition << 5
    return tag.to_bytes(3, "little") + b"\x9d\x01\x2a" + struct.pack("<HH", width, height) + bytes(8)


def webp(width: int = 4, height: int = 3) -> bytes:
    return riff(chunk(b"VP8L", lossless(width, height)))


def extended(flags: int = 0, width: int = 4, height: int = 3) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return chunk(b"VP8X", bytes([flags, 0, 0, 0]) + size)


def anim(plays: int = 0) -> bytes:
    return chunk(b"ANIM", bytes(4) + struct.pack("<H", plays))


def anmf(
    *parts: bytes, size: tuple[int, int] = (4, 3), place: tuple[int, int] = (0, 0), delay_ms: int = 70
) -> bytes:
    numbers = (place[0], place[1], size[0] - 1, size[1] - 1, delay_ms)
    head = b"".join(number.to_bytes(3, "little") for number in numbers) + b"\0"
    return chunk(b"ANMF", head + b"".join(parts or [chunk(b"VP8L", lossless(*size))]))


def animated_webp(*frames: bytes, plays: int = 5) -> bytes:
    return riff(extended(2), anim(plays), *(frames or (anmf(), anmf())))


def box(kind: bytes, *parts: bytes, size: int | None = None, long: bool = False) -> bytes:
    data = b"".join(parts)
    if long:
        return struct.pack(">I4sQ", 1, kind, len(data) + 16 if size is None else size) + data
    return struct.pack(">I4s", len(data) + 8 if size is None else size, kind) + data


def full(kind: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(kind, bytes([version]) + flags.to_bytes(3, "big"), *parts)


def numbers(*values: int) -> bytes:
    return struct.pack(f">{len(values)}I", *values)


MATRIX = numbers(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
QUARTER_TURN = numbers(0, 0x10000, 0, 0xFFFF0000, 0, 0, 0, 0, 0x40000000)


def ftyp(major: bytes = b"isom", *compatible: bytes) -> bytes:
    return box(b"ftyp", major, numbers(512), *(compatible or (b"isom", b"mp42")))


def mvhd(duration: int = 1000, timescale: int = 1000) -> bytes:
    return full(b"mvhd", numbers(0, 0, timescale, duration), bytes(80))


def tkhd(width: int = 64, height: int = 48, matrix: bytes = MATRIX, track: int = 1) -> bytes:
    return full(b"tkhd", numbers(0, 0, track, 0, 1000), bytes(16), matrix, numbers(width << 16, height << 16))


def mdhd(timescale: int = 1000) -> bytes:
    return full(b"mdhd", numbers(0, 0, timescale, 1000, 0))


def hdlr(handler: bytes = b"vide") -> bytes:
    return full(b"hdlr", bytes(4), handler, bytes(12), b"\0")


def sample_entry(coding: bytes = b"avc1", width: int = 64, height: int = 48) -> bytes:
    return box(coding, bytes(24), struct.pack(">HH", width, height), bytes(50))


def stsd(*entries: bytes, count: int | None = None) -> bytes:
    made = entries or (sample_entry(),)
    return full(b"stsd", numbers(len(made) if count is None else count), *made)


def stts(*pairs: tuple[int, int], count: int | None = None) -> bytes:
    flat = [number for pair in pairs for number in pair]
    return full(b"stts", numbers(len(pairs) if count is None else count, *flat))


def stsz(*sizes: int, constant: int = 0, count: int | None = None) -> bytes:
    return full(b"stsz", numbers(constant, len(sizes) if count is None else count, *sizes))


def stco(*offsets: int, count: int | None = None) -> bytes:
    return full(b"stco", numbers(len(offsets) if count is None else count, *offsets))


def stbl(*tables: bytes) -> bytes:
    return box(b"stbl", *(tables or (stsd(), stts((2, 500)), stsz(5, 6), stco(40))))


def trak(
    *, head: bytes | None = None, media: Sequence[bytes] | None = None, tables: bytes | None = None
) -> bytes:
    inner = media or (mdhd(), hdlr(), box(b"minf", stbl() if tables is None else tables))
    return box(b"trak", tkhd() if head is None else head, box(b"mdia", *inner))


def moov(*parts: bytes) -> bytes:
    return box(b"moov", *(parts or (mvhd(), trak())))


MDAT = box(b"mdat", b"hello world")


def mp4(*boxes: bytes, head: bytes | None = None) -> bytes:
    return b"".join([ftyp() if head is None else head, *(boxes or (moov(), MDAT))])


def tables(*made: bytes) -> bytes:
    """A film whose picture has these tables."""
    return mp4(moov(mvhd(), trak(tables=stbl(*made))), MDAT)


def trex(track: int = 1, duration: int = 40) -> bytes:
    return full(b"trex", numbers(track, 1, duration, 0, 0))


def tfhd(track: int = 1, *fields: int, flags: int = 0) -> bytes:
    return full(b"tfhd", numbers(track, *fields), flags=flags)


def trun(samples: int, *fields: int, flags: int = 0) -> bytes:
    return full(b"trun", numbers(samples, *fields), flags=flags)


def moof(*parts: bytes) -> bytes:
    return box(b"moof", full(b"mfhd", numbers(1)), box(b"traf", *(parts or (tfhd(), trun(5)))))


EMPTY_TABLES = stbl(stsd(), stts(), stsz(), stco())


def fragmented(*fragments: bytes, extends: bytes | None = None) -> bytes:
    mvex = box(b"mvex", trex()) if extends is None else extends
    start = moov(mvhd(0), trak(tables=EMPTY_TABLES), mvex)
    return mp4(start, *(part for fragment in fragments or (moof(), moof()) for part in (fragment, MDAT)))


def ispe(width: int = 4, height: int = 3) -> bytes:
    return full(b"ispe", numbers(width, height))


def infe(item: int = 1, kind: bytes = b"av01", version: int = 2) -> bytes:
    number = struct.pack(">H", item) if version == 2 else struct.pack(">I", item)
    return full(b"infe", number, b"\0\0", kind, b"\0", version=version)


def iinf(*entries: bytes) -> bytes:
    made = entries or (infe(),)
    return full(b"iinf", struct.pack(">H", len(made)), *made)


def iloc(*places: tuple[int, int, int], method: int | None = None) -> bytes:
    made = places or ((1, 200, 11),)
    version = 0 if method is None else 1
    body = struct.pack(">BBH", 0x44, 0, len(made))
    for item, offset, length in made:
        body += struct.pack(">H", item) + (b"" if method is None else struct.pack(">H", method))
        body += struct.pack(">HHII", 0, 1, offset, length)
    return full(b"iloc", body, version=version)


def ipma(item: int = 1, *properties: int) -> bytes:
    made = properties or (1,)
    return full(b"ipma", numbers(1), struct.pack(">HB", item, len(made)), bytes(made))


def iprp(*properties: bytes, links: bytes | None = None) -> bytes:
    made = properties or (ispe(),)
    return box(b"iprp", box(b"ipco", *made), ipma(1, *range(1, len(made) + 1)) if links is None else links)


def pitm(item: int = 1) -> bytes:
    return full(b"pitm", struct.pack(">H", item))


def meta(*parts: bytes, handler: bytes = b"pict") -> bytes:
    made = parts or (pitm(), iloc(), iinf(), iprp())
    return full(b"meta", hdlr(handler), *made)


AVIF = ftyp(b"avif", b"avif", b"mif1")


def avif(*parts: bytes, media: bytes = MDAT) -> bytes:
    return AVIF + meta(*parts) + media


def element(kind: int, *parts: bytes, size: int | None = None, unknown: bool = False) -> bytes:
    name = kind.to_bytes(-(-kind.bit_length() // 8), "big")
    data = b"".join(parts)
    told = (2**56 - 1 if unknown else len(data) if size is None else size) | 1 << 56
    return name + told.to_bytes(8, "big") + data


def unsigned(kind: int, value: int) -> bytes:
    return element(kind, value.to_bytes(max(1, -(-value.bit_length() // 8)), "big"))


def ebml_header(doc_type: bytes = b"webm", read_version: int = 2, id_bytes: int = 4) -> bytes:
    versions = unsigned(0x4286, 1) + unsigned(0x42F7, 1) + unsigned(0x42F2, id_bytes) + unsigned(0x42F3, 8)
    return element(0x1A45DFA3, versions, element(0x4282, doc_type), unsigned(0x4285, read_version))


def info(duration: float | None = 2000.0, scale: int = 1_000_000) -> bytes:
    told = b"" if duration is None else element(0x4489, struct.pack(">d", duration))
    return element(0x1549A966, unsigned(0x2AD7B1, scale), told)


def track_entry(
    width: int = 64, height: int = 48, codec: bytes = b"V_VP9", kind: int = 1, number: int = 1
) -> bytes:
    size = element(0xE0, unsigned(0xB0, width), unsigned(0xBA, height))
    return element(0xAE, unsigned(0xD7, number), unsigned(0x83, kind), element(0x86, codec), size)


def tracks(*entries: bytes) -> bytes:
    return element(0x1654AE6B, *(entries or (track_entry(),)))


def block(time: int = 0, track: int = 1, data: bytes = b"frame") -> bytes:
    return element(0xA3, bytes([0x80 | track]), struct.pack(">h", time), b"\x80", data)


def cluster(*blocks: bytes, time: int = 0, unknown: bool = False) -> bytes:
    return element(0x1F43B675, unsigned(0xE7, time), *(blocks or (block(), block(40))), unknown=unknown)


def segment_of(*parts: bytes, unknown: bool = False, size: int | None = None) -> bytes:
    made = parts or (info(), tracks(), cluster(), cluster(time=1000))
    return element(0x18538067, *made, unknown=unknown, size=size)


def webm(*parts: bytes, unknown: bool = False) -> bytes:
    return ebml_header() + segment_of(*parts, unknown=unknown)

"""Files that must be refused, each with the code that tells why."""

from __future__ import annotations

import io
import zipfile

from tests.corpus.uploads import writers as w
from tests.corpus.uploads.good import GOOD, PICTURE, gif
from tests.unit.gif.gif_writer import Gif, Image, application, control, extension, loop

SCRIPT = b"<script>alert(1)</script>"


def archive(*, stored: bytes = b"hello") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("payload.txt", stored)
    return out.getvalue()


ZIP = archive()
GIF, PNG, JPEG, WEBP, AVIF, MP4, WEBM = (
    GOOD[name][0] for name in ("gif loop", "apng", "jpeg", "webp animated", "avif", "mp4", "webm")
)
EVERY = {"gif": GIF, "png": PNG, "jpeg": JPEG, "webp": WEBP, "avif": AVIF, "mp4": MP4, "webm": WEBM}
LARGER = {
    "larger gif": gif(extension(0xFE, bytes(2_000)), PICTURE),
    "larger png": w.png(w.png_chunk(b"IDAT", bytes(2_000))),
    "larger mp4": w.mp4(w.moov(), w.box(b"mdat", bytes(2_000))),
}
BEFORE_IEND = PNG[:-12]
MARKUP = {
    "a handler of a body": b"<body onload=alert(1)>",
    "a handler of an image": b'<img src="x" onerror = alert(1)>',
    "a handler of anything": b"<x/onclick=alert(1)>",
    "a handler behind other attributes": b"<cat style='x' tabindex=1 onfocus=alert(1) autofocus>",
    "a head": b"<HEAD><base href=//example.com>",
    "a redirect": b'<meta http-equiv="refresh" content="0;url=//example.com">',
    "an object": b"<object data=x>",
    "a plug-in": b"<embed src=x>",
    "a style": b"<style>@import'//example.com'</style>",
    "a drawing": b"<svg/onload=alert(1)>",
    "a frame": b"<iframe src=javascript:alert(1)>",
    "a link": b'<a href="javascript:alert(1)">x</a>',
    "a link among other attributes": b"<a class=big\nhref = javascript:alert(1)>x</a>",
    "a form": b"<form action=//example.com>",
}
RAR = b"Rar!\x1a\x07\1\0" + bytes(100)
_PALETTE_END = 13 + 3 * 4


def cut(data: bytes, inside: bytes, more: int = 0) -> bytes:
    """Return a file that ends shortly behind where `inside` begins."""
    return data[: data.index(inside) + more]


def raised(data: bytes, at: bytes, by: int, number: int, size: int = 4) -> bytes:
    """Return a file with the big-endian number that lies `by` bytes from `at` replaced."""
    place = data.index(at) + by
    return data[:place] + number.to_bytes(size, "big") + data[place + size :]


def film(*media: bytes) -> bytes:
    return w.mp4(w.moov(w.mvhd(), w.trak(media=media)), w.MDAT)


def many(block: Image | bytes, count: int, *rest: Image) -> bytes:
    """Return a GIF with one block so often, then others; the block is made once."""
    size = len(gif(block, block)) - len(gif(block))
    with_one = gif(block, *rest)
    return (
        with_one[:_PALETTE_END]
        + with_one[_PALETTE_END : _PALETTE_END + size] * count
        + with_one[_PALETTE_END + size :]
    )


HOSTILE: dict[str, tuple[bytes, str]] = {
    # What is no media at all.
    "no bytes": (b"", "empty_file"),
    "zero bytes": (bytes(4096), "unsupported_type"),
    "text": (b"hello", "unsupported_type"),
    "half a GIF signature": (b"GIF8", "unsupported_type"),
    "GIF88a": (GIF.replace(b"GIF89a", b"GIF88a"), "unsupported_type"),
    "PNG mangled by a text transfer": (PNG.replace(b"\r\n", b"\n", 1), "unsupported_type"),
    "BMP": (b"BM" + bytes(60), "unsupported_type"),
    "TIFF": (b"II*\0" + bytes(60), "unsupported_type"),
    "WAV": (w.riff(w.chunk(b"fmt ", bytes(16)), form=b"WAVE"), "unsupported_type"),
    "QuickTime": (w.mp4(w.moov(), w.MDAT, head=w.ftyp(b"qt  ", b"qt  ", b"mp42")), "unsupported_type"),
    "HEIC": (w.ftyp(b"heic", b"mif1", b"heic", b"mp42") + w.meta() + w.MDAT, "unsupported_type"),
    "Matroska": (w.ebml_header(b"matroska") + w.segment_of(), "unsupported_type"),
    "Matroska of the future": (w.ebml_header(read_version=5) + w.segment_of(), "unsupported_type"),
    "Matroska with long ids": (w.ebml_header(id_bytes=5) + w.segment_of(), "unsupported_type"),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "svg_file"),
    "SVG with a script": (b'<?xml version="1.0"?>\n<!-- x -->\n<svg onload="alert(1)"></svg>', "svg_file"),
    "SVG behind a mark and space": (b"\xef\xbb\xbf \n<svg\n>", "svg_file"),
    "SVG in UTF-16": ("\ufeff<svg >".encode("utf-16-le"), "svg_file"),
    "SVG with a prefix": (b'<s:svg xmlns:s="http://www.w3.org/2000/svg"/>', "svg_file"),
    "HTML": (b"<!DOCTYPE html><p>hi", "html_file"),
    "HTML fragment": (b"  <script>alert(1)</script>", "html_file"),
    "XML of another kind": (b'<?xml version="1.0"?><note/>', "unsupported_type"),
    "ZIP": (ZIP, "zip_file"),
    "empty ZIP": (b"PK\5\6" + bytes(18), "zip_file"),
    "PDF": (b"%PDF-1.7\n%", "pdf_file"),
    "PDF behind a line": (b"#!/bin/sh\n%PDF-1.7\n", "pdf_file"),
    # What is media and something else.
    **{f"{name} and ZIP": (data + ZIP, "zip_polyglot") for name, data in EVERY.items()},
    **{f"{name} and HTML": (data + b"<html>" + SCRIPT, "html_polyglot") for name, data in EVERY.items()},
    **{f"{name} and bytes": (data + b"\0\0\0", "trailing_data") for name, data in EVERY.items()},
    **{f"{name} and many bytes": (data + bytes(3_000), "trailing_data") for name, data in EVERY.items()},
    **{
        f"{name} and PDF behind it": (data + b"\n%PDF-1.7\n" + bytes(3_000), "pdf_polyglot")
        for name, data in LARGER.items()
    },
    **{
        f"{name} twice": (data * 2, "trailing_data")
        for name, data in EVERY.items()
        if name not in {"avif", "mp4"}
    },
    "mp4 twice": (MP4 * 2, "box_repeated"),
    "avif twice": (AVIF * 2, "box_repeated"),
    "gif and PDF": (gif(extension(0xFE, b"\n%PDF-1.7\n1 0 obj"), PICTURE), "pdf_polyglot"),
    "gif and PDF in its head": (GIF + b"\n%PDF-1.7\n", "pdf_polyglot"),
    "png and PDF": (
        w.png(w.png_chunk(b"teXt", b"%PDF-1.4"), w.png_chunk(b"IDAT", w.png_pixels())),
        "pdf_polyglot",
    ),
    "gif with a page in a comment": (gif(extension(0xFE, b"x" * 2000 + SCRIPT), PICTURE), "html_polyglot"),
    **{
        f"gif with {name} in a comment": (
            gif(PICTURE, extension(0xFE, b"x" * 2000 + markup)),
            "html_polyglot",
        )
        for name, markup in MARKUP.items()
    },
    **{
        f"jpeg with {name} in a comment": (w.jpeg(w.segment(0xFE, markup)), "html_polyglot")
        for name, markup in MARKUP.items()
    },
    **{
        f"{kind} with a RAR archive": (data, "zip_polyglot")
        for kind, data in {
            "gif": gif(PICTURE, extension(0xFE, RAR)),
            "gif of older make": gif(PICTURE, extension(0xFE, RAR.replace(b"\1\0", b"\0"))),
            "mp4": w.mp4(w.moov(), w.box(b"mdat", bytes(5_000), RAR)),
        }.items()
    },
    "gif with a page in its first bytes": (
        gif(extension(0xFE, b"--><html>" + SCRIPT), PICTURE),
        "html_polyglot",
    ),
    "gif with a page in an application block": (
        gif(PICTURE, application(b"XMP DataXMP", b"y" * 3000 + b"<!DocType HTML>")),
        "html_polyglot",
    ),
    "gif with a page in its palette": (
        bytes(Gif(4, 3, [PICTURE], palette=[tuple(b"<sc"), tuple(b"rip"), tuple(b"t> ")])),  # type: ignore[list-item]
        "html_polyglot",
    ),
    "gif with an archive in a comment": (gif(PICTURE, extension(0xFE, ZIP)), "zip_polyglot"),
    "png with a page in a text": (
        w.png(w.png_chunk(b"IDAT", w.png_pixels() + bytes(2000)), w.png_chunk(b"tEXt", b"a\0" + SCRIPT)),
        "html_polyglot",
    ),
    "png with an archive in a chunk": (BEFORE_IEND + w.png_chunk(b"zzAp", ZIP) + w.IEND, "zip_polyglot"),
    "jpeg with a page in a comment": (w.jpeg(w.segment(0xFE, b" " * 2000 + b"<?php x ?>")), "html_polyglot"),
    "jpeg with a page in EXIF": (
        w.jpeg(w.segment(0xE1, b"Exif\0\0" + b" " * 2000 + SCRIPT)),
        "html_polyglot",
    ),
    "jpeg with an archive in a comment": (w.jpeg(w.segment(0xFE, ZIP)), "zip_polyglot"),
    "webp with a page in XMP": (
        w.riff(
            w.extended(4), w.chunk(b"VP8L", w.lossless() + bytes(2000)), w.chunk(b"XMP ", b"<IFRAME src=x>")
        ),
        "html_polyglot",
    ),
    "webp with an archive in a chunk": (
        w.riff(w.extended(), w.chunk(b"VP8L", w.lossless()), w.chunk(b"junk", ZIP)),
        "zip_polyglot",
    ),
    "mp4 with a page in free space": (
        w.mp4(w.moov(), w.MDAT, w.box(b"free", bytes(2000), SCRIPT)),
        "html_polyglot",
    ),
    "mp4 with an archive in free space": (w.mp4(w.moov(), w.MDAT, w.box(b"free", ZIP)), "zip_polyglot"),
    "mp4 with an archive in the film": (w.mp4(w.moov(), w.box(b"mdat", ZIP)), "zip_polyglot"),
    "avif with a page in a uuid": (
        w.avif() + w.box(b"uuid", bytes(2000), b"<svg onload=x>"),
        "html_polyglot",
    ),
    "webm with a page in its tags": (
        w.webm(w.info(), w.tracks(), w.cluster(), w.element(0x1254C367, bytes(2000), SCRIPT)),
        "html_polyglot",
    ),
    "webm with an archive in a void": (
        w.webm(w.info(), w.tracks(), w.cluster(), w.element(0xEC, ZIP)),
        "zip_polyglot",
    ),
    "webm with a file attached": (
        w.webm(w.info(), w.tracks(), w.cluster(), w.element(0x1941A469, b"setup.exe")),
        "ebml_attachment",
    ),
    # GIF.
    "gif cut in its header": (GIF[:9], "truncated"),
    "gif cut in its palette": (GIF[:15], "truncated"),
    "gif cut in a control": (cut(GIF, b"!\xf9", 4), "truncated"),
    "gif cut in the loop": (cut(GIF, b"NETSCAPE", 5), "truncated"),
    "gif cut in a descriptor": (cut(GIF, b",\0\0", 6), "truncated"),
    "gif cut in a picture": (cut(GIF, b",\0\0", 13), "truncated"),
    "gif cut in a comment": (cut(gif(extension(0xFE, b"comment"), PICTURE), b"comm", 2), "truncated"),
    "gif without a trailer": (GIF[:-1], "truncated"),
    "gif without a picture": (gif(loop(0)), "no_frames"),
    "gif with a strange block": (gif(PICTURE, b"\x99"), "bad_block"),
    "gif with a long control": (gif(control().replace(b"\xf9\4", b"\xf9\5"), PICTURE), "bad_block"),
    "gif with codes of 1 bit": (gif(Image(4, 3, b"", min_code_bits=1, data=b"1")), "bad_lzw_size"),
    "gif with codes of 12 bits": (gif(Image(4, 3, b"", min_code_bits=12, data=b"1")), "bad_lzw_size"),
    "gif of no width": (bytes(Gif(0, 3, [PICTURE])), "zero_dimension"),
    "gif with a picture of no height": (gif(Image(4, 0, b"", data=b"1")), "zero_dimension"),
    "gif with a picture outside": (gif(Image(4, 3, bytes(12), left=1)), "frame_outside_screen"),
    "gif without a palette": (bytes(Gif(4, 3, [PICTURE], palette=None)), "no_palette"),
    "gif of 65,535 squared": (bytes(Gif(65535, 65535, [PICTURE])), "too_many_pixels"),
    "gif of many large frames": (bytes(Gif(3840, 2160, [PICTURE] * 13)), "too_many_pixels"),
    "gif of 2^16 frames": (many(Image(1, 1, b"\0", control=False), 65_536), "too_many_frames"),
    "gif of empty comments": (many(b"!\xfe\0", 5_000, PICTURE), "too_many_blocks"),
    "gif of a huge comment": (gif(extension(0xFE, bytes(8_100_000)), PICTURE), "too_much_metadata"),
    # PNG.
    "png cut in its header": (PNG[:20], "truncated"),
    "png cut in a length": (cut(PNG, b"acTL", -2), "truncated"),
    "png cut in acTL": (cut(PNG, b"acTL", 6), "truncated"),
    "png cut in fcTL": (cut(PNG, b"fcTL", 9), "truncated"),
    "png cut in IDAT": (cut(PNG, b"IDAT", 8), "truncated"),
    "png cut in fdAT": (cut(PNG, b"fdAT", 6), "truncated"),
    "png cut in a checksum": (PNG[:-2], "truncated"),
    "png without IEND": (BEFORE_IEND, "truncated"),
    "png with a wrong checksum": (w.png(w.png_chunk(b"IDAT", w.png_pixels(), crc=1)), "png_bad_crc"),
    "png with a header's wrong checksum": (raised(PNG, b"IHDR", 17, 7), "png_bad_crc"),
    "png with an end's wrong checksum": (w.png(end=w.png_chunk(b"IEND", crc=0)), "png_bad_crc"),
    "png without a header": (w.png(header=b""), "png_bad_header"),
    "png with a header of a strange type": (w.png(header=w.png_chunk(b"IHdR", bytes(13))), "png_bad_header"),
    "png of a strange depth": (w.png(header=w.png_header(depth=3)), "png_bad_header"),
    "png of a strange colour": (w.png(header=w.png_header(colour=5)), "png_bad_header"),
    "png of a strange compression": (w.png(header=w.png_header(rest=b"\1\0\0")), "png_bad_header"),
    "png of a strange interlace": (w.png(header=w.png_header(rest=b"\0\0\2")), "png_bad_header"),
    "png of no width": (w.png(header=w.png_header(0)), "zero_dimension"),
    "png bomb": (w.png(header=w.png_header(60_000, 60_000)), "too_many_pixels"),
    "png with a lying length": (raised(PNG, b"IDAT", -4, 2**31), "png_bad_chunk"),
    "png with a length beyond the file": (raised(PNG, b"IDAT", -4, 2**31 - 1), "truncated"),
    "png with a chunk of no name": (w.png(w.png_chunk(b"\0\0\0\0")), "png_bad_chunk"),
    "png with a reserved name": (w.png(w.png_chunk(b"abcd")), "png_bad_chunk"),
    "png with an unknown needed chunk": (w.png(w.png_chunk(b"ABCD")), "png_bad_chunk"),
    "png with data in its end": (w.png(end=w.png_chunk(b"IEND", b"x")), "png_bad_chunk"),
    "png with two headers": (w.png(w.png_header()), "png_bad_order"),
    "png with scattered data": (
        w.png(w.png_chunk(b"IDAT", b"a"), w.png_chunk(b"tEXt"), w.png_chunk(b"IDAT", b"b")),
        "png_bad_order",
    ),
    "png with a late palette": (
        w.png(w.png_chunk(b"IDAT", b"a"), w.png_chunk(b"PLTE", bytes(3))),
        "png_bad_order",
    ),
    "png without data": (w.png(w.png_chunk(b"tEXt")), "no_frames"),
    "png without its palette": (w.png(header=w.png_header(colour=3)), "png_bad_palette"),
    "png with a grey palette": (
        w.png(w.png_chunk(b"PLTE", bytes(3)), header=w.png_header(colour=0)),
        "png_bad_palette",
    ),
    "png with half a colour": (w.png(w.png_chunk(b"PLTE", bytes(4))), "png_bad_palette"),
    "png with too many colours": (
        w.png(w.png_chunk(b"PLTE", bytes(9)), header=w.png_header(depth=1, colour=3)),
        "png_bad_palette",
    ),
    "apng of no frames": (w.png(w.animation_control(0)), "png_bad_animation"),
    "apng of 2^16 frames": (w.png(w.animation_control(65_536)), "too_many_frames"),
    "apng of many large frames": (
        w.png(w.animation_control(13), header=w.png_header(3840, 2160)),
        "too_many_pixels",
    ),
    "apng that promises more": (
        PNG.replace(w.animation_control(3, 2), w.animation_control(4, 2)),
        "png_bad_animation",
    ),
    "apng with a gap": (w.png(w.animation_control(1), w.frame_control(1)), "png_bad_animation"),
    "apng with an empty frame": (
        w.png(w.animation_control(2), w.frame_control(0), w.frame_control(1)),
        "png_bad_animation",
    ),
    "apng with a last frame that is empty": (
        w.png(w.animation_control(2), w.frame_control(0), w.png_chunk(b"IDAT", b"a"), w.frame_control(1)),
        "png_bad_animation",
    ),
    "apng with data of no frame": (
        w.png(w.animation_control(1), w.png_chunk(b"IDAT", b"a"), w.frame_data(0)),
        "png_bad_animation",
    ),
    "apng with a strange disposal": (
        w.png(w.animation_control(1), w.frame_control(0, ops=b"\3\0")),
        "png_bad_animation",
    ),
    "apng whose first frame is a part": (
        w.png(w.animation_control(1), w.frame_control(0, (2, 2))),
        "png_bad_animation",
    ),
    "apng with a frame outside": (
        w.png(w.animation_control(1), w.png_chunk(b"IDAT", b"a"), w.frame_control(0, (4, 3), (1, 0))),
        "frame_outside_screen",
    ),
    "apng with a frame of no width": (
        w.png(w.animation_control(1), w.png_chunk(b"IDAT", b"a"), w.frame_control(0, (0, 3))),
        "zero_dimension",
    ),
    "apng with two controls": (w.png(w.animation_control(1), w.animation_control(1)), "png_bad_order"),
    "png of empty chunks": (w.png(*[w.png_chunk(b"IDAT")] * 200_001), "too_many_blocks"),
    "png of a huge text": (w.png(w.png_chunk(b"tEXt", bytes(8_100_000))), "too_much_metadata"),
    # JPEG.
    "jpeg cut in a segment": (cut(JPEG, b"JFIF", 2), "truncated"),
    "jpeg cut in its frame": (cut(JPEG, b"\xff\xc0", 6), "truncated"),
    "jpeg cut in its tables": (cut(JPEG, b"\xff\xc4", 9), "truncated"),
    "jpeg cut in a scan's header": (cut(JPEG, b"\xff\xda", 6), "truncated"),
    "jpeg cut in its scan": (cut(JPEG, b"\xff\xda", 11), "truncated"),
    "jpeg cut in its last marker": (JPEG[:-1], "truncated"),
    "jpeg with a segment too short": (w.jpeg(w.segment(0xFE, length=1)), "jpeg_bad_segment"),
    "jpeg with a lying segment": (w.jpeg(w.segment(0xFE, b"abc", length=4)), "jpeg_bad_marker"),
    "jpeg with junk between segments": (w.jpeg(b"junk"), "jpeg_bad_marker"),
    "jpeg in a jpeg": (w.jpeg(w.SOI), "jpeg_bad_marker"),
    "jpeg with stuffing after fill": (w.jpeg(scan=w.jpeg_scan() + b"\xff\xff\0"), "jpeg_bad_marker"),
    "jpeg without a scan": (w.jpeg(scan=b""), "no_frames"),
    "jpeg of nothing": (w.SOI + w.EOI, "no_frames"),
    "jpeg whose scan comes first": (w.SOI + w.jpeg_scan() + w.EOI, "jpeg_bad_frame"),
    "jpeg with two frames": (w.jpeg(w.jpeg_frame()), "jpeg_bad_frame"),
    "jpeg of two components": (w.jpeg(frame=w.jpeg_frame(components=2)), "jpeg_bad_frame"),
    "jpeg of 12 bits": (w.jpeg(frame=w.jpeg_frame(precision=12)), "unsupported_coding"),
    "jpeg without loss": (w.jpeg(frame=w.jpeg_frame(marker=0xC3)), "unsupported_coding"),
    "jpeg in arithmetic coding": (w.jpeg(frame=w.jpeg_frame(marker=0xC9)), "unsupported_coding"),
    "jpeg with a short frame": (w.jpeg(frame=w.segment(0xC0, b"\x08\0\1")), "jpeg_bad_segment"),
    "jpeg with a lying frame": (w.jpeg(frame=w.segment(0xC0, b"\x08\0\1\0\1\3abc")), "jpeg_bad_segment"),
    "jpeg with a long restart": (w.jpeg(w.segment(0xDD, b"\0\0\1")), "jpeg_bad_segment"),
    "jpeg with an empty table": (w.jpeg(w.segment(0xDB)), "jpeg_bad_segment"),
    "jpeg with an empty scan header": (w.jpeg(scan=w.segment(0xDA)), "jpeg_bad_segment"),
    "jpeg with a lying scan header": (w.jpeg(scan=w.segment(0xDA, b"\2\1\0\2\0\0\0\0")), "jpeg_bad_segment"),
    "jpeg of no height": (w.jpeg(frame=w.jpeg_frame(height=0)), "zero_dimension"),
    "jpeg bomb": (w.jpeg(frame=w.jpeg_frame(65_500, 65_500)), "too_many_pixels"),
    "jpeg of many scans": (w.jpeg(scan=w.jpeg_scan() * 101), "jpeg_too_many_scans"),
    "jpeg of fill bytes": (w.jpeg(b"\xff" * 200_001), "too_many_blocks"),
    "jpeg of comments": (w.jpeg(*[w.segment(0xFE, bytes(65_000))] * 124), "too_much_metadata"),
    # WebP.
    "webp cut in its signature": (WEBP[:11], "unsupported_type"),
    "webp cut in its first chunk": (WEBP[:14], "truncated"),
    "webp cut in VP8X": (cut(WEBP, b"VP8X", 12), "truncated"),
    "webp cut in ANIM": (cut(WEBP, b"ANIM", 10), "truncated"),
    "webp cut in ANMF": (cut(WEBP, b"ANMF", 12), "truncated"),
    "webp cut in a picture": (cut(WEBP, b"VP8L", 10), "truncated"),
    "webp that promises more": (w.riff(w.chunk(b"VP8L", w.lossless()), size=4000), "webp_bad_layout"),
    "webp of odd size": (w.riff(w.chunk(b"VP8L", w.lossless()), size=21), "webp_bad_size"),
    "webp that promises less": (w.riff(w.chunk(b"VP8L", w.lossless()), size=16), "webp_bad_size"),
    "webp too small for a chunk": (w.riff(w.extended(), b"abcd"), "webp_bad_size"),
    "webp of nothing": (w.riff(size=4) + bytes(8), "webp_bad_size"),
    "webp with a lying chunk": (w.riff(w.extended(), w.chunk(b"VP8L", b"abc", size=4000)), "webp_bad_size"),
    "webp with a lying frame": (
        w.animated_webp(w.anmf(w.chunk(b"VP8L", w.lossless(), size=900))),
        "webp_bad_size",
    ),
    "webp that begins with EXIF": (w.riff(w.chunk(b"EXIF", b"ab")), "webp_bad_layout"),
    "webp with a short VP8X": (
        w.riff(w.chunk(b"VP8X", bytes(4)), w.chunk(b"VP8L", w.lossless())),
        "webp_bad_layout",
    ),
    "webp with two pictures": (
        w.riff(w.extended(), *[w.chunk(b"VP8L", w.lossless())] * 2),
        "webp_bad_layout",
    ),
    "webp with two kinds of pictures": (
        w.riff(w.extended(), w.chunk(b"VP8L", w.lossless()), w.chunk(b"VP8 ", w.lossy())),
        "webp_bad_layout",
    ),
    "webp with two headers": (w.riff(w.extended(), w.extended()), "webp_bad_layout"),
    "webp with a still in an animation": (
        w.riff(w.extended(2), w.chunk(b"VP8L", w.lossless())),
        "webp_bad_layout",
    ),
    "webp with an animation in a still": (w.riff(w.extended(), w.anim()), "webp_bad_layout"),
    "webp with a frame before ANIM": (w.riff(w.extended(2), w.anmf()), "webp_bad_layout"),
    "webp with a short frame": (
        w.riff(w.extended(2), w.anim(), w.chunk(b"ANMF", bytes(8))),
        "webp_bad_layout",
    ),
    "webp with an empty frame": (w.animated_webp(w.anmf(w.chunk(b"ALPH", b"1"))), "webp_bad_layout"),
    "webp with a frame of two pictures": (
        w.animated_webp(w.anmf(*[w.chunk(b"VP8L", w.lossless())] * 2)),
        "webp_bad_layout",
    ),
    "webp with a frame of another size": (
        w.animated_webp(w.anmf(w.chunk(b"VP8L", w.lossless(2, 2)))),
        "webp_bad_picture",
    ),
    "webp with a canvas of another size": (
        w.riff(w.extended(width=9), w.chunk(b"VP8L", w.lossless())),
        "webp_bad_picture",
    ),
    "webp with a frame outside": (w.animated_webp(w.anmf(place=(1, 0))), "frame_outside_screen"),
    "webp without a picture": (w.riff(w.extended(), w.chunk(b"EXIF", b"ab")), "no_frames"),
    "webp with no key frame": (w.riff(w.chunk(b"VP8 ", w.lossy(key=False))), "webp_bad_picture"),
    "webp with a lying partition": (w.riff(w.chunk(b"VP8 ", w.lossy(partition=900))), "webp_bad_picture"),
    "webp with a short picture": (w.riff(w.chunk(b"VP8 ", b"abcd")), "webp_bad_picture"),
    "webp of no width": (w.riff(w.chunk(b"VP8 ", w.lossy(width=0))), "zero_dimension"),
    "webp of the future": (w.riff(w.chunk(b"VP8L", w.lossless(version=1))), "webp_bad_picture"),
    "webp of another signature": (w.riff(w.chunk(b"VP8L", w.lossless(signature=0x30))), "webp_bad_picture"),
    "webp bomb": (w.riff(w.extended(width=2**24, height=2**24)), "too_many_pixels"),
    "webp animation bomb": (w.riff(w.extended(2, 5000, 5000)), "too_many_pixels"),
    "webp of many frames": (w.animated_webp(*[w.anmf()] * 2001), "too_many_frames"),
    # AVIF and MP4.
    "mp4 cut in its brands": (MP4[:20], "truncated"),
    "mp4 cut in mvhd": (cut(MP4, b"mvhd", 20), "truncated"),
    "mp4 cut in tkhd": (cut(MP4, b"tkhd", 20), "truncated"),
    "mp4 cut in stsd": (cut(MP4, b"stsd", 20), "truncated"),
    "mp4 cut in stsz": (cut(MP4, b"stsz", 14), "truncated"),
    "mp4 cut in its film": (MP4[:-3], "truncated"),
    "mp4 without its film": (cut(MP4, b"mdat", -4), "media_outside_file"),
    "mp4 fragments without their film": (
        w.mp4(w.moov(w.mvhd(0), w.trak(tables=w.EMPTY_TABLES), w.box(b"mvex", w.trex())), w.moof()),
        "media_outside_file",
    ),
    "mp4 without a description": (w.mp4(w.MDAT), "box_missing"),
    "mp4 cut before its description": (w.ftyp() + b"\0\0", "truncated"),
    "mp4 whose first box is huge": (w.ftyp(b"isom", *[b"mp42"] * 300), "box_bad_size"),
    "mp4 with half a brand": (w.box(b"ftyp", b"isom", bytes(6)) + w.moov() + w.MDAT, "box_bad_size"),
    "mp4 with a box of no size": (w.mp4(w.moov(), w.box(b"mdat", b"hello world", size=0)), "box_bad_size"),
    "mp4 with a box smaller than its head": (w.mp4(w.moov(), w.box(b"mdat", size=7)), "box_bad_size"),
    "mp4 with a long box smaller than its head": (
        w.mp4(w.moov(), w.box(b"mdat", long=True, size=15)),
        "box_bad_size",
    ),
    "mp4 with a long head in no room": (w.mp4(w.box(b"moov", w.numbers(1), b"free"), w.MDAT), "box_bad_size"),
    "mp4 with a lying box": (raised(MP4, b"mdat", -4, 2**31), "truncated"),
    "mp4 with a box larger than its parent": (raised(MP4, b"stsz", -4, 900), "box_bad_size"),
    "mp4 with a parent that ends early": (raised(MP4, b"mvhd", -4, 4 + 8 + 100), "box_bad_size"),
    "mp4 with crumbs in a box": (w.mp4(w.moov(w.mvhd(), b"abc"), w.MDAT), "box_bad_size"),
    "mp4 with a strange box": (w.mp4(w.box(b"evil"), w.moov(), w.MDAT), "box_bad_content"),
    "mp4 with boxes in boxes": (
        w.mp4(
            w.moov(
                w.mvhd(),
                w.box(
                    b"trak",
                    w.box(
                        b"mdia",
                        w.box(
                            b"minf",
                            w.box(b"stbl", w.box(b"mvex", w.box(b"mvex", w.box(b"mvex", w.box(b"mvex"))))),
                        ),
                    ),
                ),
            ),
            w.MDAT,
        ),
        "box_too_deep",
    ),
    "mp4 with two descriptions": (w.mp4(w.moov(), w.moov(), w.MDAT), "box_repeated"),
    "mp4 with two brands": (w.mp4(w.ftyp(), w.moov(), w.MDAT), "box_repeated"),
    "mp4 with two headers": (w.mp4(w.moov(w.mvhd(), w.mvhd(), w.trak()), w.MDAT), "box_repeated"),
    "mp4 with two tables": (w.tables(w.stsd(), w.stts((2, 500)), w.stsz(5, 6), w.stsz(5, 6)), "box_repeated"),
    "mp4 without a header": (w.mp4(w.moov(w.trak()), w.MDAT), "box_missing"),
    "mp4 with a track of nothing": (w.mp4(w.moov(w.mvhd(), w.box(b"trak")), w.MDAT), "box_missing"),
    "mp4 with a track of no coding": (w.tables(w.stts((2, 500)), w.stsz(5, 6)), "box_missing"),
    "mp4 with a coding of no track": (film(w.mdhd(), w.box(b"minf", w.stbl()), w.hdlr()), "box_missing"),
    "mp4 with a fragment of nothing": (w.mp4(w.moov(), w.moof(), w.MDAT), "box_missing"),
    "mp4 with a run of nothing": (w.fragmented(w.moof(w.trun(5))), "box_missing"),
    "mp4 with a run of two tracks": (w.fragmented(w.moof(w.tfhd(), w.tfhd(), w.trun(5))), "box_repeated"),
    "mp4 with a run of an unknown track": (w.fragmented(w.moof(w.tfhd(7), w.trun(5))), "box_bad_content"),
    "mp4 with a lying run": (w.fragmented(w.moof(w.tfhd(), w.trun(9, 1, flags=0x100))), "box_bad_size"),
    "mp4 with a short run": (w.fragmented(w.moof(w.tfhd(), w.trun(9, flags=0x5))), "box_bad_size"),
    "mp4 with a run too long": (w.fragmented(w.moof(w.tfhd(), w.trun(9, 1))), "box_bad_size"),
    "mp4 with a short fragment header": (w.fragmented(w.moof(w.tfhd(flags=0x8), w.trun(9))), "box_bad_size"),
    "mp4 with a short mehd": (
        w.fragmented(extends=w.box(b"mvex", w.full(b"mehd", w.numbers(1), version=1))),
        "box_bad_size",
    ),
    "mp4 without time": (w.mp4(w.moov(w.mvhd(timescale=0), w.trak()), w.MDAT), "box_bad_content"),
    "mp4 with a track without time": (film(w.mdhd(0), w.hdlr(), w.box(b"minf", w.stbl())), "box_bad_content"),
    "mp4 with a short mvhd": (w.mp4(w.moov(w.full(b"mvhd", bytes(50))), w.MDAT), "box_bad_size"),
    "mp4 with a mvhd of another version": (
        w.mp4(w.moov(w.full(b"mvhd", bytes(96), version=1)), w.MDAT),
        "box_bad_size",
    ),
    "mp4 with a tkhd of another version": (
        w.mp4(w.moov(w.mvhd(), w.trak(head=w.full(b"tkhd", bytes(80), version=1))), w.MDAT),
        "box_bad_size",
    ),
    "mp4 with a mdhd of another version": (
        film(w.full(b"mdhd", bytes(20), version=1), w.hdlr(), w.box(b"minf", w.stbl())),
        "box_bad_size",
    ),
    "mp4 with a short hdlr": (film(w.mdhd(), w.box(b"hdlr", b"abc")), "box_bad_size"),
    "mp4 with lying sizes": (w.tables(w.stsd(), w.stts((2, 500)), w.stsz(5, 6, count=2000)), "box_bad_size"),
    "mp4 with a lying stts": (w.tables(w.stsd(), w.stts((2, 500), count=2**31)), "box_bad_size"),
    "mp4 with a lying stco": (
        w.tables(w.stsd(), w.stts((2, 500)), w.stsz(5, 6), w.stco(40, count=9)),
        "box_bad_size",
    ),
    "mp4 with a lying stsd": (w.tables(w.stsd(count=3), w.stts((2, 500)), w.stsz(5, 6)), "box_bad_content"),
    "mp4 with a short sample entry": (w.tables(w.stsd(w.box(b"avc1", bytes(9)))), "box_bad_size"),
    "mp4 with more times than samples": (
        w.tables(w.stsd(), w.stts((3, 500)), w.stsz(5, 6)),
        "samples_contradict",
    ),
    "mp4 with samples beyond the film": (
        w.tables(w.stsd(), w.stts((2, 500)), w.stsz(5, 7)),
        "media_outside_file",
    ),
    "mp4 with offsets beyond the file": (
        w.tables(w.stsd(), w.stts((2, 500)), w.stsz(5, 6), w.stco(40, 4000)),
        "media_outside_file",
    ),
    "mp4 with long offsets beyond the file": (
        w.tables(w.stsd(), w.stts((2, 500)), w.stsz(5, 6), w.full(b"co64", w.numbers(1, 1, 0))),
        "media_outside_file",
    ),
    "mp4 of sound": (
        film(w.mdhd(), w.hdlr(b"soun"), w.box(b"minf", w.stbl(w.stsd(w.box(b"mp4a", bytes(28))), w.stsz()))),
        "no_frames",
    ),
    "mp4 of no samples": (w.mp4(w.moov(w.mvhd(), w.trak(tables=w.EMPTY_TABLES)), w.MDAT), "no_frames"),
    "mp4 in an old coding": (
        w.tables(w.stsd(w.sample_entry(b"mp4v")), w.stts((2, 500)), w.stsz(5, 6)),
        "unsupported_coding",
    ),
    "mp4 in two codings": (
        w.tables(w.stsd(w.sample_entry(), w.sample_entry(b"avc1", 32, 32)), w.stts((2, 500)), w.stsz(5, 6)),
        "unsupported_coding",
    ),
    "mp4 encrypted": (
        w.tables(w.stsd(w.sample_entry(b"encv")), w.stts((2, 500)), w.stsz(5, 6)),
        "unsupported_coding",
    ),
    "mp4 bomb": (w.tables(w.stsd(w.sample_entry(b"avc1", 65_000, 65_000))), "too_many_pixels"),
    "mp4 shown as a bomb": (
        w.mp4(w.moov(w.mvhd(), w.trak(head=w.tkhd(65_000, 65_000))), w.MDAT),
        "too_many_pixels",
    ),
    "mp4 of no size": (w.tables(w.stsd(w.sample_entry(b"avc1", 0, 48))), "zero_dimension"),
    "mp4 of 2^32 frames": (
        w.tables(w.stsd(), w.stts((2, 1)), w.stsz(constant=1, count=2**32 - 1)),
        "too_many_frames",
    ),
    "mp4 fragments of 2^32 frames": (w.fragmented(w.moof(w.tfhd(), w.trun(2**32 - 1))), "too_many_frames"),
    "mp4 that says it is long": (w.mp4(w.moov(w.mvhd(700_000), w.trak()), w.MDAT), "too_long"),
    "mp4 that is longer than it says": (w.tables(w.stsd(), w.stts((2, 500_000)), w.stsz(5, 6)), "too_long"),
    "mp4 of many tracks": (w.mp4(w.moov(w.mvhd(), *[w.trak()] * 9), w.MDAT), "too_many_blocks"),
    "mp4 of empty boxes": (w.mp4(w.moov(w.mvhd(), *[w.box(b"free")] * 200_001), w.MDAT), "too_many_blocks"),
    "mp4 of free space": (w.mp4(w.moov(), w.MDAT, w.box(b"free", bytes(8_100_000))), "too_much_metadata"),
    "avif cut in its index": (cut(AVIF, b"iloc", 9), "truncated"),
    "avif cut in its picture": (AVIF[:-3], "truncated"),
    "avif without an index": (w.AVIF + w.MDAT, "box_missing"),
    "avif without its picture": (cut(AVIF, b"mdat", -4), "media_outside_file"),
    "avif of another handler": (w.AVIF + w.meta(handler=b"vide") + w.MDAT, "box_bad_content"),
    "avif without a table": (w.avif(w.pitm(), w.iloc(), w.iinf()), "box_missing"),
    "avif with two tables": (w.avif(w.pitm(), w.pitm()), "box_repeated"),
    "avif with two indexes": (w.AVIF + w.meta() * 2 + w.MDAT, "box_repeated"),
    "avif of an index alone": (
        w.AVIF + w.meta(w.pitm(), w.iloc((1, 60, 9)), w.iinf(), w.iprp()),
        "media_outside_file",
    ),
    "avif with one item twice": (
        w.avif(w.pitm(), w.iloc(), w.iinf(w.infe(), w.infe()), w.iprp()),
        "box_repeated",
    ),
    "avif with old items": (
        w.avif(w.pitm(), w.iinf(w.full(b"infe", bytes(12), version=1))),
        "box_bad_content",
    ),
    "avif whose item is text": (
        w.avif(w.pitm(), w.iloc(), w.iinf(w.infe(kind=b"mime")), w.iprp()),
        "no_frames",
    ),
    "avif whose item lies nowhere": (w.avif(w.pitm(), w.iloc((2, 0, 1)), w.iinf(), w.iprp()), "no_frames"),
    "avif whose item is elsewhere": (
        w.avif(w.pitm(), w.iloc((1, 9000, 1)), w.iinf(), w.iprp()),
        "media_outside_file",
    ),
    "avif whose item is beyond its index": (
        w.avif(w.pitm(), w.iloc((1, 0, 6), method=1), w.iinf(), w.iprp(), w.box(b"idat", b"hello")),
        "media_outside_file",
    ),
    "avif in a strange place": (
        w.avif(w.pitm(), w.iloc((1, 0, 1), method=2), w.iinf(), w.iprp()),
        "box_bad_content",
    ),
    "avif with strange numbers": (w.avif(w.pitm(), w.full(b"iloc", b"\x54\0\0\0")), "box_bad_content"),
    "avif with a short iloc": (w.avif(w.pitm(), w.full(b"iloc", b"\x44\0\0\1")), "box_bad_size"),
    "avif with a long pitm": (w.avif(w.full(b"pitm", bytes(9))), "box_bad_size"),
    "avif of no size": (w.avif(w.pitm(), w.iloc(), w.iinf(), w.iprp(w.box(b"pixi", b"1"))), "box_missing"),
    "avif of two sizes": (
        w.avif(w.pitm(), w.iloc(), w.iinf(), w.iprp(w.ispe(), w.ispe(9, 9))),
        "box_repeated",
    ),
    "avif of no width": (w.avif(w.pitm(), w.iprp(w.ispe(0, 3))), "zero_dimension"),
    "avif bomb": (w.avif(w.pitm(), w.iprp(w.ispe(65_000, 65_000))), "too_many_pixels"),
    "avif of many extents": (
        w.avif(w.pitm(), w.full(b"iloc", b"\0\0\0\4", *[b"\0\1\0\0\xff\xff"] * 4)),
        "too_many_blocks",
    ),
    "avif of a huge index": (w.avif(w.pitm(), w.box(b"free", bytes(300_000))), "too_much_metadata"),
    "avif sequence in another coding": (w.ftyp(b"avis") + w.meta() + w.moov() + w.MDAT, "unsupported_coding"),
    # WebM.
    "webm cut in its header": (WEBM[:9], "truncated"),
    "webm cut in Info": (cut(WEBM, b"\x15\x49\xa9\x66", 14), "truncated"),
    "webm cut in Tracks": (cut(WEBM, b"\x16\x54\xae\x6b", 30), "truncated"),
    "webm cut in a block": (WEBM[:-2], "truncated"),
    "webm cut in an id": (cut(WEBM, b"\x1f\x43\xb6\x75", 2), "truncated"),
    "webm without a segment": (w.ebml_header() + w.info(), "ebml_bad_id"),
    "webm with an id of no length": (w.webm(w.info(), b"\0\0\0"), "ebml_bad_id"),
    "webm with a strange id": (w.webm(w.info(), w.element(0x4DBB)), "ebml_bad_id"),
    "webm with a block outside": (w.webm(w.info(), w.tracks(), w.block()), "ebml_bad_id"),
    "webm with tracks in a cluster": (w.webm(w.info(), w.tracks(), w.cluster(w.tracks())), "ebml_bad_id"),
    "webm with a size of no length": (w.ebml_header() + b"\x18\x53\x80\x67\0", "ebml_bad_size"),
    "webm with a lying size": (w.webm(w.element(0x1549A966, b"abc", size=4000)), "ebml_bad_size"),
    "webm with a lying segment": (w.ebml_header() + w.segment_of(size=2**40), "truncated"),
    "webm with tracks of no size": (w.webm(w.info(), w.element(0x1654AE6B, unknown=True)), "ebml_bad_size"),
    "webm with a long number": (
        w.webm(w.element(0x1549A966, w.element(0x2AD7B1, bytes(9)))),
        "ebml_bad_size",
    ),
    "webm with a short block": (
        w.webm(w.info(), w.tracks(), w.cluster(w.element(0xA3, b"\x81"))),
        "ebml_bad_size",
    ),
    "webm with a block of no track": (
        w.webm(w.info(), w.tracks(), w.cluster(w.element(0xA3, b"\x00\0\0\0"))),
        "ebml_bad_content",
    ),
    "webm without time": (w.webm(w.info(scale=0)), "ebml_bad_content"),
    "webm of no finite length": (w.webm(w.info(float("nan"))), "ebml_bad_content"),
    "webm of a negative length": (w.webm(w.info(-1.0)), "ebml_bad_content"),
    "webm with a strange float": (
        w.webm(w.element(0x1549A966, w.element(0x4489, b"abc"))),
        "ebml_bad_content",
    ),
    "webm with track 0": (w.webm(w.info(), w.tracks(w.track_entry(number=0))), "ebml_bad_content"),
    "webm with two widths": (
        w.webm(
            w.info(),
            w.tracks(
                w.element(
                    0xAE,
                    *(w.unsigned(0xD7, 1), w.unsigned(0x83, 1), w.element(0x86, b"V_VP9")),
                    w.element(0xE0, *[w.unsigned(0xB0, 64)] * 2, w.unsigned(0xBA, 48)),
                )
            ),
            w.cluster(),
        ),
        "ebml_repeated",
    ),
    "webm with a second picture that is a bomb": (
        w.webm(w.info(), w.tracks(w.track_entry(), w.track_entry(65_000, 65_000, number=2)), w.cluster()),
        "too_many_pixels",
    ),
    "webm with two Infos": (w.webm(w.info(), w.info()), "ebml_repeated"),
    "webm without Info": (w.webm(w.tracks(), w.cluster()), "ebml_missing"),
    "webm without Tracks": (w.webm(w.info(), w.cluster()), "ebml_missing"),
    "webm of sound": (w.webm(w.info(), w.tracks(w.track_entry(kind=2))), "no_frames"),
    "webm of no frames": (w.webm(w.info(), w.tracks(), w.cluster(w.block(track=2))), "no_frames"),
    "webm in another coding": (
        w.webm(w.info(), w.tracks(w.track_entry(codec=b"V_MPEG4/ISO/AVC"))),
        "unsupported_coding",
    ),
    "webm bomb": (w.webm(w.info(), w.tracks(w.track_entry(65_000, 65_000))), "too_many_pixels"),
    "webm of no width": (w.webm(w.info(), w.tracks(w.track_entry(0))), "zero_dimension"),
    "webm that says it is long": (w.webm(w.info(700_000.0), w.tracks(), w.cluster()), "too_long"),
    "webm that is longer than it says": (w.webm(w.info(), w.tracks(), w.cluster(time=700_000)), "too_long"),
    "webm of many frames": (
        w.webm(w.info(), w.tracks(), w.cluster(*[w.block()] * 36_001)),
        "too_many_frames",
    ),
    "webm of many tracks": (w.webm(w.info(), w.tracks(*[w.track_entry()] * 9)), "too_many_blocks"),
    "webm of voids": (w.webm(w.info(), *[b"\xec\x80"] * 200_001), "too_many_blocks"),
    "webm of tags": (w.webm(w.info(), w.element(0x1254C367, bytes(8_100_000))), "too_much_metadata"),
}

"""Files that must be accepted, and what is to be found in them."""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.corpus.uploads import writers as w
from tests.unit.gif.gif_writer import Gif, Image, application, extension, loop


class Found(NamedTuple):
    """What an inspection should say, size and hash aside."""

    content_type: str
    extension: str
    width: int
    height: int
    frames: int | None = 1
    duration_ms: int | None = None
    loop_count: int | None = None


PICTURE = Image(4, 3, bytes(12))
XMP = application(b"XMP DataXMP", b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
PNG, JPEG, WEBP, AVIF, MP4, WEBM = (
    ("image/png", "png"),
    ("image/jpeg", "jpg"),
    ("image/webp", "webp"),
    ("image/avif", "avif"),
    ("video/mp4", "mp4"),
    ("video/webm", "webm"),
)
GIF = ("image/gif", "gif")
RECORDED = w.webm(
    w.info(None), w.tracks(), w.cluster(unknown=True), w.cluster(time=500, unknown=True), unknown=True
)
SOUND = w.track_entry(kind=2, codec=b"A_OPUS", number=2)
SOUND_TRACK = w.trak(
    head=w.tkhd(0, 0, track=2),
    media=(w.mdhd(), w.hdlr(b"soun"), w.box(b"minf", w.stbl(w.stsd(w.box(b"mp4a", bytes(28))), w.stsz()))),
)
TEXTS = w.png_chunk(b"tEXt", b"Comment\0a < b, and <b>bold</b>")


def gif(*blocks: Image | bytes) -> bytes:
    return bytes(Gif(4, 3, blocks or (PICTURE,)))


ANGLES = (
    b"I <3 cats; a<b and b>c; x < y on = off; <a@example.com>; <header>, <body-count>, <ahref=x>, <on=1>;"
    b" <rdf:li xml:lang='x-default'>A cat on a table</rdf:li> <metadata/> <p>plain <b>text</b></p> Rar! RAR"
)

GOOD: dict[str, tuple[bytes, Found]] = {
    "gif still": (gif(), Found(*GIF, 4, 3)),
    "gif loop": (gif(loop(7), PICTURE, PICTURE, PICTURE), Found(*GIF, 4, 3, 3, 300, 7)),
    "gif once": (gif(PICTURE, PICTURE), Found(*GIF, 4, 3, 2, 200, None)),
    "gif comment": (gif(extension(0xFE, b"Made with love"), XMP, PICTURE), Found(*GIF, 4, 3)),
    "gif comment that only looks like a page": (gif(extension(0xFE, ANGLES), PICTURE), Found(*GIF, 4, 3)),
    "png": (w.png(), Found(*PNG, 4, 3)),
    "png parts": (
        w.png(TEXTS, *(w.png_chunk(b"IDAT", piece) for piece in (w.png_pixels()[:9], w.png_pixels()[9:]))),
        Found(*PNG, 4, 3),
    ),
    "png palette": (
        w.png(
            w.png_chunk(b"PLTE", bytes(6)),
            w.png_chunk(b"IDAT", w.png_pixels(4, 3, 1)),
            header=w.png_header(colour=3),
        ),
        Found(*PNG, 4, 3),
    ),
    "png text last": (w.png(w.png_chunk(b"IDAT", w.png_pixels()), TEXTS), Found(*PNG, 4, 3)),
    "apng": (w.apng(), Found(*PNG, 4, 3, 3, 300, 2)),
    "apng hidden still": (
        w.png(
            *(w.animation_control(2), w.png_chunk(b"IDAT", w.png_pixels())),
            *(w.frame_control(0, delay=(3, 0)), w.frame_data(1), w.frame_control(2), w.frame_data(3)),
        ),
        Found(*PNG, 4, 3, 2, 130, 0),
    ),
    "apng one frame": (w.apng(1), Found(*PNG, 4, 3)),
    "jpeg": (w.jpeg(), Found(*JPEG, 16, 8)),
    "jpeg turned": (w.jpeg(w.exif(6)), Found(*JPEG, 8, 16)),
    "jpeg turned, big end first": (w.jpeg(w.exif(8, ">")), Found(*JPEG, 8, 16)),
    "jpeg not turned": (w.jpeg(w.exif(3)), Found(*JPEG, 16, 8)),
    "jpeg exif that is none": (w.jpeg(w.segment(0xE1, b"Exif\0\0??")), Found(*JPEG, 16, 8)),
    "jpeg exif cut": (w.jpeg(w.segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\x09\0")), Found(*JPEG, 16, 8)),
    "jpeg exif without orientation": (
        w.jpeg(w.segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\0")),
        Found(*JPEG, 16, 8),
    ),
    "jpeg XMP before EXIF": (
        w.jpeg(w.segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>"), w.exif(6)),
        Found(*JPEG, 8, 16),
    ),
    "jpeg comment": (w.jpeg(w.segment(0xFE, b"hello"), w.segment(0xE1, b"")), Found(*JPEG, 16, 8)),
    "jpeg fill": (w.jpeg(b"\xff\xff" + w.segment(0xFE, b"x"), end=b"\xff\xff\xff\xd9"), Found(*JPEG, 16, 8)),
    "jpeg restarts": (
        w.jpeg(w.segment(0xDD, b"\0\1"), scan=w.jpeg_scan() + b"\xff\xd0\x3f\xff\0\xff\xd1\x3f"),
        Found(*JPEG, 16, 8),
    ),
    "jpeg progressive": (
        w.jpeg(frame=w.jpeg_frame(marker=0xC2), scan=w.jpeg_scan() + w.HUFFMAN + w.jpeg_scan()),
        Found(*JPEG, 16, 8),
    ),
    "webp lossless": (w.webp(), Found(*WEBP, 4, 3)),
    "webp lossy": (w.riff(w.chunk(b"VP8 ", w.lossy())), Found(*WEBP, 4, 3)),
    "webp extended": (
        w.riff(
            *(w.extended(0x2C), w.chunk(b"ICCP", b"abc"), w.chunk(b"ALPH", b"12345")),
            *(w.chunk(b"VP8 ", w.lossy()), w.chunk(b"EXIF", b"II*"), w.chunk(b"XMP ", b"<x:xmpmeta/>")),
        ),
        Found(*WEBP, 4, 3),
    ),
    "webp animated": (
        w.animated_webp(
            w.anmf(),
            w.anmf(w.chunk(b"ALPH", b"1"), w.chunk(b"VP8 ", w.lossy(2, 1)), size=(2, 1), place=(1, 1)),
            w.anmf(w.chunk(b"VP8L", w.lossless()), w.chunk(b"note", b"hi")),
        ),
        Found(*WEBP, 4, 3, 3, 210, 5),
    ),
    "webp one frame": (w.animated_webp(w.anmf()), Found(*WEBP, 4, 3)),
    "avif": (w.avif(), Found(*AVIF, 4, 3)),
    "avif turned": (
        w.avif(w.pitm(), w.iloc(), w.iinf(), w.iprp(w.ispe(), w.box(b"irot", b"\1"))),
        Found(*AVIF, 3, 4),
    ),
    "avif not turned": (
        w.avif(w.pitm(), w.iloc(), w.iinf(), w.iprp(w.ispe(), w.box(b"irot", b"\2"), w.box(b"pixi", b"1"))),
        Found(*AVIF, 4, 3),
    ),
    "avif with references": (
        w.avif(w.pitm(), w.iloc(), w.iinf(), w.full(b"iref"), w.iprp()),
        Found(*AVIF, 4, 3),
    ),
    "avif in the index": (
        w.avif(
            w.pitm(), w.iloc((1, 2, 3), method=1), w.iinf(), w.iprp(), w.box(b"idat", b"hello"), media=b""
        ),
        Found(*AVIF, 4, 3),
    ),
    "avif second versions": (
        w.avif(
            w.full(b"pitm", w.numbers(1), version=1),
            w.full(b"iloc", b"\x44\x00", w.numbers(1, 1), bytes(4), b"\0\1", w.numbers(200, 11), version=2),
            w.full(b"iinf", w.numbers(1), w.infe(version=3), version=1),
            w.iprp(links=w.full(b"ipma", w.numbers(1, 1), b"\1\x80\1", version=1, flags=1)),
        ),
        Found(*AVIF, 4, 3),
    ),
    "avif sequence": (
        w.ftyp(b"avis", b"avis", b"msf1")
        + w.meta()
        + w.moov(
            w.mvhd(),
            w.trak(
                media=(
                    w.mdhd(),
                    w.hdlr(b"pict"),
                    w.box(b"minf", w.stbl(w.stsd(w.sample_entry(b"av01")), w.stts((2, 500)), w.stsz(5, 6))),
                )
            ),
        )
        + w.MDAT,
        Found(*AVIF, 4, 3, 2, 1000),
    ),
    "avif sequence of one": (
        w.ftyp(b"avis", b"avis", b"msf1")
        + w.meta()
        + w.moov(
            w.mvhd(),
            w.trak(
                media=(
                    w.mdhd(),
                    w.hdlr(b"pict"),
                    w.box(b"minf", w.stbl(w.stsd(w.sample_entry(b"av01")), w.stts((1, 500)), w.stsz(5))),
                )
            ),
        )
        + w.MDAT,
        Found(*AVIF, 4, 3),
    ),
    "mp4": (w.mp4(), Found(*MP4, 64, 48, 2, 1000)),
    "mp4 film first": (w.mp4(w.MDAT, w.box(b"free", b"pad"), w.moov()), Found(*MP4, 64, 48, 2, 1000)),
    "mp4 turned": (
        w.mp4(w.moov(w.mvhd(), w.trak(head=w.tkhd(matrix=w.QUARTER_TURN))), w.MDAT),
        Found(*MP4, 48, 64, 2, 1000),
    ),
    "mp4 size from the samples": (
        w.mp4(w.moov(w.mvhd(), w.trak(head=w.tkhd(0, 0))), w.MDAT),
        Found(*MP4, 64, 48, 2, 1000),
    ),
    "mp4 long boxes": (
        w.mp4(w.moov(), w.box(b"mdat", b"hello world", long=True)),
        Found(*MP4, 64, 48, 2, 1000),
    ),
    "mp4 long numbers": (
        w.mp4(
            w.moov(
                w.full(b"mvhd", bytes(16), w.numbers(1000, 0, 1500), bytes(80), version=1),
                w.trak(
                    head=w.full(
                        b"tkhd",
                        bytes(16),
                        w.numbers(1, 0, 0, 900),
                        bytes(16),
                        w.MATRIX,
                        w.numbers(64 << 16, 48 << 16),
                        version=1,
                    ),
                    media=(
                        w.full(b"mdhd", bytes(16), w.numbers(1000, 0, 900, 0), version=1),
                        w.hdlr(),
                        w.box(
                            b"minf",
                            w.stbl(
                                w.stsd(), w.stts((2, 500)), w.stsz(5, 6), w.full(b"co64", w.numbers(1, 0, 40))
                            ),
                        ),
                    ),
                ),
            ),
            w.MDAT,
        ),
        Found(*MP4, 64, 48, 2, 1500),
    ),
    "mp4 that does not tell its length": (
        w.mp4(w.moov(w.mvhd(2**32 - 1), w.trak()), w.MDAT),
        Found(*MP4, 64, 48, 2, 1000),
    ),
    "mp4 with sound and texts": (
        w.mp4(w.moov(w.mvhd(), w.trak(), SOUND_TRACK, w.box(b"udta", b"me")), w.MDAT),
        Found(*MP4, 64, 48, 2, 1000),
    ),
    "mp4 more tables": (
        w.tables(
            *(w.stsd(), w.stts((2, 500)), w.stsz(constant=4, count=2), w.stco(40, 44)),
            *(
                w.full(b"stss", w.numbers(1, 1)),
                w.full(b"stsc", w.numbers(1, 1, 1, 1)),
                w.full(b"sdtp", b"ab"),
            ),
        ),
        Found(*MP4, 64, 48, 2, 1000),
    ),
    "mp4 fragments": (w.fragmented(), Found(*MP4, 64, 48, 10, 400)),
    "mp4 fragments that tell": (
        w.fragmented(
            w.moof(w.tfhd(1, 50, flags=0x8), w.trun(2), w.full(b"tfdt", w.numbers(0))),
            w.moof(w.tfhd(), w.trun(2, 9, 9, 100, 3, 200, 4, flags=0x305)),
            w.moof(w.tfhd(), w.trun(1, 8, flags=0x200)),
        ),
        Found(*MP4, 64, 48, 5, 440),
    ),
    "mp4 fragments with a length": (
        w.fragmented(extends=w.box(b"mvex", w.full(b"mehd", w.numbers(1234)), w.trex())),
        Found(*MP4, 64, 48, 10, 1234),
    ),
    "webm": (w.webm(), Found(*WEBM, 64, 48, 4, 2000)),
    "webm recorded": (RECORDED, Found(*WEBM, 64, 48, 4, 540)),
    "webm with sound and more": (
        w.webm(
            *(
                w.element(0x114D9B74),
                w.element(0xEC, b"pad"),
                w.info(),
                w.tracks(SOUND, w.track_entry(), SOUND),
            ),
            w.cluster(
                *(w.block(), w.block(5, track=2), w.unsigned(0xA7, 5), w.element(0xEC, b"pad")),
                w.element(0xA0, w.element(0xA1, b"\x81\0\x20\0frame"), w.unsigned(0x9B, 40)),
            ),
            *(w.element(0x1C53BB6B), w.element(0x1254C367, b"tags")),
        ),
        Found(*WEBM, 64, 48, 2, 2000),
    ),
    "webm with more of a track": (
        w.webm(
            w.info(),
            w.element(
                0x1654AE6B,
                w.element(0xEC, b"pad"),
                w.element(
                    0xAE,
                    *(w.unsigned(0xD7, 1), w.unsigned(0x83, 1), w.unsigned(0x73C5, 9)),
                    w.element(0x86, b"V_VP9"),
                    w.element(0xE0, w.unsigned(0xB0, 64), w.unsigned(0xBA, 48), w.unsigned(0x53C0, 1)),
                ),
            ),
            w.cluster(),
        ),
        Found(*WEBM, 64, 48, 2, 2000),
    ),
    "webm length in half precision": (
        w.webm(
            w.element(0x1549A966, w.element(0x4489, b"\x44\x7a\0\0")),
            w.tracks(w.track_entry(codec=b"V_VP8\0")),
            w.cluster(),
        ),
        Found(*WEBM, 64, 48, 2, 1000),
    ),
}


def fields(inspection: Any) -> Found:
    """Return what an inspection says in the table's form."""
    return Found(*(getattr(inspection, name) for name in Found._fields))

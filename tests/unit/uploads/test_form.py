"""Forms: the events of good ones, the codes of bad ones, and that the cut into chunks never matters."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.uploads.forms import BOUNDARY, TYPE, cut_at, file, form, part, read, text
from tests.unit.uploads.work import calls_made
from uploads.errors import UploadError
from uploads.form import Field, FileBegins, FileBytes, FileEnds, FormLimits, FormReader

MARK = b"--" + BOUNDARY.encode()
DELIMITER = b"\r\n" + MARK
SMALL = FormLimits(max_header_bytes=200, max_fields=3, max_text_bytes=10)
FILE = FileBegins("file", "a.gif", "image/gif")


def test_texts_and_the_file_come_in_their_order() -> None:
    body = form(text("title", "Grüße 🎬"), file(b"GIF89a\0"), text("tags", "a"), text("tags", ""))
    assert read([body]) == (
        [
            Field("title", "Grüße 🎬"),
            *(FILE, FileBytes(b"GIF89a\0"), FileEnds()),
            *(Field("tags", "a"), Field("tags", "")),
        ],
        "",
    )


def test_a_file_may_be_empty() -> None:
    assert read([form(file(b""))]) == ([FILE, FileEnds()], "")


def test_the_last_line_break_may_be_missing() -> None:
    assert read([form(file(), end=b"--")]) == ([FILE, FileBytes(b"GIF"), FileEnds()], "")


def test_the_boundary_is_told() -> None:
    assert FormReader(TYPE).boundary == BOUNDARY.encode()


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ("multipart/form-data; boundary=abc", b"abc"),
        ('Multipart/Form-Data ;charset=utf-8; BOUNDARY="a b"', b"a b"),
        ("multipart/form-data; boundary=a;", b"a"),
        ("multipart/form-data;boundary=" + "b" * 70, b"b" * 70),
        ("multipart/form-data; boundary=a'()+_,-./:=?", b"a'()+_,-./:=?"),
    ],
)
def test_boundaries_of_rfc_2046_are_read(content_type: str, boundary: bytes) -> None:
    assert FormReader(content_type).boundary == boundary


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "image/gif",
        "multipart/mixed; boundary=abc",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary=""',
        'multipart/form-data; boundary="a "',
        'multipart/form-data; boundary="a\\"b"',
        "multipart/form-data; boundary=ä",
        "multipart/form-data; boundary=a; boundary=b",
        "multipart/form-data; boundary=" + "b" * 71,
        "multipart/form-data; boundary=a b",
        "multipart/form-data; boundary",
    ],
)
def test_other_content_types_are_refused(content_type: str) -> None:
    with pytest.raises(UploadError) as caught:
        FormReader(content_type)
    assert (caught.value.code, caught.value.status) == ("form_bad_boundary", 400)


BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "form_truncated"),
    "half a boundary": (MARK[:3], "form_truncated"),
    "no delimiter's end": (MARK, "form_truncated"),
    "half a delimiter's end": (MARK + b"-", "form_truncated"),
    "cut in a header": (form(file())[:30], "form_truncated"),
    "cut in a file": (form(file())[:-20], "form_truncated"),
    "cut in a text": (form(file(), text("title", "abc"))[:-16], "form_truncated"),
    "cut in the last boundary": (form(file())[:-5], "form_truncated"),
    "text first": (b"hello" + form(file()), "form_preamble"),
    "another boundary": (form(file()).replace(b"'", b"!"), "form_preamble"),
    "line break first": (b"\r\n" + form(file()), "form_preamble"),
    "padded boundary": (form(file()).replace(MARK + b"\r\n", MARK + b" \r\n"), "form_bad_delimiter"),
    "longer boundary": (form(file(b"GIF" + DELIMITER + b"Z")), "form_bad_delimiter"),
    "bare line feed": (form(file()).replace(MARK + b"\r\n", MARK + b"\n"), "form_bad_delimiter"),
    "more bytes": (form(file()) + b"\0", "form_trailing_data"),
    "another form": (form(file()) * 2, "form_trailing_data"),
    "half a line break": (form(file(), end=b"--\r"), "form_trailing_data"),
    "no part": (form(), "form_no_file"),
    "texts alone": (form(text("title", "x")), "form_no_file"),
    "two files": (form(file(), file()), "form_repeated_file"),
    "a text for a file": (form(text("file", "GIF89a")), "form_unexpected_file"),
    "a file for a text": (form(file(), file(name="title")), "form_unexpected_file"),
    "a file in capitals": (form(file(name="File")), "form_unexpected_file"),
    "a text in Latin-1": (form(file(), text("title", b"\xe4")), "form_bad_text"),
    "half a letter": (form(file(), text("title", "ä".encode()[:1])), "form_bad_text"),
    "no headers": (form(b"\r\nGIF"), "form_bad_header"),
    "a header of no name": (form(b": x\r\n\r\n"), "form_bad_header"),
    "a folded header": (form(part('form-data; name="a";\r\n b=c', b"")), "form_bad_header"),
    "a bare carriage return": (form(part('form-data; name="a\rb"', b"")), "form_bad_header"),
    "a bare line feed in a header": (form(part('form-data; name="a\nb"', b"")), "form_bad_header"),
    "a zero byte": (form(part('form-data; name="a\0"', b"")), "form_bad_header"),
    "another character set": (
        form(b'Content-Disposition: form-data; name="\xe4"\r\n\r\n'),
        "form_bad_header",
    ),
    "no disposition": (form(b"Content-Type: image/gif\r\n\r\nGIF"), "form_bad_header"),
    "another disposition": (form(part('attachment; name="file"; filename="a"', b"GIF")), "form_bad_header"),
    "a disposition of no name": (form(part("form-data", b"")), "form_bad_header"),
    "an empty name": (form(part('form-data; name=""', b"")), "form_bad_header"),
    "two names": (form(part('form-data; name="a"; name="file"', b"")), "form_bad_header"),
    "two dispositions": (
        form(part('form-data; name="a"', b"", 'content-disposition: form-data; name="b"')),
        "form_bad_header",
    ),
    "an open quote": (form(part('form-data; name="a', b"")), "form_bad_header"),
    "words for a parameter": (form(part("form-data; name=a b", b"")), "form_bad_header"),
    "no equals sign": (form(part("form-data; name", b"")), "form_bad_header"),
    "base64": (
        form(part('form-data; name="file"; filename="a"', b"R0lG", "Content-Transfer-Encoding: base64")),
        "form_bad_header",
    ),
    "a strange filename*": (form(part('form-data; name="file"; filename*=a.gif', b"")), "form_bad_header"),
    "an unknown charset": (form(part("form-data; name=file; filename*=utf-7''a", b"")), "form_bad_header"),
    "half an escape": (form(part("form-data; name=file; filename*=utf-8''%4", b"")), "form_bad_header"),
    "filename* not in UTF-8": (
        form(part("form-data; name=file; filename*=utf-8''%E4", b"")),
        "form_bad_header",
    ),
    "filename* with a line break": (
        form(part("form-data; name=file; filename*=utf-8''a%0D%0Ab", b"")),
        "form_bad_header",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_form_is_refused_however_it_is_cut(name: str) -> None:
    body, code = BAD[name]
    whole = read([body])
    assert whole[1] == code
    events, bytewise = read([body[at : at + 1] for at in range(len(body))])
    assert bytewise == code
    # Whole, the refusal swallows the events of its own chunk; cut, what came before is told.
    assert whole[0] == events[: len(whole[0])]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (form(file(), text("a", "12345"), text("b", "12345")), ""),
        (form(file(), text("a", "12345"), text("b", "123456")), "form_field_too_large"),
        (form(file(), text("a", b"x" * 500)), "form_field_too_large"),
        (form(file(), text("a", ""), text("b", "")), ""),
        (form(file(), text("a", ""), text("b", ""), text("c", "")), "form_too_many_fields"),
        (MARK + b"\r\nX: " + b"y" * 300, "form_header_too_large"),
    ],
)
def test_limits_hold_to_the_byte(body: bytes, code: str) -> None:
    for size in (len(body), 1, 7):
        assert read([body[at : at + size] for at in range(0, len(body), size)], limits=SMALL)[1] == code


@pytest.mark.parametrize(("filler", "code"), [(0, ""), (1, "form_header_too_large")])
def test_a_header_may_fill_its_limit(filler: int, code: str) -> None:
    plain = len(part('form-data; name="file"; filename=""', b"")) + len(b"\r\n")
    body = form(file(b"", filename="x" * (200 - plain - len("Content-Type: image/gif\r\n") + filler)))
    for size in (len(body), 1):
        assert read([body[at : at + size] for at in range(0, len(body), size)], limits=SMALL)[1] == code


def test_a_refusal_is_repeated() -> None:
    reader = FormReader(TYPE)
    for call in (lambda: reader.feed(b"junk"), lambda: reader.feed(form(file())), reader.finish):
        with pytest.raises(UploadError) as caught:
            call()
        assert caught.value.code == "form_preamble"


def test_a_form_that_ended_too_early_takes_no_more() -> None:
    reader = FormReader(TYPE)
    reader.feed(MARK)
    with pytest.raises(UploadError):
        reader.finish()
    with pytest.raises(UploadError) as caught:
        reader.feed(b"--")
    assert caught.value.code == "form_truncated"


names = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters='"\\%'), max_size=12)
pieces_of_boundary = st.sampled_from([b"\r", b"\n", b"--", MARK[:-1], DELIMITER[:-1], b"\r\n--", b"-"])
contents = st.lists(st.binary(max_size=20) | pieces_of_boundary, max_size=8).map(b"".join)


@st.composite
def forms(draw: st.DrawFn) -> tuple[bytes, list[object]]:
    texts = draw(st.lists(st.tuples(names.filter(lambda name: name not in {"", "file"}), names), max_size=4))
    data = draw(contents.filter(lambda data: DELIMITER not in b"\r\n" + data + b"\r\n"))
    filename = draw(names)
    place = draw(st.integers(0, len(texts)))
    parts = [text(*each) for each in texts]
    parts.insert(place, file(data, filename=filename))
    of_file = [FileBegins("file", filename, "image/gif"), *([FileBytes(data)] if data else []), FileEnds()]
    events: list[object] = [Field(*each) for each in texts]
    events[place:place] = of_file
    return form(*parts), events


@settings(deadline=None)
@given(st.data())
def test_any_form_cut_anywhere_is_read_alike(data: st.DataObject) -> None:
    body, events = data.draw(forms())
    places = data.draw(st.lists(st.integers(0, len(body)), max_size=12))
    assert read(cut_at(body, places)) == (events, "")


@settings(deadline=None)
@given(st.data())
def test_any_broken_form_cut_anywhere_is_refused_alike(data: st.DataObject) -> None:
    body, _ = data.draw(forms())
    for _change in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(start + 3, len(body))))
        body = body[:start] + data.draw(st.binary(max_size=3) | pieces_of_boundary) + body[end:]
    places = data.draw(st.lists(st.integers(0, len(body)), max_size=12))
    bytewise = read(body[at : at + 1] for at in range(len(body)))
    cut = read(cut_at(body, places))
    assert cut[1] == bytewise[1]
    assert bytewise[1] or cut == bytewise


@settings(deadline=None)
@given(st.binary(max_size=200), st.text(max_size=80))
def test_nothing_but_an_upload_error_comes_out(body: bytes, disposition: str) -> None:
    read([MARK + body])
    read(
        [
            form(
                part(
                    "form-data; name=file; filename=a; " + disposition.encode("utf-8", "replace").decode(),
                    body,
                )
            )
        ]
    )


@pytest.mark.parametrize("almost", [DELIMITER[:-1] + b"!", b"\r\n--", b"\r", b"--"], ids=repr)
def test_work_and_memory_do_not_grow_with_almost_boundaries(almost: bytes) -> None:
    """90 MB in the pieces that the edge reads: the same calls for every piece, and none kept."""
    piece = (almost * (262_144 // len(almost) + 1))[:262_144]
    head, end = form(file(b"|")).split(b"|")

    def calls(pieces: int) -> int:
        reader = FormReader(TYPE)
        reader.feed(head)

        def run() -> None:
            for _ in range(pieces):
                reader.feed(piece)
            reader.feed(end)
            reader.finish()

        return calls_made(run)

    once = calls(2) - calls(1)
    assert calls(343) - calls(1) == 342 * once
    tracemalloc.start()
    calls(20)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 4 * len(piece)

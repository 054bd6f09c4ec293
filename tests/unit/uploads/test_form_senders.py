"""Forms as httpx, curl and browsers write them; those that cannot run here are quoted to the byte."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from pathlib import Path

import httpx
import pytest

from tests.unit.uploads.forms import form, part, read
from uploads.form import Field, FileBegins, FileBytes, FileEnds, FormEvent

DATA = bytes(range(256)) * 4
NAMES = ["cat.gif", "Grüße 🎬.gif", 'a"b.gif', "a;b=c.gif", "back\\slash.gif", "100%.gif", " .gif"]


def of_file(filename: str, content_type: str = "image/gif", data: bytes = DATA) -> list[FormEvent]:
    return [FileBegins("file", filename, content_type), FileBytes(data), FileEnds()]


@pytest.mark.parametrize("filename", NAMES)
def test_httpx_is_read(filename: str) -> None:
    request = httpx.Request(
        "POST",
        "http://local/",
        data={"title": 'Grüße "x"\r\n🎬', "tags": ["a", "b"]},
        files={"file": (filename, DATA, "image/gif")},
    )
    texts = [Field("title", 'Grüße "x"\r\n🎬'), Field("tags", "a"), Field("tags", "b")]
    expected = (texts + of_file(filename), "")
    assert read([request.read()], request.headers["Content-Type"]) == expected


@pytest.fixture(scope="session")
def curl() -> str:
    program = shutil.which("curl")
    if program is None:
        pytest.skip("curl is not installed: no second opinion on forms")
    return program


def sent(command: list[str]) -> tuple[str, bytes]:
    """Run a command that posts to the address appended to it; return the content type and the body."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        received = bytearray()
        process: subprocess.CompletedProcess[bytes] | None = None

        def serve() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as stream:
                size = 0
                while (line := stream.readline()) not in {b"\r\n", b""}:
                    received.extend(line)
                    if line.lower().startswith(b"content-length:"):
                        size = int(line.split(b":")[1])
                received.extend(b"\r\n" + stream.read(size))
                connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

        served = threading.Thread(target=serve, daemon=True)
        served.start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        process = subprocess.run([*command, address], check=True, capture_output=True)
        assert process.returncode == 0
        served.join()
    head, _, body = bytes(received).partition(b"\r\n\r\n")
    types = [line[13:].strip() for line in head.split(b"\r\n") if line.lower().startswith(b"content-type:")]
    return types[0].decode(), body


@pytest.mark.parametrize("escapes", [[], ["--form-escape"]], ids=["percent", "backslash"])
@pytest.mark.parametrize("filename", NAMES)
def test_curl_is_read(curl: str, tmp_path: Path, filename: str, escapes: list[str]) -> None:
    path = tmp_path / "data"
    path.write_bytes(DATA)
    quoted = filename.replace("\\", "\\\\").replace('"', '\\"')
    content_type, body = sent(
        [
            *(curl, "--silent", "--show-error", "--noproxy", "*", "--header", "Expect:", *escapes),
            *("--form", "title=Grüße 🎬", "--form", f'file=@{path};filename="{quoted}";type=image/gif'),
            *("--form-string", "tags=a,b;c"),
        ]
    )
    expected = [Field("title", "Grüße 🎬"), *of_file(filename), Field("tags", "a,b;c")]
    assert read([body], content_type) == (expected, "")


CHROME = (
    "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
    (
        b"------WebKitFormBoundary7MA4YWxkTrZu0gW\r\n"
        b'Content-Disposition: form-data; name="title"\r\n\r\nmy \xf0\x9f\x8e\xac\r\n'
        b"------WebKitFormBoundary7MA4YWxkTrZu0gW\r\n"
        b'Content-Disposition: form-data; name="file"; filename="a%22b\\c.gif"\r\n'
        b"Content-Type: image/gif\r\n\r\nGIF\r\n"
        b"------WebKitFormBoundary7MA4YWxkTrZu0gW--\r\n"
    ),
)
FIREFOX = (
    "multipart/form-data; boundary=---------------------------9051914041544843365972754266",
    (
        b"-----------------------------9051914041544843365972754266\r\n"
        b'Content-Disposition: form-data; name="file"; filename="Gr\xc3\xbc\xc3\x9fe.gif"\r\n'
        b"Content-Type: image/gif\r\n\r\nGIF\r\n"
        b"-----------------------------9051914041544843365972754266--\r\n"
    ),
)
DOTNET = (
    'multipart/form-data; boundary="0f8fad5b-d9cb-469f-a165-70867728950e"',
    (
        b"--0f8fad5b-d9cb-469f-a165-70867728950e\r\n"
        b"Content-Type: image/gif\r\n"
        b'Content-Disposition: form-data; name=file; filename="=?utf-8?B?R3LDvMOfZS5naWY=?=";'
        b" filename*=utf-8''Gr%C3%BC%C3%9Fe.gif\r\n\r\nGIF\r\n"
        b"--0f8fad5b-d9cb-469f-a165-70867728950e--\r\n"
    ),
)
URLLIB3_OF_OLD = (
    "multipart/form-data; boundary=6d2f1c5b0b7a4c1e9f3a",
    (
        b"--6d2f1c5b0b7a4c1e9f3a\r\n"
        b"Content-Disposition: form-data; name=\"file\"; filename*=utf-8''Gr%C3%BC%C3%9Fe.gif\r\n\r\nGIF\r\n"
        b"--6d2f1c5b0b7a4c1e9f3a--\r\n"
    ),
)
APACHE = (
    "multipart/form-data; boundary=Ij2c_S4-uLQ9; charset=ISO-8859-1",
    (
        b'--Ij2c_S4-uLQ9\r\nContent-Disposition: form-data; name="file"; filename="a.gif"\r\n'
        b"Content-Type: image/gif\r\nContent-Transfer-Encoding: binary\r\n\r\nGIF\r\n--Ij2c_S4-uLQ9--\r\n"
    ),
)


@pytest.mark.parametrize(
    ("sender", "events"),
    [
        (CHROME, [Field("title", "my 🎬"), *of_file('a"b\\c.gif', data=b"GIF")]),
        (FIREFOX, of_file("Grüße.gif", data=b"GIF")),
        (DOTNET, of_file("Grüße.gif", data=b"GIF")),
        (URLLIB3_OF_OLD, of_file("Grüße.gif", "", b"GIF")),
        (APACHE, of_file("a.gif", data=b"GIF")),
    ],
    ids=["Chrome and Safari", "Firefox", ".NET", "old urllib3", "Apache HttpClient"],
)
def test_other_senders_are_read(sender: tuple[str, bytes], events: list[FormEvent]) -> None:
    content_type, body = sender
    assert read([body], content_type) == (events, "")


def test_a_form_without_a_chosen_file_has_an_empty_one() -> None:
    """Browsers send the field of a file that nobody chose."""
    body = form(part('form-data; name="file"; filename=""', b"", "Content-Type: application/octet-stream"))
    begins = FileBegins("file", "", "application/octet-stream")
    assert read([body]) == ([begins, FileEnds()], "")


@pytest.mark.parametrize(
    ("parameter", "filename"),
    [
        (r'filename="a\"b.gif"', 'a"b.gif'),
        (r'filename="a\\b.gif"', r"a\b.gif"),
        (r'filename="C:\pictures\new.gif"', r"C:\pictures\new.gif"),
        (r'filename="a\\\"b"', r"a\"b"),
        ('filename="%22%0D%0A%41"', '"%0D%0A%41'),
        ("filename=a.gif", "a.gif"),
        ("FILENAME=a.gif ;", "a.gif"),
        ('filename="a.gif"; size=3', "a.gif"),
        ("filename*=UTF-8'de'%e2%82%ac.gif", "€.gif"),
        ("filename*=iso-8859-1''%A3.gif", "£.gif"),
        ("filename=old; filename*=utf-8''new", "new"),
        ("filename*=utf-8''new; filename=old", "new"),
    ],
)
def test_names_are_unescaped(parameter: str, filename: str) -> None:
    body = form(part(f"form-data; name=file; {parameter}", b"GIF"))
    assert read([body]) == (of_file(filename, "", b"GIF"), "")

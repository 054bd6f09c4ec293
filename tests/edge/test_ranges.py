"""Conditional and range requests, against a model in plain Python and against nginx with the same file."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.edge.assets import new_bytes, publish
from tests.edge.media import REFUSALS, ask, date, signed
from tests.edge.range_model import Expected, File, expected
from tests.harness.local_edge import ROOT, LocalEdge, eventually

MODIFIED = 1_700_000_000
"""When the assets of these tests were made; see `tests.edge.assets`."""
EXAMPLES = settings(max_examples=120, deadline=None)
LENGTHS = (1, 1_000, 70_000)

Ask = Callable[[dict[str, str]], httpx.Response]


def served(product: LocalEdge, length: int, way: str) -> tuple[File, Ask]:
    """Return an asset and how to ask for it: from the edge's cache, or from the bucket."""
    content = new_bytes(length)
    asset_id = publish(product, content, visibility="private" if way == "bucket" else "public")
    path = signed(asset_id) if way == "bucket" else asset_id
    file = File(content, f'"{hashlib.sha256(content).hexdigest()}"', MODIFIED)
    return file, lambda headers: ask(product, path, headers=headers)


def seen(answer: httpx.Response) -> Expected:
    """Return what an answer of ours says, having checked its length, or what it says of a refusal."""
    if answer.status_code in REFUSALS:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == REFUSALS[answer.status_code]
        return Expected(answer.status_code, b"", answer.headers.get("content-range"))
    if answer.status_code != 304:
        assert answer.headers["content-length"] == str(len(answer.content))
    return Expected(answer.status_code, answer.content, answer.headers.get("content-range"))


def numbers(length: int) -> st.SearchStrategy[str]:
    """Return positions in and around a file, some with zeros in front, some that fit into no integer."""
    near = st.integers(0, length + 3) | st.sampled_from(
        [length - 1, length, length + 1, 2**63, 2**64, 10**30]
    )
    return st.builds(
        lambda number, zeros: "0" * zeros + str(max(0, number)), near, st.sampled_from([0, 0, 0, 3])
    )


def one_range(length: int) -> st.SearchStrategy[str]:
    number = numbers(length)
    return (
        st.builds("{}-{}".format, number, number)
        | st.builds("{}-".format, number)
        | st.builds("-{}".format, number)
    )


def range_header(length: int) -> st.SearchStrategy[str]:
    """Return right, wrong and odd Range headers."""
    junk = st.text("0123456789-,=* \tabytesx", max_size=12).map(str.strip)
    several = st.lists(one_range(length) | junk, min_size=0, max_size=4)
    joined = st.builds(lambda parts, comma: comma.join(parts), several, st.sampled_from([",", ", ", " ,\t"]))
    units = st.sampled_from(["bytes=", "bytes=", "bytes=", "Bytes=", "bytes= ", "bytes =", "items=", ""])
    right = one_range(length).map("bytes={}".format)
    return (right | st.builds("{}{}".format, units, joined) | junk).map(str.strip).filter(bool)


def conditions(file: File) -> st.SearchStrategy[dict[str, str]]:
    """Return headers that hold and headers that do not, alone and together."""
    other = '"0000"'
    tags = st.sampled_from(
        ["*", file.etag, f"W/{file.etag}", other, f"{other}, {file.etag}", f"{other},W/{file.etag}", "junk"]
    )
    moments = st.sampled_from(
        [date(file.modified + by) for by in (-86_400, -1, 0, 1, 86_400)] + ["yesterday", "0"]
    )
    validators = st.sampled_from([file.etag, f"W/{file.etag}", other, "junk"]) | moments
    return st.fixed_dictionaries(
        {},
        optional={
            "if-match": tags,
            "if-unmodified-since": moments,
            "if-none-match": tags,
            "if-modified-since": moments,
            "if-range": validators,
            "range": range_header(len(file.content)),
        },
    )


@pytest.mark.parametrize("way", ["cache", "bucket"])
@pytest.mark.parametrize("length", LENGTHS)
def test_every_range_header_is_answered_as_the_model_says(product: LocalEdge, length: int, way: str) -> None:
    file, answer_to = served(product, length, way)

    @EXAMPLES
    @given(range_header(length))
    def check(value: str) -> None:
        assert seen(answer_to({"range": value})) == expected(file, {"range": value})

    check()


@pytest.mark.parametrize("way", ["cache", "bucket"])
def test_conditions_count_in_the_order_of_the_rfc(product: LocalEdge, way: str) -> None:
    file, answer_to = served(product, 3_000, way)

    @EXAMPLES
    @given(conditions(file))
    def check(headers: dict[str, str]) -> None:
        answer = answer_to(headers)
        assert seen(answer) == expected(file, headers)
        if answer.status_code in {200, 206, 304}:
            assert (answer.headers["etag"], answer.headers["last-modified"]) == (file.etag, date(MODIFIED))

    check()


@pytest.mark.parametrize(
    ("value", "status"),
    [("bytes=0-0,5-6", 200), ("bytes=9-3", 200), ("bytes=-0", 416), ("bytes=70000-", 416), ("bytes=-9", 206)],
)
def test_head_tells_what_a_get_without_a_range_would_send(
    product: LocalEdge, value: str, status: int
) -> None:
    file, answer_to = served(product, 70_000, "cache")
    assert answer_to({"range": value}).status_code == status
    place = str(answer_to({}).request.url.path).removeprefix("/a/")
    head = ask(product, place, "HEAD", {"range": value})
    assert (head.status_code, head.content) == (200, b"")
    assert (head.headers["content-length"], head.headers["etag"]) == ("70000", file.etag)
    assert "content-range" not in head.headers
    known = ask(product, place, "HEAD", {"if-none-match": file.etag})
    assert (known.status_code, known.headers["etag"]) == (304, file.etag)


UNPACKED = ROOT / ".cache" / "debian" / "usr" / "sbin"
"""Where set-up leaves nginx, which is not installed because its package would start a server."""
NGINX = """
pid {folder}/pid;
error_log {folder}/errors;
events {{}}
http {{
  access_log off;
  types {{ image/gif gif; }}
  if_modified_since before;
  max_ranges 1;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port}; root {folder}/files; }}
}}
"""
"""As RFC 9110 has it where nginx leaves a choice: dates are limits, and several ranges are answered whole."""


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A server, by the folder of its files and its URL; skips the test where set-up could not get nginx."""
    program = shutil.which("nginx", path=os.pathsep.join([os.environ["PATH"], "/usr/sbin", str(UNPACKED)]))
    if program is None:
        pytest.skip("nginx is not here: no second opinion on ranges")
    folder = tmp_path_factory.mktemp("nginx")
    folder.chmod(0o755)
    (folder / "files").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "conf").write_text(NGINX.format(folder=folder, port=port))
    command = [
        program,
        "-p",
        str(folder),
        "-c",
        str(folder / "conf"),
        "-g",
        "daemon off; master_process off;",
    ]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: _answers(server, port))
        yield folder / "files", f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _answers(server: subprocess.Popen[Any], port: int) -> bool:
    if server.poll() is not None:
        pytest.fail(f"nginx did not start, on {sys.platform}")
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


# nginx keeps to 64 bits, refuses with 416 what the RFC lets a server ignore, answers several ranges of which
# one is there with that one, and reads the headers of conditions together where the RFC ranks them. So: one
# right range or several that are there, and one condition beside it.
def both_agree_on(length: int) -> st.SearchStrategy[tuple[str, str | None]]:
    position = st.integers(0, length + 3) | st.just(10**15)
    ordered = st.builds(sorted, st.tuples(position, position)).map("{0[0]}-{0[1]}".format)
    single = ordered | position.map("{}-".format) | position.map("-{}".format)
    inside = st.integers(0, length - 1)
    there = st.builds(sorted, st.tuples(inside, inside)).map("{0[0]}-{0[1]}".format)
    several = st.lists(there, min_size=2, max_size=4).map(",".join)
    other_unit = single.map("items={}".format)
    asked = (single | several).map("bytes={}".format) | other_unit
    return st.tuples(asked, st.sampled_from([None, *CONDITIONS]))


CONDITIONS = {
    "same tag in range": ("if-range", "{etag}"),
    "weak tag in range": ("if-range", "W/{etag}"),
    "other tag in range": ("if-range", '"other"'),
    "same date in range": ("if-range", "{modified}"),
    "later date in range": ("if-range", "{later}"),
    "known": ("if-none-match", "{etag}"),
    "known weakly": ("if-none-match", 'W/{etag}, "other"'),
    "known at all": ("if-none-match", "*"),
    "not known": ("if-none-match", '"other"'),
    "seen since": ("if-modified-since", "{later}"),
    "seen then": ("if-modified-since", "{modified}"),
    "seen before": ("if-modified-since", "{earlier}"),
    "still the same": ("if-match", "{etag}"),
    "weakly the same": ("if-match", "W/{etag}"),
    "another": ("if-match", '"other"'),
    "unchanged since": ("if-unmodified-since", "{modified}"),
    "changed since": ("if-unmodified-since", "{earlier}"),
}


@pytest.mark.parametrize("length", LENGTHS)
def test_nginx_answers_the_same(product: LocalEdge, nginx: tuple[Path, str], length: int) -> None:
    file, ask_us = served(product, length, "cache")
    folder, url = nginx
    path = folder / f"{length}.gif"
    path.write_bytes(file.content)
    os.utime(path, (MODIFIED, MODIFIED))
    client = httpx.Client(trust_env=False)

    def ask_nginx(headers: dict[str, str]) -> httpx.Response:
        return client.get(f"{url}/{length}.gif", headers={"accept-encoding": "identity", **headers})

    def asked(answer_to: Ask, value: str, condition: str | None) -> Expected:
        headers = {"range": value}
        if condition is not None:
            name, template = CONDITIONS[condition]
            own = answer_to({})
            assert own.headers["last-modified"] == date(MODIFIED)
            moments = {"earlier": date(MODIFIED - 1), "modified": date(MODIFIED), "later": date(MODIFIED + 1)}
            headers[name] = template.format(etag=own.headers["etag"], **moments)
        got = answer_to(headers)
        # What a refusal says to people is a server's own; so is whether it repeats the length.
        if got.status_code >= 400:
            return Expected(got.status_code, b"", got.headers.get("content-range"))
        return seen(got)

    @EXAMPLES
    @given(both_agree_on(length))
    def check(case: tuple[str, str | None]) -> None:
        assert asked(ask_us, *case) == asked(ask_nginx, *case)

    with client:
        check()

"""Bodies as bytes, and responses as values."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outbound import FilePart, HttpRequest, HttpResponse, form_body, json_body, multipart_body
from tests.stubs.http_server import Part, Recorded


def test_a_header_is_found_whatever_its_case_and_the_first_one_wins() -> None:
    response = HttpResponse(200, (("X-Two", "1"), ("x-two", "2")))
    assert response.header("x-TWO") == "1"
    assert response.header("x-three") is None


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe\xfd", b"<html>", b"[" * 200_000, b'{"a":' * 100_000, b"1" * 5000]
)
def test_a_body_that_is_not_json_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the class is the contract, the words are json's
        HttpResponse(200, (), body).json()


def test_requests_and_responses_are_values() -> None:
    assert HttpRequest("GET", "https://a.example/") == HttpRequest("GET", "https://a.example/")
    assert HttpResponse(200, (), b'{"a":1}').json() == {"a": 1}


@settings(deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.text(), st.lists, max_leaves=5))
def test_json_bodies_hold_any_text_and_come_back(value: object) -> None:
    body, headers = json_body(value)
    assert json.loads(body) == value
    assert headers == (("content-type", "application/json"),)


def test_a_lone_surrogate_does_not_stop_a_body() -> None:
    assert json_body({"t": "\ud800"})[0] == b'{"t":"\\ud800"}'
    assert form_body({"t": "\ud800"})[0] == b"t=%3F"
    assert b"\r\n\r\na?\r\n" in multipart_body({"t": "a\ud800"})[0]


@settings(deadline=None)
@given(st.dictionaries(st.text("abcdef", min_size=1), st.text(st.characters(codec="utf-8"), min_size=1)))
def test_form_bodies_are_read_back_by_a_form_parser(fields: dict[str, str]) -> None:
    body, headers = form_body(fields)
    assert parse_qs(body.decode()) == {name: [value] for name, value in fields.items()}
    assert headers == (("content-type", "application/x-www-form-urlencoded"),)


_VALUES = st.text(st.characters(codec="utf-8"), max_size=40)


@settings(deadline=None)
@given(st.dictionaries(st.text("abcdef_", min_size=1), _VALUES), st.binary(max_size=200))
def test_multipart_bodies_are_read_back_by_a_multipart_parser(fields: dict[str, str], content: bytes) -> None:
    file = FilePart("cat.gif", "image/gif", content)
    body, headers = multipart_body(fields, [("file", file)])
    parts = Recorded("POST", "/", headers, body).multipart()
    assert parts == [
        *(Part(name, None, "text/plain", value.encode()) for name, value in fields.items()),
        Part("file", "cat.gif", "image/gif", content),
    ]


def test_the_same_parts_give_the_same_bytes_and_other_parts_another_boundary() -> None:
    one, again, other = (multipart_body({"a": value}) for value in ("1", "1", "2"))
    assert one == again
    assert one[1] != other[1]


def test_names_cannot_break_out_of_their_header() -> None:
    body, headers = multipart_body({'a"; x="y\r\nX: 1': "v"}, [("f", FilePart('a"\r\nb', "image/gif", b""))])
    parts = Recorded("POST", "/", headers, body).multipart()
    assert [(part.name, part.filename) for part in parts] == [
        ("a%22; x=%22y%0D%0AX: 1", None),
        ("f", "a%22%0D%0Ab"),
    ]


def test_a_multipart_body_without_parts_is_its_last_boundary() -> None:
    body, headers = multipart_body({})
    assert body.startswith(b"--")
    assert body.endswith(b"--\r\n")
    assert headers[0][1].startswith("multipart/form-data; boundary=")

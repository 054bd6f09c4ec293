from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link_transfer import Format, LinkDraft, detect, read
from link_transfer.shapes import moment, written_moment

CORPUS = Path(__file__).resolve().parents[2] / "corpus" / "link_transfer"
FILES = {
    "own.csv": Format.CSV,
    "own.json": Format.JSON,
    "own.jsonl": Format.JSON_LINES,
    "bitly_export.csv": Format.BITLY_CSV,
    "bitly_custom_links.csv": Format.BITLY_CSV,
    "bitly_api.json": Format.BITLY_JSON,
    "dub_export.csv": Format.DUB_CSV,
    "dub_api.json": Format.DUB_JSON,
    "sink_export.json": Format.SINK_JSON,
    "shlink_web_client.csv": Format.SHLINK_CSV,
    "shlink_importer.csv": Format.SHLINK_CSV,
    "shlink_api.json": Format.SHLINK_JSON,
    "yourls_stats.json": Format.YOURLS_JSON,
    "yourls_table.csv": Format.YOURLS_CSV,
    "yourls_import_export.csv": Format.YOURLS_CSV,
}


def test_every_file_of_the_corpus_is_known():
    assert {path.name for path in CORPUS.iterdir()} == set(FILES)


@pytest.mark.parametrize(("name", "kind"), FILES.items())
def test_the_content_alone_shows_the_format(name, kind):
    head = (CORPUS / name).read_bytes()
    assert detect(None, None, head) is kind
    assert detect("links.txt", "text/plain", b"\xef\xbb\xbf" + head[:1000]) is kind
    assert detect("wrong.csv", "application/json", head) is kind


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".json")])
def test_json_without_white_space_shows_it_too(name):
    head = json.dumps(json.loads((CORPUS / name).read_bytes())).encode()
    assert detect(None, None, head) is FILES[name]


@pytest.mark.parametrize("kind", Format)
def test_the_explicit_format_always_wins(kind):
    assert detect("links.csv", "text/csv", (CORPUS / "own.json").read_bytes(), kind) is kind


@pytest.mark.parametrize(
    ("filename", "content_type", "head", "kind"),
    [
        ("links.csv", None, b"", Format.CSV),
        ("LINKS.JSON", None, b"", Format.JSON),
        ("links.ndjson", "application/json", b"", Format.JSON_LINES),
        ("links.csv.gz", None, b"", None),
        ("links", "text/csv; charset=utf-8", b"", Format.CSV),
        (None, "application/x-ndjson", b"{}", Format.JSON_LINES),
        (None, None, b"", None),
        (None, None, b"foo,bar\n", None),
        ("a.csv", None, b"foo,bar\n", Format.CSV),
        (None, None, b'"foo\n', None),
        (None, None, b"[]", None),
        (None, None, b'{"version":1,"links":[]}', Format.JSON),
        (None, None, b'{"links":[{"slug":"a","url":"b"}]}', Format.SINK_JSON),
        (None, None, b'{"links":[{"long_url":"b"}]}', Format.BITLY_JSON),
        (None, None, b'[{"long_url":"b"}]', Format.BITLY_JSON),
        (None, None, b'{"links":{"link_1":{}}}', Format.YOURLS_JSON),
        (None, None, b'{"result":[{"keyword":"a"}]}', Format.YOURLS_JSON),
        (None, None, b'{"target":"a","metadata":{"shortLink":1,"long_url":2}}', Format.JSON_LINES),
        (None, None, b'{"version":1,"links":[{"target":"\\"long_url\\": 1, \\"slug\\": 2"}]}', Format.JSON),
        (None, None, b"\xff\xfe{\0", None),
    ],
)
def test_name_and_type_decide_what_the_content_does_not(filename, content_type, head, kind):
    assert detect(filename, content_type, head) is kind


@given(st.binary(max_size=200))
def test_no_content_upsets_detection_or_reading(data):
    assert detect(None, None, data) in {None, *Format}
    for kind in Format:
        assert isinstance(list(read(data, kind)), list)


@given(st.text("[]{}\",:\\ \n\tntf10.e-'=é\ud800\0", max_size=60))
def test_no_text_that_resembles_a_file_upsets_reading(text):
    data = text.encode("utf-8", "surrogatepass")
    for wrapped in (data, b'{"version":1,"links":[' + data + b"]}", b"target,tags,metadata\n" + data):
        for kind in Format:
            assert isinstance(list(read(wrapped, kind)), list)


def test_what_only_informs_becomes_metadata_of_the_request():
    draft = LinkDraft("a", tags=("b",), clicks=7, archived=True, metadata={"x": 1})
    metadata = {"x": 1, "imported_clicks": 7, "imported_archived": True}
    assert draft.to_request() == {"target": "a", "tags": ["b"], "metadata": metadata}
    assert LinkDraft("a").to_request() == {"target": "a"}
    assert draft.metadata == {"x": 1}


@pytest.mark.parametrize(("earlier", "sum_"), [(5, 12), ("5", 7), (True, 7), (None, 7)])
def test_clicks_of_an_earlier_move_are_added(earlier, sum_):
    request = LinkDraft("a", clicks=7, metadata={"imported_clicks": earlier}).to_request()
    assert request["metadata"] == {"imported_clicks": sum_}


@pytest.mark.parametrize(
    ("clicks", "request_"),
    [
        (None, {"max_clicks": 10}),
        (0, {"max_clicks": 10}),
        (4, {"max_clicks": 6, "metadata": {"imported_clicks": 4}}),
        (10, {"max_clicks": 10, "disabled": True, "metadata": {"imported_clicks": 10}}),
        (99, {"max_clicks": 10, "disabled": True, "metadata": {"imported_clicks": 99}}),
    ],
)
def test_a_limit_goes_on_where_it_was(clicks, request_):
    draft = LinkDraft("a", max_clicks=10, clicks=clicks)
    assert draft.to_request() == {"target": "a"} | request_


def test_a_password_that_nobody_told_keeps_the_link_closed():
    assert LinkDraft("a", has_password=True).to_request() == {"target": "a", "disabled": True}
    told = LinkDraft("a", has_password=True, password="word")
    assert told.to_request() == {"target": "a", "password": "word"}


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("1970-01-01T00:00:01Z", 1),
        ("1970-01-01 00:00:01", 1),
        ("1970-01-02", 86400),
        ("1970-01-01T01:00:00+0100", 0),
        (" 12.5 ", 12.5),
        ("-3", -3),
        ("1e3", 1000),
    ],
)
def test_times_are_read_as_iso_8601_or_seconds(written, seconds):
    assert moment(written) == seconds


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_written_time_is_read_back_exactly(seconds):
    assert moment(written_moment(seconds)) == seconds


def test_a_time_is_written_for_people_where_that_is_exact():
    assert written_moment(1772357400.5) == "2026-03-01T09:30:00.500000Z"
    assert written_moment(1772357400.0000002) == "1772357400.0000002"
    assert written_moment(1e300) == "1e+300"

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from link_transfer import Format, LinkDraft, RowDraft, RowError, TransferError, read, write

CORPUS = Path(__file__).resolve().parents[2] / "corpus" / "link_transfer"
OWN = (Format.CSV, Format.JSON, Format.JSON_LINES)

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
TRICKY = st.text("=+-@\t\r\n'\",;[]{} a\\é😀", max_size=12)
WORDS = TEXT | TRICKY
NUMBERS = st.integers(-(10**15), 10**15)
TIMES = st.none() | st.floats(allow_nan=False, allow_infinity=False) | NUMBERS.map(float)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
DRAFTS = st.builds(
    LinkDraft,
    target=WORDS.filter(bool),
    code=WORDS,
    title=WORDS,
    description=WORDS,
    tags=st.lists(WORDS, max_size=3).map(tuple),
    metadata=st.dictionaries(WORDS, VALUES, max_size=3),
    created_at=TIMES,
    starts_at=TIMES,
    expires_at=TIMES,
    max_clicks=st.none() | NUMBERS,
    password=WORDS,
    has_password=st.booleans(),
    status=st.none() | NUMBERS,
    utm=st.dictionaries(WORDS, WORDS, max_size=2),
    forward_query=st.booleans(),
    forward_path=st.booleans(),
    rules=st.lists(st.dictionaries(WORDS, VALUES, max_size=3), max_size=2).map(tuple),
    split=st.lists(st.dictionaries(WORDS, VALUES, max_size=2), max_size=2).map(tuple),
    mode=WORDS,
    aliases=st.dictionaries(WORDS, TIMES, max_size=3),
    disabled=st.booleans(),
    archived=st.booleans(),
    clicks=st.none() | NUMBERS,
)


def drafts(data, kind):
    results = list(read(data, kind))
    assert not [result for result in results if isinstance(result, RowError)]
    return [result.draft for result in results]


def written(links, kind):
    return "".join(write(links, kind)).encode()


def error(data, kind):
    (result,) = read(data, kind)
    assert isinstance(result, RowError)
    return result


@pytest.mark.parametrize("kind", OWN)
@settings(max_examples=150, deadline=None)
@example([LinkDraft("'=1", tags=("a, b", " c", "'-"), title="''@x", code="\rx")])
@example([LinkDraft("-1", created_at=1795263888.424, starts_at=-0.5, expires_at=1e300)])
@given(st.lists(DRAFTS, max_size=4))
def test_what_is_written_is_read_back_exactly(kind, links):
    fields = [link.to_fields() for link in links]
    assert drafts(written(fields, kind), kind) == links
    assert [draft.to_fields() for draft in drafts(written(fields, kind), kind)] == fields


@given(st.lists(DRAFTS, max_size=3))
def test_other_readers_of_csv_see_the_same_cells_and_no_formula(links):
    text = written([link.to_fields() for link in links], Format.CSV).decode()
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert len(rows) == len(links)
    assert {len(row) for row in rows} <= {len(header)}
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@given(st.lists(DRAFTS, max_size=3))
def test_the_json_that_is_written_is_json(links):
    fields = [link.to_fields() for link in links]
    assert json.loads(written(fields, Format.JSON)) == {"version": 1, "links": fields}
    lines = written(fields, Format.JSON_LINES).decode().split("\n")
    assert [json.loads(line) for line in lines[:-1]] == fields


def test_writing_takes_one_link_at_a_time():
    asked = []

    def links():
        for number in range(3):
            asked.append(number)
            yield {"target": f"https://example.com/{number}"}

    for kind in OWN:
        asked.clear()
        pieces = write(links(), kind)
        next(pieces)
        assert len(asked) <= 1
        assert len("".join(pieces)) > 3


def test_csv_is_written_with_times_and_words_people_can_read():
    link = {
        "target": "https://example.com/",
        "created_at": 1772357400,
        "tags": ["a", "b"],
        "disabled": True,
        "max_clicks": 5,
        "title": "=1+1",
    }
    header, row, end = written([link], Format.CSV).decode().split("\r\n")
    assert end == ""
    cells = dict(zip(header.split(","), row.replace('"a, b"', "a; b").split(","), strict=True))
    assert {name: cell for name, cell in cells.items() if cell} == {
        "target": "https://example.com/",
        "created_at": "2026-03-01T09:30:00Z",
        "tags": "a; b",
        "disabled": "true",
        "max_clicks": "5",
        "title": "'=1+1",
    }


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ({"target": "a", "colour": "red"}, "unknown_field"),
        ({"title": "no target"}, "missing_target"),
        ({"target": "a", "title": "\0"}, "nul_byte"),
        ({"target": "a", "title": "\ud800"}, "invalid_unicode"),
        ({"target": "a", "metadata": {"x": {"\udfff": [1]}}}, "invalid_unicode"),
        ({"target": "a", "metadata": {"x": [float("nan")]}}, "invalid_number"),
    ],
)
@pytest.mark.parametrize("kind", OWN)
def test_a_link_that_could_not_be_read_back_is_not_written(kind, link, code):
    with pytest.raises(TransferError) as refused:
        written([link], kind)
    assert refused.value.code == code


@pytest.mark.parametrize("kind", sorted(set(Format) - set(OWN)))
def test_other_products_formats_are_not_written(kind):
    with pytest.raises(ValueError, match=kind):
        write([], kind)


def test_a_table_may_have_any_of_the_columns_in_any_order_and_empty_lines():
    first, second, third = read((CORPUS / "own.csv").read_bytes(), Format.CSV)
    assert first == RowDraft(
        2,
        LinkDraft(
            "https://example.com/launch",
            code="launch",
            title="Launch day, part 2",
            tags=("spring", "press"),
            created_at=1772357400.0,
            expires_at=1790000000.0,
            max_clicks=500,
            status=301,
            metadata={"owner": "ana"},
            utm={"utm_source": "mail"},
            forward_query=True,
        ),
    )
    assert second.row == 3
    assert second.draft.title == "=not a formula"
    assert second.draft.password == "open sesame"
    assert "open sesame" not in repr(second)
    assert third.row == 5
    assert third.draft.title == "First line\nsecond line"
    assert third.draft.expires_at == 1772409600.0


def test_a_cell_of_aliases_is_readable_until_one_of_them_ends():
    link = {"target": "a", "aliases": {"nick": None, "two": None}}
    assert '"nick, two"' in written([link], Format.CSV).decode()
    data = b'target,aliases\na,"nick, two"\nb,"{""old"":""2026-05-01T00:00:00Z"",""nick"":null}"\n'
    assert [draft.aliases for draft in drafts(data, Format.CSV)] == [
        {"nick": None, "two": None},
        {"old": 1777593600.0, "nick": None},
    ]
    assert drafts(b'{"target":"a","aliases":["nick"]}', Format.JSON_LINES)[0].aliases == {"nick": None}


def test_our_json_may_be_written_by_hand():
    first, second = drafts((CORPUS / "own.json").read_bytes(), Format.JSON)
    assert first.metadata == {"owner": {"name": "Ana"}}
    assert second == LinkDraft("asset:0123456789abcdefghijABCDEFGHIJ01", disabled=True, clicks=12)


def test_json_lines_are_numbered_as_lines():
    results = list(read((CORPUS / "own.jsonl").read_bytes(), Format.JSON_LINES))
    assert [result.row for result in results] == [1, 3]
    assert results[1].draft.starts_at == 1777586400.0
    assert drafts(b'{"target":"a"}\r\n\r\n{"target":"b"}', Format.JSON_LINES) == [
        LinkDraft("a"),
        LinkDraft("b"),
    ]


def test_a_byte_order_mark_and_any_line_end_are_fine():
    for end in (b"\r\n", b"\n", b"\r"):
        data = (
            b"\xef\xbb\xbfTarget , code"
            + end
            + b"https://example.com/,a"
            + end
            + end
            + b"https://example.com/,b"
        )
        assert [draft.code for draft in drafts(data, Format.CSV)] == ["a", "b"]
    assert drafts(b'\xef\xbb\xbf{"version":1,"links":[]}', Format.JSON) == []


def test_null_in_json_is_a_field_at_its_default():
    assert drafts(b'{"target":"a","title":null,"tags":null,"status":null}', Format.JSON_LINES) == [
        LinkDraft("a")
    ]


@pytest.mark.parametrize(
    ("data", "kind", "code", "words"),
    [
        (b"", Format.CSV, "empty_file", ""),
        (b"\n\n", Format.CSV, "empty_file", ""),
        (b"target,Colour\na,b\n", Format.CSV, "unknown_column", "'colour'"),
        (b"target;code\n", Format.CSV, "unknown_column", "'target;code'"),
        (b"target," + b"x" * 200, Format.CSV, "unknown_column", "..."),
        (b"target,\xff\na,b\n", Format.CSV, "invalid_unicode", ""),
        (b"target,co\0de\na,b\n", Format.CSV, "nul_byte", ""),
        (b"target,code,CODE\n", Format.CSV, "duplicate_column", "'code'"),
        (b"code\nabc\n", Format.CSV, "missing_column", "'target'"),
        (b'"target\na\n', Format.CSV, "malformed_quotes", ""),
        (b"", Format.JSON, "invalid_json", ""),
        (b'{"links":[]}', Format.JSON, "unsupported_version", ""),
        (b'{"version":2,"links":[]}', Format.JSON, "unsupported_version", ""),
        (b'{"version":true,"links":[]}', Format.JSON, "unsupported_version", ""),
        (b'[{"target":"a"}]', Format.JSON, "unsupported_version", ""),
        (b'{"version":1}', Format.JSON, "no_links", ""),
        (b'{"version":1,"links":"many"}', Format.JSON, "no_links", ""),
        (b'{"version":1,"links":[],"links":[]}', Format.JSON, "duplicate_field", "'links'"),
        (b'{"version":1,"links":[{"target":"a"}', Format.JSON, "invalid_json", ""),
        (b'{"version":1,"links":[]} more', Format.JSON, "invalid_json", ""),
        (b'{"version":1,"links":["a]}', Format.JSON, "invalid_json", ""),
        (b'{"version" 1}', Format.JSON, "invalid_json", ""),
        (b'{"version":}', Format.JSON, "invalid_json", ""),
        (b"{version:1}", Format.JSON, "invalid_json", ""),
        (b'{"version":1 "links":[]}', Format.JSON, "invalid_json", ""),
        (b'{"vers\\ud800ion":1}', Format.JSON, "invalid_unicode", ""),
        (b'{"version":1,"links":[,]}', Format.JSON, "invalid_json", ""),
    ],
)
def test_what_is_wrong_with_a_file_has_row_0(data, kind, code, words):
    found = error(data, kind)
    assert (found.row, found.code) == (0, code)
    assert words in found.message
    assert len(found.message) < 120


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ('"target":5', "invalid_text"),
        ('"target":""', "missing_target"),
        ('"title":"no target"', "missing_target"),
        ('"target":"a","colour":1', "unknown_field"),
        ('"target":"a","target":"b"', "duplicate_field"),
        ('"target":"a","metadata":{"x":1,"x":2}', "duplicate_field"),
        ('"target":"a","tags":"b"', "invalid_tags"),
        ('"target":"a","tags":[1]', "invalid_tags"),
        ('"target":"a","metadata":[]', "invalid_object"),
        ('"target":"a","utm":{"utm_source":1}', "invalid_object"),
        ('"target":"a","rules":{}', "invalid_object"),
        ('"target":"a","rules":[1]', "invalid_object"),
        ('"target":"a","split":"b"', "invalid_object"),
        ('"target":"a","aliases":[1]', "invalid_object"),
        ('"target":"a","aliases":"b"', "invalid_object"),
        ('"target":"a","aliases":{"b":true}', "invalid_time"),
        ('"target":"a","max_clicks":1.5', "invalid_number"),
        ('"target":"a","max_clicks":true', "invalid_number"),
        ('"target":"a","max_clicks":"many"', "invalid_number"),
        ('"target":"a","max_clicks":1e999', "invalid_number"),
        ('"target":"a","created_at":true', "invalid_time"),
        ('"target":"a","created_at":"soon"', "invalid_time"),
        ('"target":"a","created_at":"1e999"', "invalid_time"),
        ('"target":"a","created_at":1' + "0" * 400, "invalid_time"),
        ('"target":"a","created_at":1' + "0" * 5000, "invalid_json"),
        ('"target":"a","disabled":"perhaps"', "invalid_switch"),
        ('"target":"a","disabled":1', "invalid_switch"),
        ('"target":"a","title":NaN', "invalid_json"),
        ('"target":"a","title":nope', "invalid_json"),
        ('"target":"a","title":"\\u0000"', "nul_byte"),
        ('"target":"a","title":"\\udc80"', "invalid_unicode"),
        ('"target":"a","metadata":{"\\ud800":1}', "invalid_unicode"),
        ('"target":"a","title":"raw\ttab"', "invalid_json"),
    ],
)
def test_a_bad_link_in_json_does_not_stop_the_others(fields, code):
    data = f'{{"version":1,"links":[{{"target":"first"}},{{{fields}}},{{"target":"last"}}]}}'.encode()
    first, bad, last = read(data, Format.JSON)
    assert (first.draft.target, last.draft.target) == ("first", "last")
    assert isinstance(bad, RowError)
    assert (bad.row, bad.code) == (2, code)
    first, bad, last = read(
        f'{{"target":"first"}}\n{{{fields}}}\n{{"target":"last"}}'.encode(), Format.JSON_LINES
    )
    assert (bad.row, bad.code, last.row) == (2, code, 3)


@pytest.mark.parametrize("value", [b"5", b"null", b'"text"', b"[]"])
def test_a_link_in_json_is_an_object(value):
    found = error(b'{"version":1,"links":[' + value + b"]}", Format.JSON)
    assert (found.row, found.code) == (1, "not_an_object")


def test_bytes_that_are_no_utf8_cost_their_row_in_json_too():
    first, bad = read(b'{"version":1,"links":[{"target":"a"},{"target":"\xff"}]}', Format.JSON)
    assert first.draft == LinkDraft("a")
    assert (bad.row, bad.code) == (2, "invalid_unicode")


def test_a_list_that_breaks_off_between_links_ends_the_reading():
    first, broken = read(b'{"version":1,"links":[{"target":"a"} {"target":"b"}]}', Format.JSON)
    assert first.draft == LinkDraft("a")
    assert (broken.row, broken.code) == (0, "invalid_json")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (b"a", "ragged_row"),
        (b"a,b,c,d,e,f", "ragged_row"),
        (b"a\0,,,,", "nul_byte"),
        (b'"a\0",,,,', "nul_byte"),
        (b"a\xff,,,,", "invalid_unicode"),
        (b"\xed\xa0\x80,,,,", "invalid_unicode"),
        (b'"a"b,,,,', "malformed_quotes"),
        (b'a"b",,,,', "malformed_quotes"),
        (b",code,,,", "missing_target"),
        (b"a,,[1],,", "invalid_tags"),
        (b"a,,[,,", "invalid_tags"),
        (b"a,,,x,", "invalid_json"),
        (b"a,,,{},1.5", "invalid_number"),
    ],
)
def test_a_bad_row_of_a_table_does_not_stop_the_others(row, code):
    data = b"target,code,tags,metadata,max_clicks\nfirst,,,,\n" + row + b"\nlast,,,,\n"
    first, bad, last = read(data, Format.CSV)
    assert (first.draft.target, last.draft.target) == ("first", "last")
    assert isinstance(bad, RowError)
    assert (bad.row, bad.code, last.row) == (3, code, 4)


def test_a_quote_that_never_ends_costs_its_own_row_only():
    results = list(read(b'target\n"first\nsecond\nthird\n', Format.CSV))
    assert [getattr(result, "code", result.row) for result in results] == ["malformed_quotes", 3, 4]

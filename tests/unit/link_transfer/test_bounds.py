from __future__ import annotations

import pytest

from link_transfer import MAX_BYTES, MAX_CELL_BYTES, MAX_COLUMNS, MAX_DEPTH, MAX_ROWS, Format, RowError, read
from link_transfer.csv_text import records

TEXTUAL = (Format.CSV, Format.JSON, Format.JSON_LINES)


def codes(data, kind):
    return [result.code if isinstance(result, RowError) else "" for result in read(data, kind)]


def in_every_format(fields):
    """The same links, {field: JSON text}, as our CSV, JSON and JSON Lines."""
    objects = ["{" + ",".join(f'"{name}":{value}' for name, value in one.items()) + "}" for one in fields]
    header = list(fields[0])
    cells = [
        ",".join('"' + one[name].strip('"').replace('"', '""') + '"' for name in header) for one in fields
    ]
    return {
        Format.CSV: "\n".join([",".join(header), *cells]).encode(),
        Format.JSON: ('{"version":1,"links":[' + ",".join(objects) + "]}").encode(),
        Format.JSON_LINES: "\n".join(objects).encode(),
    }


@pytest.mark.parametrize("kind", Format)
def test_a_file_over_10_mib_is_not_looked_at(kind):
    (result,) = read(b" " * (MAX_BYTES + 1), kind)
    assert (result.row, result.code) == (0, "file_too_large")


@pytest.mark.parametrize("kind", TEXTUAL)
def test_rows_end_at_50_000(kind):
    data = in_every_format([{"target": '"a"'}] * (MAX_ROWS + 2))[kind]
    found = codes(data, kind)
    assert len(found) == MAX_ROWS + 1
    assert set(found[:-1]) == {""}
    assert found[-1] == "too_many_rows"


@pytest.mark.parametrize("kind", TEXTUAL)
@pytest.mark.parametrize(("letter", "most"), [("a", MAX_CELL_BYTES - 2), ("é", MAX_CELL_BYTES // 2 - 1)])
def test_a_cell_has_at_most_64_kib(kind, letter, most):
    fits, too_long = ({"target": '"t"', "title": f'"{letter * size}"'} for size in (most, most + 3))
    data = in_every_format([fits, too_long, {"target": '"t"', "title": '""'}])[kind]
    assert codes(data, kind) == ["", "cell_too_long", ""]


def test_a_long_cell_without_quotes_is_refused_too():
    assert codes(b"target\n" + b"a" * (MAX_CELL_BYTES + 1) + b"\nb\n", Format.CSV) == ["cell_too_long", ""]


def test_a_quoted_cell_is_given_up_before_the_whole_file_was_read_as_one():
    lines = b'target\n"' + b"a\n" * (3 * MAX_CELL_BYTES)
    results = read(lines, Format.CSV)
    assert next(results).code == "cell_too_long"
    assert next(results).draft.target == "a"


def test_a_table_has_at_most_64_columns():
    names = ",".join(f"c{number}" for number in range(MAX_COLUMNS))
    wide = f"{names},one_more\n".encode()
    assert codes(wide, Format.YOURLS_CSV) == ["too_many_columns"]
    assert codes(wide.replace(b"c0", b'"c0"'), Format.YOURLS_CSV) == ["too_many_columns"]
    assert codes(f"url{names[2:]}\n{',' * MAX_COLUMNS}\n".encode(), Format.YOURLS_CSV) == ["too_many_columns"]
    assert codes(f"url{names[2:]}\nx{',' * (MAX_COLUMNS - 1)}\n".encode(), Format.YOURLS_CSV) == [""]


def test_a_link_in_json_has_at_most_64_fields():
    fields = ",".join(f'"f{number}":0' for number in range(MAX_COLUMNS - 1))
    assert codes(f'{{"url":"a",{fields}}}\n'.encode(), Format.JSON_LINES) == ["unknown_field"]
    assert codes(f'{{"url":"a","g":0,{fields}}}\n'.encode(), Format.JSON_LINES) == ["too_many_columns"]


@pytest.mark.parametrize("kind", TEXTUAL)
def test_json_is_at_most_32_levels_deep_wherever_it_is(kind):
    levels = MAX_DEPTH - 1 if kind is Format.CSV else MAX_DEPTH - 2
    fits, too_deep = ('{"x":' + "[" * size + "]" * size + "}" for size in (levels, levels + 1))
    rows = [{"target": '"a"', "metadata": fits}, {"target": '"a"', "metadata": too_deep}]
    assert codes(in_every_format(rows)[kind], kind) == ["", "too_deep"]


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"version":1,"links":[{"metadata":['])
def test_depth_never_reaches_the_stack_of_the_interpreter(opening):
    assert codes(opening * 100_000, Format.JSON) == ["invalid_json"]
    assert codes(opening * 100_000, Format.JSON_LINES) == ["invalid_json"]


def test_a_file_of_countless_containers_is_not_walked_through():
    assert codes(b"[" * MAX_BYTES, Format.DUB_JSON) == ["too_complex"]


def test_a_deep_link_costs_itself_only():
    deep = b"[" * 30_000 + b"]" * 30_000
    assert codes(b'{"version":1,"links":[{"metadata":' + deep + b"}]}", Format.JSON) == ["too_deep"]
    assert codes(b'{"version":1,"links":[{"target":"a"},' + deep + b"]}", Format.JSON) == [
        "",
        "not_an_object",
    ]
    assert codes(b'{"version":' + deep + b"}", Format.JSON) == ["too_deep"]


def test_a_version_is_no_place_for_a_large_value():
    assert codes(b'{"version":[' + b"0," * MAX_CELL_BYTES + b"0]}", Format.JSON) == ["cell_too_long"]


HOSTILE = [
    b'"',
    b'"a\n',
    b'a"""\n',
    b'"""",""x\n',
    b"\n",
    b",",
    b'"a""b"\n',
    b"\r",
    b'"\n"',
    b'""\n"a\n',
    b"\xff",
]


@pytest.mark.parametrize("unit", HOSTILE)
@pytest.mark.parametrize("kind", [Format.CSV, Format.YOURLS_CSV, Format.JSON_LINES])
def test_a_hostile_table_gives_no_more_than_the_rows_there_may_be(unit, kind):
    data = b"target\n" + unit * (MAX_BYTES // 64 // len(unit))
    assert len(codes(data, kind)) <= MAX_ROWS + 1


@pytest.mark.parametrize(
    "unit", [b"[],", b'"",', b"{},", b'{"a":"\\\\"},', b"0,", b'"\\"",', b"[[]],", b"[", b"]"]
)
def test_a_hostile_list_gives_no_more_than_the_rows_there_may_be(unit):
    data = b'{"version":1,"links":[' + unit * (MAX_BYTES // 64 // len(unit)) + b"0]}"
    assert len(codes(data, Format.JSON)) <= MAX_ROWS + 1


def test_records_are_read_as_they_come():
    assert list(records('a,b\r\n"c""d",\r\n"",""')) == [(1, ["a", "b"]), (2, ['c"d', ""]), (3, ["", ""])]
    assert list(records("")) == []
    assert list(records("\n")) == []
    assert list(records("\r\n\n\ra\r\n\r\n,")) == [(4, ["a"]), (6, ["", ""])]
    assert list(records('""')) == [(1, [""])]

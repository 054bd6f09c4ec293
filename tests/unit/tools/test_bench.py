"""The arithmetic of the benches, run by Node as they are."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.harness.local_edge import NODE
from uploads.inspector import inspect

ROOT = Path(__file__).resolve().parents[3]


def evaluate(module: str, expression: str) -> Any:
    """Return the value of an expression over `m`, a module of `bench/`."""
    script = f"import * as m from './bench/{module}.mjs'; console.log(JSON.stringify({expression}))"
    done = subprocess.run(
        [str(NODE), "--input-type=module", "--eval", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_medians_and_percentiles_are_of_the_sorted_values():
    assert evaluate("statistics", "[m.median([9, 1, 5]), m.median([4, 1, 2, 3])]") == [5, 2.5]
    hundred = "Array.from({length: 100}, (_, index) => 100 - index)"
    shares = f"[0, 0.5, 0.95, 0.99, 1].map((share) => m.percentile({hundred}, share))"
    assert evaluate("statistics", shares) == [1, 50, 95, 99, 100]


@pytest.mark.parametrize(
    ("text", "seconds"), [("0:01.25", 1.25), ("12:34", 754), (" 1:02:03\n", 3723), ("2-01:00:00", 176_400)]
)
def test_the_clock_of_ps_is_read_in_each_form(text, seconds):
    assert evaluate("cpu", f"m.msOfClock({json.dumps(text)})") == seconds * 1000


def test_zipf_asks_for_the_first_of_ten_links_a_third_of_the_time():
    drawn = "(() => { const next = m.zipf(10, m.draws(7)); return Array.from({length: 9000}, next); })()"
    links = evaluate("load/traffic", drawn)
    assert links == evaluate("load/traffic", drawn)
    assert set(links) == set(range(10))
    assert links.count(0) / len(links) == pytest.approx(1 / 2.929, abs=0.02)
    assert links.count(9) / len(links) == pytest.approx(0.1 / 2.929, abs=0.01)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("HTTP/1.1 302 Found\r\nLocation: https://a.example/\r\n", 0),
        ("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", 302),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", 0),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200),
        ("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n", 0),
        ("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n", 404),
    ],
)
def test_an_answer_has_a_status_once_it_is_there_to_its_end(answer, status):
    assert evaluate("load/connection", f"m.statusOfWhole({json.dumps(answer)}, true)") == status


def test_ratios_compare_rows_of_the_same_round():
    samples = json.dumps(
        {
            "redirect_hot": [{"cpu_ms": 1}, {"cpu_ms": 3}],
            "python_constant": [{"cpu_ms": 1}, {"cpu_ms": 2}],
        }
    )
    pair = evaluate("rounds", f"m.ratiosOf({samples}, [['redirect_hot', 'python_constant']])")
    assert pair == {
        "redirect_hot/python_constant": {"median": 1.25, "min": 1, "max": 1.5, "rounds": [1, 1.5]}
    }


def test_a_million_redirects_cost_what_they_ask_for():
    measured = {
        "cpu_ms": 2,
        "kv_reads_per_1000": 1000,
        "object_calls_per_1000": 100,
        "rows_written_per_1000": 200,
        "alarms_per_1000": 0,
    }
    cost = evaluate("cost", f"m.dollars({json.dumps(measured)})")
    assert (cost["requests"], cost["cpu"], cost["kv"]) == (0.3, 0.04, 0.5)
    assert (cost["object_requests"], cost["object_duration"], cost["rows"]) == (0.015, 0.002, 0.2)
    assert cost["total"] == pytest.approx(1.057, abs=0.001)


@pytest.mark.parametrize(
    ("pieces", "whole", "found"),
    [
        (["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"], False, [200, 4]),
        (["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"], True, [200, 5]),
        (["HTTP/1.1 206 Part", "ial\r\ncontent-length: 5\r\n", "\r\nhe", "llo"], True, [206, 5]),
        (["HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r", "\nabc"], True, [200, 3]),
        (["HTTP/1.1 204 No Content\r\n\r\n"], True, [204, 0]),
    ],
)
def test_a_download_is_over_when_all_its_bytes_came(pieces, whole, found):
    added = f"{json.dumps(pieces)}.map((piece) => body.add(Buffer.from(piece))).at(-1)"
    told = f"(() => {{ const body = new m.Body(); return [{added}, [body.status, body.bytes]]; }})()"
    assert evaluate("load/download", told) == [whole, found]


@pytest.mark.parametrize("megabytes", [0.06, 1, 12])
def test_the_gifs_that_are_uploaded_are_gifs_of_the_size_they_tell(megabytes):
    made = f"(() => {{ const one = m.gif({megabytes * 1e6}, 7); const all = Buffer.concat([...one.pieces()]);"
    told = f"{made} return [one.length, one.frames, all.toString('base64')]; }})()"
    length, frames, text = evaluate("load/gifs", told)
    found = inspect(base64.b64decode(text))
    assert (found.bytes, found.frames, found.width, found.height) == (length, frames, 300, 200)
    assert length == pytest.approx(megabytes * 1e6, abs=35_000)


def test_two_gifs_are_never_the_same_file():
    hashes = "[1, 2].map((number) => Buffer.concat([...m.gif(1e5, number).pieces()]).toString('base64'))"
    one, other = evaluate("load/gifs", hashes)
    assert one != other


def test_what_a_megabyte_adds_leaves_out_what_every_upload_costs():
    samples = {
        "least": [{"mb": 0.5, "cpu_ms": 20}],
        "small": [{"mb": 1.5, "cpu_ms": 50}],
        "large": [{"mb": 90.5, "cpu_ms": 2720}],
    }
    added = evaluate("assets-uploads", f"m.withAddedCpu({json.dumps(samples)})")
    assert [added[name][0]["added_ms_per_mb"] for name in samples] == [0, 30, 30]


def test_a_megabyte_of_a_small_and_of_a_large_upload_is_compared_in_both_ways_each_named():
    samples = {
        "least": [{"mb": 0.5, "cpu_ms": 20}],
        "small": [{"mb": 1.5, "cpu_ms": 60}],
        "large": [{"mb": 90.5, "cpu_ms": 1810}],
    }
    found = evaluate("assets-uploads", f"m.uploadRatios(m.withAddedCpu({json.dumps(samples)}))")
    assert {name: ratio["median"] for name, ratio in found.items()} == {
        "small/large, all CPU of a megabyte": 2.0,
        "large/small, CPU that a megabyte adds": pytest.approx(0.5, abs=0.01),
    }


@pytest.mark.parametrize(
    ("most", "over", "is_flat"), [(128, 1.25, True), (128.1, 1, False), (90, 1.26, False)]
)
def test_memory_is_flat_within_the_limit_and_near_what_is_usual(most, over, is_flat):
    found = json.dumps({"most": most, "most_over_median": over})
    assert evaluate("assets-uploads", f"m.isFlat({found})") is is_flat


def test_ratios_may_be_of_another_figure():
    samples = json.dumps({"cache": [{"mb_s": 9}, {"mb_s": 12}], "js": [{"mb_s": 10}, {"mb_s": 10}]})
    pair = evaluate("rounds", f"m.ratiosOf({samples}, [['cache', 'js']], 'mb_s')")
    assert pair == {"cache/js": {"median": 1.05, "min": 0.9, "max": 1.2, "rounds": [0.9, 1.2]}}

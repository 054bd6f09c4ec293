"""The arithmetic of the benches, run by Node as they are."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.harness.local_edge import NODE

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

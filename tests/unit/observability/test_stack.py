"""The three together, and what importing them costs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from observability import LogLevel, ObservabilityStack, current_span

SRC = Path(__file__).resolve().parents[3] / "src"


def stack_of(**more: object) -> tuple[ObservabilityStack, list[str]]:
    lines: list[str] = []
    return ObservabilityStack("gif-api", sink=lines.append, **more), lines  # type: ignore[arg-type]


def test_logs_between_start_and_finish_belong_to_the_trace() -> None:
    obs, lines = stack_of()
    span = obs.start_trace("handle_upload", asset_type="gif", user_tier="premium")
    assert span.tags == {"asset_type": "gif", "user_tier": "premium"}
    obs.logger.info("Processing asset request", asset_id="abc123")
    obs.finish_span(span, status="error")
    obs.logger.info("done")
    assert [json.loads(line)["trace_id"] for line in lines] == [span.trace_id, None]
    assert [entry["message"] for entry in obs.logger.get_logs(span.trace_id)] == ["Processing asset request"]
    assert span.status == "error"
    assert span.service_name == obs.service_name == "gif-api"


def test_the_dashboard_is_json_with_documented_shapes() -> None:
    obs, _ = stack_of(min_log_level=LogLevel.WARNING)
    span = obs.start_trace("open")
    obs.finish_span(obs.start_trace("failed"), status="error")
    obs.logger.info("below the minimum")
    obs.logger.error("Upload failed", error="timeout")
    obs.metrics.increment_counter("asset.uploads", tags={"status": "success"})
    obs.metrics.set_gauge("active_connections", 42)
    with obs.metrics.time_operation("db_query"):
        pass
    dashboard = json.loads(json.dumps(obs.get_dashboard_data(), allow_nan=False))
    obs.finish_span(span)
    assert dashboard["logs"] == {
        "total": 1,
        "by_level": {"DEBUG": 0, "INFO": 0, "WARNING": 0, "ERROR": 1, "CRITICAL": 0},
        "kept": 1,
        "sink_failures": 0,
    }
    assert dashboard["metrics"]["counters"] == {'asset.uploads{status="success"}': 1.0}
    assert dashboard["metrics"]["gauges"] == {"active_connections": 42.0}
    assert dashboard["metrics"]["histograms"]["db_query"]["count"] == 1
    assert dashboard["traces"] == {
        "total": 2,
        "active": 1,
        "completed": 1,
        "errors": 1,
        "kept_spans": 2,
        "dropped_spans": 0,
    }


def test_two_stacks_share_the_current_span_but_no_records() -> None:
    one, _ = stack_of()
    two, lines = stack_of()
    span = one.start_trace("outer")
    two.logger.info("inside")
    one.finish_span(span)
    assert json.loads(lines[0])["trace_id"] == span.trace_id
    assert one.logger.get_logs() == []
    assert two.get_dashboard_data()["traces"]["total"] == 0
    assert current_span() is None


@pytest.mark.parametrize(
    "heavy", ["secrets", "random", "logging", "datetime", "asyncio", "dataclasses", "inspect"]
)
def test_importing_it_loads_nothing_heavy(heavy: str) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(SRC)!r}); import observability; print({heavy!r} in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_importing_it_draws_no_entropy_and_reads_no_clock() -> None:
    code = f"""
import os, sys, time
import json, re, threading, contextlib, collections, contextvars
sys.path.insert(0, {str(SRC)!r})

def refuse(*_):
    raise AssertionError("not while importing")

os.urandom = time.time = time.perf_counter = refuse
import observability, ratelimit
"""
    subprocess.run([sys.executable, "-S", "-c", code], check=True)

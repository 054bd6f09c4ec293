"""Spans, traces, the current span, and W3C ids."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest

from observability import LogLevel, Span, Tracer, current_span, format_traceparent
from observability.context import MAX_NESTING, _open_spans
from observability.spans import MAX_SPAN_LOGS


class Watch:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def counting_hex() -> Callable[[int], str]:
    numbers = iter(range(1, 10_000))
    return lambda size: f"{next(numbers):0{size * 2}x}"


def tracer_of(**more: Any) -> tuple[Tracer, Watch]:
    watch = Watch()
    options: dict[str, Any] = {"clock": watch, "timer": watch, "token_hex": counting_hex()}
    return Tracer("svc", **{**options, **more}), watch


def test_ids_are_w3c_ids_and_differ() -> None:
    tracer = Tracer()
    spans = [tracer.start_trace("a") for _ in range(50)]
    for span in spans:
        assert re.fullmatch("[0-9a-f]{32}", span.trace_id)
        assert re.fullmatch("[0-9a-f]{16}", span.span_id)
        span.finish()
    assert len({span.trace_id for span in spans}) == len({span.span_id for span in spans}) == 50


def test_ids_of_nothing_but_zeros_are_drawn_again() -> None:
    draws = iter(["0" * 32, "a" * 32, "0" * 16, "XYZ", "b" * 16])
    span = Tracer(token_hex=lambda _size: next(draws)).start_trace("x")
    span.finish()
    assert (span.trace_id, span.span_id) == ("a" * 32, "b" * 16)


def test_a_source_of_ids_that_never_gives_one_is_named() -> None:
    with pytest.raises(ValueError, match=r"token_hex\(16\)"):
        Tracer(token_hex=lambda size: "0" * size * 2).start_trace("x")
    assert current_span() is None


def test_a_span_tells_everything_as_plain_values() -> None:
    tracer, watch = tracer_of()
    root = tracer.start_trace("handle_upload", tags={"asset_type": "gif", "api_key": "s3", "size": object})
    assert root.to_dict() == {
        "trace_id": f"{1:032x}",
        "span_id": f"{2:016x}",
        "parent_span_id": None,
        "operation": "handle_upload",
        "service": "svc",
        "status": "active",
        "start_time": "1970-01-01T00:01:40.000Z",
        "end_time": None,
        "duration_ms": None,
        "tags": {"asset_type": "gif", "api_key": "[redacted]", "size": "<class 'object'>"},
        "logs": [],
        "dropped_logs": 0,
    }
    watch.now += 0.25
    root.add_log("Validating asset")
    root.add_log("Error: no", level="ERROR", attempt=2, password="s3")
    root.add_log("odd", level=LogLevel.WARNING)  # type: ignore[arg-type]
    watch.now += 0.25
    tracer.finish_span(root)
    told = json.loads(json.dumps(root.to_dict()))
    assert (told["status"], told["duration_ms"], told["end_time"]) == (
        "success",
        500.0,
        "1970-01-01T00:01:40.500Z",
    )
    assert told["logs"] == [
        {
            "timestamp": "1970-01-01T00:01:40.250Z",
            "level": level,
            "message": message,
            "metadata": metadata,
        }
        for level, message, metadata in [
            ("INFO", "Validating asset", {}),
            ("ERROR", "Error: no", {"attempt": 2, "password": "[redacted]"}),
            ("WARNING", "odd", {}),
        ]
    ]


def test_the_first_finish_counts() -> None:
    tracer, watch = tracer_of()
    span = tracer.start_trace("a")
    watch.now += 1
    span.finish("error")
    watch.now += 1
    tracer.finish_span(span, status="success")
    assert (span.status, span.duration_ms, span.end_time) == ("error", 1000.0, 101.0)
    assert tracer.summary()["errors"] == 1
    assert tracer.summary()["active"] == 0


def test_a_timer_that_goes_back_makes_no_negative_duration() -> None:
    tracer, watch = tracer_of()
    span = tracer.start_trace("a")
    watch.now -= 5
    span.finish()
    assert span.duration_ms == 0.0


def test_a_spans_log_keeps_the_newest_entries() -> None:
    tracer, _ = tracer_of()
    span = tracer.start_trace("a")
    for index in range(MAX_SPAN_LOGS + 5):
        span.add_log(str(index))
    span.finish()
    assert [entry["message"] for entry in span.logs][:: MAX_SPAN_LOGS - 1] == ["5", str(MAX_SPAN_LOGS + 4)]
    assert span.to_dict()["dropped_logs"] == 5


def test_children_share_the_trace_and_name_their_parent() -> None:
    tracer, _ = tracer_of()
    root = tracer.start_trace("root")
    child = tracer.start_span("child", root, tags={"n": 1})
    grandchild = tracer.start_span("grandchild", parent_span=child)
    assert {span.trace_id for span in (root, child, grandchild)} == {root.trace_id}
    assert [span.parent_span_id for span in (root, child, grandchild)] == [None, root.span_id, child.span_id]
    assert tracer.get_trace(root.trace_id) == [root, child, grandchild]
    assert tracer.get_all_traces() == {root.trace_id: [root, child, grandchild]}
    assert tracer.get_trace("unknown") == []
    for span in (grandchild, child, root):
        span.finish()


def test_a_valid_traceparent_is_continued_and_an_invalid_one_ignored() -> None:
    tracer, _ = tracer_of()
    header = f"00-{'a' * 32}-{'b' * 16}-00"
    span = tracer.start_trace("in", traceparent=header)
    assert (span.trace_id, span.parent_span_id) == ("a" * 32, "b" * 16)
    assert format_traceparent(span.context) == f"00-{'a' * 32}-{span.span_id}-00"
    span.finish()
    fresh = tracer.start_trace("in", traceparent="00-bogus")
    assert fresh.parent_span_id is None
    assert format_traceparent(fresh.context) == f"00-{fresh.trace_id}-{fresh.span_id}-03"
    fresh.finish()


def test_the_summary_counts_traces_by_their_roots() -> None:
    tracer, _ = tracer_of()
    open_root, good, bad = (tracer.start_trace(name) for name in ("open", "good", "bad"))
    child = tracer.start_span("child", good)
    child.finish("error")
    good.finish()
    bad.finish("error")
    assert tracer.summary() == {
        "total": 3,
        "active": 1,
        "completed": 2,
        "errors": 1,
        "kept_spans": 4,
        "dropped_spans": 0,
    }
    tracer.clear_traces()
    open_root.finish("error")
    assert set(tracer.summary().values()) == {0}
    assert tracer.get_all_traces() == {}


def test_the_oldest_traces_leave_first_and_stay_counted() -> None:
    tracer, _ = tracer_of(max_spans=4)
    roots = []
    for index in range(5):
        root = tracer.start_trace(str(index))
        tracer.start_span("child", root).finish()
        root.finish()
        roots.append(root)
    assert list(tracer.get_all_traces()) == [roots[3].trace_id, roots[4].trace_id]
    summary = tracer.summary()
    assert (summary["total"], summary["kept_spans"], summary["dropped_spans"]) == (5, 4, 6)


def test_one_trace_larger_than_the_bound_keeps_its_first_spans() -> None:
    tracer, _ = tracer_of(max_spans=3)
    other = tracer.start_trace("other")
    root = tracer.start_trace("root")
    children = [tracer.start_span(str(index), root) for index in range(5)]
    assert tracer.get_trace(root.trace_id) == [root, *children[:2]]
    assert tracer.get_trace(other.trace_id) == []
    assert tracer.summary()["dropped_spans"] == 1 + 3
    for span in (*children, root, other):
        span.finish()
    assert tracer.summary()["active"] == 0, "what left still finishes"


def test_the_current_span_is_the_innermost_open_one_in_whatever_order_they_finish() -> None:
    tracer, _ = tracer_of()
    assert current_span() is None
    root = tracer.start_trace("root")
    child = tracer.start_span("child", root)
    assert current_span() is child
    root.finish()
    assert current_span() is child
    child.finish()
    assert current_span() is None
    assert _open_spans.get() == (), "finished spans are let go"


def test_spans_nobody_finishes_do_not_pile_up_in_the_context() -> None:
    tracer, _ = tracer_of()
    spans = [tracer.start_trace(str(index)) for index in range(MAX_NESTING + 10)]
    assert len(_open_spans.get()) == MAX_NESTING
    assert current_span() is spans[-1]
    for span in spans:
        span.finish()


def test_a_span_finished_by_another_thread_is_current_no_more() -> None:
    tracer, _ = tracer_of()
    root = tracer.start_trace("root")
    finisher = threading.Thread(target=root.finish)
    finisher.start()
    finisher.join()
    assert current_span() is None
    tracer.start_trace("next").finish()
    assert _open_spans.get() == ()


def test_tasks_and_threads_have_their_own_current_span() -> None:
    tracer, _ = tracer_of()
    seen: dict[str, Span | None] = {}

    async def request(name: str, mine: asyncio.Event, other: asyncio.Event) -> Span:
        span = tracer.start_trace(name)
        mine.set()
        await other.wait()
        seen[name] = current_span()
        span.finish()
        return span

    async def both() -> list[Span]:
        one, two = asyncio.Event(), asyncio.Event()
        return await asyncio.gather(request("one", one, two), request("two", two, one))

    spans = asyncio.run(both())
    assert [seen["one"], seen["two"]] == spans

    outer = tracer.start_trace("outer")
    thread = threading.Thread(target=lambda: seen.update(thread=current_span()))
    thread.start()
    thread.join()
    outer.finish()
    assert seen["thread"] is None


def test_threads_lose_no_span() -> None:
    tracer = Tracer(max_spans=10_000)
    shared = tracer.start_trace("shared")
    together = threading.Barrier(6)

    def work() -> None:
        together.wait()
        for index in range(100):
            root = tracer.start_trace("root")
            tracer.start_span("child", shared).finish()
            shared.add_log("x")
            root.finish("error" if index % 2 else "success")

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tracer.summary() == {
        "total": 601,
        "active": 1,
        "completed": 600,
        "errors": 300,
        "kept_spans": 1201,
        "dropped_spans": 0,
    }
    assert len(tracer.get_trace(shared.trace_id)) == 601
    assert len(shared.logs) + shared.dropped_logs == 600
    shared.finish()

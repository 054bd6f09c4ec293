"""Traces: trees of spans under one W3C trace id."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from observability.context import enter_span, leave_finished_spans
from observability.plain import random_hex
from observability.spans import Span
from observability.traceparent import (
    RANDOM_TRACE_ID,
    SAMPLED,
    TraceParent,
    is_span_id,
    is_trace_id,
    parse_traceparent,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_ID_ATTEMPTS = 8


class _Counts:
    """Counts since the last `clear_traces`; a span keeps the ones it was started under."""

    def __init__(self) -> None:
        self.total = 0
        self.active = 0
        self.errors = 0
        self.dropped_spans = 0


class Tracer:
    """Starts spans and remembers the newest `max_spans` of them, whole traces leaving oldest first.

    A started span is the current one of its thread or task until it is finished, so logs written meanwhile
    carry its ids. A trace that left is still counted, and its spans still work.
    """

    def __init__(
        self,
        service_name: str = "",
        *,
        max_spans: int = 10_000,
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.perf_counter,
        token_hex: Callable[[int], str] = random_hex,
    ) -> None:
        self.service_name = service_name
        self._max_spans = max(1, max_spans)
        self._clock, self._timer, self._token_hex = clock, timer, token_hex
        self._lock = threading.Lock()
        self._traces: dict[str, list[Span]] = {}
        self._kept = 0
        self._counts = _Counts()

    def start_trace(
        self, operation: str, tags: dict[str, Any] | None = None, *, traceparent: str | None = None
    ) -> Span:
        """Start a trace and return its root span.

        With a valid `traceparent` header the root continues the caller's trace under its id; an invalid one
        is ignored, as the standard asks.
        """
        caller = parse_traceparent(traceparent)
        if caller is None:
            caller = TraceParent(self._new_id(16, is_trace_id), "", SAMPLED | RANDOM_TRACE_ID)
        return self._start(operation, caller, tags, root=True)

    def start_span(self, operation: str, parent_span: Span, tags: dict[str, Any] | None = None) -> Span:
        """Start a child of `parent_span`."""
        return self._start(operation, parent_span.context, tags, root=False)

    def finish_span(self, span: Span, status: str = "success") -> None:
        """Finish a span; what was current before it is current again."""
        span.finish(status)

    def get_trace(self, trace_id: str) -> list[Span]:
        """Return the remembered spans of a trace in the order they started; none for an unknown id."""
        with self._lock:
            return list(self._traces.get(trace_id, ()))

    def get_all_traces(self) -> dict[str, list[Span]]:
        """Return the remembered spans by trace id, oldest trace first."""
        with self._lock:
            return {trace_id: list(spans) for trace_id, spans in self._traces.items()}

    def clear_traces(self) -> None:
        """Forget all traces and their counts; spans still open finish unseen."""
        with self._lock:
            self._traces.clear()
            self._kept = 0
            self._counts = _Counts()

    def summary(self) -> dict[str, int]:
        """Return how many traces were started (`total`) and how they stand.

        `active` traces have an unfinished root, `errors` a root that finished with "error"; `kept_spans` are
        remembered, `dropped_spans` are not any more.
        """
        with self._lock:
            counts = self._counts
            return {
                "total": counts.total,
                "active": counts.active,
                "completed": counts.total - counts.active,
                "errors": counts.errors,
                "kept_spans": self._kept,
                "dropped_spans": counts.dropped_spans,
            }

    def _start(self, operation: str, parent: TraceParent, tags: dict[str, Any] | None, *, root: bool) -> Span:
        with self._lock:
            counts = self._counts
            counts.total += root
            counts.active += root

        def on_finish(span: Span) -> None:
            leave_finished_spans()
            with self._lock:
                counts.active -= root
                counts.errors += root and span.status == "error"

        span = Span(
            operation,
            parent.trace_id,
            self._new_id(8, is_span_id),
            parent.parent_id or None,
            tags,
            service_name=self.service_name,
            flags=parent.flags,
            clock=self._clock,
            timer=self._timer,
            on_finish=on_finish,
        )
        with self._lock:
            self._remember(span)
        enter_span(span)
        return span

    def _remember(self, span: Span) -> None:
        while self._kept >= self._max_spans:
            oldest = next((trace_id for trace_id in self._traces if trace_id != span.trace_id), None)
            if oldest is None:
                self._counts.dropped_spans += 1
                return
            gone = len(self._traces.pop(oldest))
            self._kept -= gone
            self._counts.dropped_spans += gone
        self._traces.setdefault(span.trace_id, []).append(span)
        self._kept += 1

    def _new_id(self, byte_count: int, is_valid: Callable[[str], bool]) -> str:
        for _ in range(_ID_ATTEMPTS):
            if is_valid(candidate := self._token_hex(byte_count)):
                return candidate
        raise ValueError(f"token_hex({byte_count}) keeps returning what is no W3C trace or span id")

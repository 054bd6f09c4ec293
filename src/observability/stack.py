"""Logs, metrics and traces of one service, together."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from observability.levels import LogLevel
from observability.logs import StructuredLogger, to_stderr
from observability.metrics import MetricsCollector
from observability.plain import random_hex
from observability.tracing import Tracer

if TYPE_CHECKING:
    from collections.abc import Callable

    from observability.spans import Span


class ObservabilityStack:
    """A `logger`, `metrics` and a `tracer` that share a service name and clocks.

    Every log entry is one JSON line to `sink`, by default standard error; inside a trace it carries the ids
    of the current span.
    """

    def __init__(
        self,
        service_name: str,
        min_log_level: LogLevel = LogLevel.INFO,
        *,
        sink: Callable[[str], None] = to_stderr,
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.perf_counter,
        token_hex: Callable[[int], str] = random_hex,
    ) -> None:
        self.service_name = service_name
        self.logger = StructuredLogger(service_name, min_log_level, sink=sink, clock=clock)
        self.metrics = MetricsCollector(timer=timer)
        self.tracer = Tracer(service_name, clock=clock, timer=timer, token_hex=token_hex)

    def start_trace(self, operation: str, **tags: Any) -> Span:  # noqa: ANN401 - any value
        """Start a new trace with these tags and return its root span, now the current one."""
        return self.tracer.start_trace(operation, tags)

    def finish_span(self, span: Span, status: str = "success") -> None:
        """Finish a span with "success" or "error"."""
        self.tracer.finish_span(span, status)

    def get_dashboard_data(self) -> dict[str, Any]:
        """Return `logs`, `metrics` and `traces` at this moment, JSON-safe.

        `logs` and `traces` count since the last clear (`StructuredLogger.summary`, `Tracer.summary`);
        `metrics` is what `MetricsCollector.get_all_metrics` returns.
        """
        return {
            "logs": self.logger.summary(),
            "metrics": self.metrics.get_all_metrics(),
            "traces": self.tracer.summary(),
        }

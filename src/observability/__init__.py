"""Structured logs, metrics and traces of one service.

`ObservabilityStack` joins the three; each also works alone. Everything is bounded in memory, safe to use from
several threads, and works where there are none.
"""

from observability.context import current_span
from observability.histogram import HistogramStats
from observability.levels import LogLevel
from observability.logs import StructuredLogger
from observability.metrics import MetricError, MetricsCollector
from observability.prometheus import render_prometheus
from observability.spans import Span
from observability.stack import ObservabilityStack
from observability.traceparent import TraceParent, format_traceparent, parse_traceparent
from observability.tracing import Tracer

__all__ = [
    "HistogramStats",
    "LogLevel",
    "MetricError",
    "MetricsCollector",
    "ObservabilityStack",
    "Span",
    "StructuredLogger",
    "TraceParent",
    "Tracer",
    "current_span",
    "format_traceparent",
    "parse_traceparent",
    "render_prometheus",
]

"""One timed step of a trace."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any

from observability.plain import iso_utc, plain_fields, to_text
from observability.traceparent import TraceParent

if TYPE_CHECKING:
    from collections.abc import Callable

    from observability.plain import Plain

MAX_SPAN_LOGS = 128
ACTIVE = "active"


class Span:
    """A step with a name, tags, a duration and its own log; made by a Tracer.

    `status` is "active" until the span is finished, then what it was finished with ("success" or "error").
    Only the newest 128 log entries are kept; `dropped_logs` counts the others.
    """

    def __init__(
        self,
        operation: str,
        trace_id: str,
        span_id: str,
        parent_span_id: str | None = None,
        tags: dict[str, Any] | None = None,
        *,
        clock: Callable[[], float],
        timer: Callable[[], float],
        flags: int = 1,
        service_name: str = "",
        on_finish: Callable[[Span], None] = lambda _span: None,
    ) -> None:
        self.operation = to_text(operation)
        self.trace_id = trace_id
        self.span_id = span_id
        self.parent_span_id = parent_span_id
        self.tags: dict[str, Plain] = plain_fields(tags or {})
        self.service_name = service_name
        self.status = ACTIVE
        self.start_time = clock()
        self.end_time: float | None = None
        self.duration_ms: float | None = None
        self.dropped_logs = 0
        self._logs: deque[dict[str, Plain]] = deque(maxlen=MAX_SPAN_LOGS)
        self._flags = flags
        self._clock, self._timer, self._on_finish = clock, timer, on_finish
        self._started = timer()
        self._lock = threading.Lock()

    @property
    def finished(self) -> bool:
        """Return whether the span is over."""
        return self.end_time is not None

    @property
    def logs(self) -> list[dict[str, Plain]]:
        """Return the kept log entries, oldest first."""
        with self._lock:
            return [dict(entry) for entry in self._logs]

    @property
    def context(self) -> TraceParent:
        """Return what a child of this span is told; `format_traceparent` makes a header of it."""
        return TraceParent(self.trace_id, self.span_id, self._flags)

    def finish(self, status: str = "success") -> None:
        """Complete the span; what happens to a span that is already finished changes nothing."""
        with self._lock:
            if self.end_time is not None:
                return
            self.status = to_text(status, 64)
            self.duration_ms = max(0.0, (self._timer() - self._started) * 1000)
            self.end_time = self._clock()
        self._on_finish(self)

    def add_log(self, message: str, level: str = "INFO", **kwargs: Any) -> None:  # noqa: ANN401 - any value
        """Add an entry with a time, a level and any fields."""
        entry: dict[str, Plain] = {
            "timestamp": iso_utc(self._clock()),
            "level": to_text(getattr(level, "name", level), 64),
            "message": to_text(message),
            "metadata": plain_fields(kwargs),
        }
        with self._lock:
            self.dropped_logs += len(self._logs) == MAX_SPAN_LOGS
            self._logs.append(entry)

    def to_dict(self) -> dict[str, Any]:
        """Return the span as JSON-safe values; times are ISO 8601, what is not known yet is None."""
        return {
            "trace_id": self.trace_id,
            "span_id": self.span_id,
            "parent_span_id": self.parent_span_id,
            "operation": self.operation,
            "service": self.service_name,
            "status": self.status,
            "start_time": iso_utc(self.start_time),
            "end_time": None if self.end_time is None else iso_utc(self.end_time),
            "duration_ms": self.duration_ms,
            "tags": dict(self.tags),
            "logs": self.logs,
            "dropped_logs": self.dropped_logs,
        }
